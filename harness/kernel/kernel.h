/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels as content in a cache.
 *
 *	$CACHE/debs/NAME_VERSION_ARCH.deb	as served
 *	$CACHE/kernels/ID/			ready kernels; whole or absent
 *		vmlinuz  kernel.json  config and System.map where there are any
 *		modules/			lib/modules/RELEASE, decompressed, depmod'ed
 *		build/				what `make -C build M=…` needs, relocated
 *	$CACHE/sources/NAME/			unpacked linux-source trees, git trees' states
 *	$CACHE/objects/ID/			objects that others are built on top of
 *	$CACHE/shells/ID/			trees that somebody works in
 *	$CACHE/modules/ID/NAME.ko		policy modules by source and kernel
 *
 * Two processes that want the same thing make it once (a lock beside it); an
 * interrupted build leaves nothing that looks finished.
 */
#ifndef HARNESS_KERNEL_H
#define HARNESS_KERNEL_H

#include "base/sha256.h"
#include "config/config.h"

/* A kernel that is ready to boot. */
struct kernel {
	char *name; /* as in harness.toml */
	char id[HASH_HEX];
	char *release; /* uname -r */
	char *version; /* "linux-image-6.1.0-56-cloud-amd64 6.1.192-2", "… +3 patches" */
	char *dir;     /* its folder in the cache */
	char *image;   /* …/vmlinuz */
	char *modules; /* …/modules: contains kernel/, modules.dep */
	char *build;   /* …/build, or NULL when modules can't be built for it */
	bool dirty;    /* built from files that no commit has */
};

/*
 * The content id of what `def` stands for now: package versions as the package
 * lists have them, hashes of fragments and patches, compiler.  No effects and
 * no network.  EXIT_INPUT with the nearest names if the package doesn't exist.
 */
int kernel_identify(const struct kernel_def *def, char ret_id[HASH_HEX], struct error **err);

/* Fetches or builds what is missing; shows progress. */
int kernel_get(const struct kernel_def *def, struct kernel **ret, struct error **err);
/* Only what has to come over the network; kernel_get() does the rest without it. */
int kernel_fetch(const struct kernel_def *def, struct error **err);
/* Only from the cache: *ret is NULL when it isn't there yet. */
int kernel_cached(const struct kernel_def *def, struct kernel **ret, struct error **err);
void kernel_free(struct kernel *k);
DEFINE_GUARD(kernel, struct kernel *, kernel_free)
#define _cleanup_kernel_ cleanup(kernel_guard)

/*
 * The final configuration of a kernel as text, from the cache, or by asking
 * kconfig if the kernel isn't built yet.  Caller frees.
 */
int kernel_config(const struct kernel_def *def, char **ret, struct error **err);

/*
 * A tree for a developer to change, of a kernel that is built here:
 * $CACHE/shells/ID with the patched source and, in obj/, the configuration and
 * objects to start from.  It stays, with what was done in it; `fresh` makes it
 * again.  *ret_env is what the tree's own `make` needs to go on with these.
 */
int kernel_shell_tree(const struct kernel_def *def, bool fresh, char **ret_tree, char ***ret_env,
		      struct error **err);

/*
 * Builds a kernel again, from nothing and in another folder, and compares the
 * result with the one in the cache (built if it isn't there).  *ret is a line
 * for each file that differs, or "".  Caller frees.
 */
int kernel_check(const struct kernel_def *def, char **ret, struct error **err);

/* Something in the cache that nobody has used for a while. */
struct stale {
	char *path;
	unsigned long long bytes;
	unsigned int days; /* since its last use */
};

/* Whole kernels, objects, sources and trees; what killed builds left counts from the first day. */
int kernel_stale(unsigned int days, struct stale **ret, size_t *ret_n, struct error **err);
/* False if somebody is making or taking it just now. */
bool kernel_evict(const struct stale *s);
void stale_free(struct stale *s, size_t n);

/*
 * Can this policy run on this kernel?  Answers from the patch queue
 * ("Policy-Hook: NAME" lines) and, once fetched, from the kernel's config.
 * *ret_reason stays NULL if it can or if nobody knows before it is fetched;
 * otherwise it is a sentence such as `needs hook "watermark", which
 * debian-6.1 doesn't have (no patch queue)`.  Caller frees.
 */
int kernel_supports(const struct kernel_def *def, const struct policy_def *policy,
		    char **ret_reason, struct error **err);

/* Builds (or finds) one module; *ret is the path of NAME.ko.  Caller frees. */
int kernel_module(const struct kernel *k, const struct policy_def *policy,
		  const struct module_def *module, char **ret, struct error **err);

#endif
