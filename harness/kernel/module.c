// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules of policies: $CACHE/modules/ID/NAME.ko, by source and kernel. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/identity.h"
#include "kernel/parts.h"

/* Names of modules, where - and _ are the same. */
static bool same_module(const char *a, const char *b, size_t len_b)
{
	for (size_t i = 0; i < len_b; i++) {
		char x = a[i] == '-' ? '_' : a[i], y = b[i] == '-' ? '_' : b[i];

		if (!a[i] || x != y)
			return false;
	}
	return !a[len_b];
}

/* One that comes with the kernel: "kernel/drivers/block/zram/zram.ko: …" in modules.dep. */
static int find_shipped(const struct kernel *k, const char *name, char **ret, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/modules.dep", k->modules), *text = NULL;
	char *rest, *line;

	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	for (rest = text; (line = strsep(&rest, "\n"));) {
		char *base;

		line[strcspn(line, ":")] = '\0';
		base = strrchr(line, '/');
		base = base ? base + 1 : line;
		if (str_ends(base, ".ko") && same_module(name, base, strlen(base) - 3)) {
			*ret = xasprintf("%s/%s", k->modules, line);
			return 0;
		}
	}
	return error_set(err, EXIT_INPUT, "%s has no module %s", k->release, name);
}

/* The first word of vermagic is the release that the module was built for. */
static int check_vermagic(const char *ko, const struct kernel *k, struct error **err)
{
	const char *program = proc_exists("modinfo") ? "modinfo" : "/sbin/modinfo";
	char *argv[] = { (char *)program, "-F", "vermagic", (char *)ko, NULL };
	_cleanup_free_ char *magic = NULL;

	if (proc_output(argv, &magic, err) < 0)
		return -1;
	magic[strcspn(magic, " \n")] = '\0';
	if (streq(magic, k->release))
		return 0;
	return error_set(err, EXIT_FAULT, "%s was built for kernel %s, not for %s (%s)", ko,
			 *magic ? magic : "(unknown)", k->release, k->name);
}

/*
 * BTF would need the kernel's vmlinux, which Debian doesn't ship whole; nobody
 * reads a policy's BTF.  An unresolved symbol stays an error of modpost.
 */
static int compile(const struct kernel *k, const char *name, const char *src, const char *log,
		   struct error **err)
{
	_cleanup_free_ char *what = xasprintf("module %s for %s", name, k->name);
	_cleanup_free_ char *m = xasprintf("M=%s", src);
	_cleanup_free_ char *flags = xasprintf("KCFLAGS=-ffile-prefix-map=%s=%s", src, name);
	const struct make_opts opts = { .what = what, .log = log };
	char *words[] = { m, flags, "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules", NULL };

	return make_run(k->build, words, &opts, err);
}

/* Debug information would only fill the guest's memory. */
static int strip(const char *from, const char *to, struct error **err)
{
	return proc_runl(C_LOCALE, err, "strip", "--strip-debug", "-o", to, from, NULL);
}

static int build(const struct kernel *k, const char *name, const char *tmp, struct error **err)
{
	_cleanup_free_ char *src = xasprintf("%s/src", tmp), *log = xasprintf("%s/build.log", tmp);
	_cleanup_free_ char *built = xasprintf("%s/%s.ko", src, name);
	_cleanup_free_ char *ko = xasprintf("%s/%s.ko", tmp, name);

	progress("module %s: for %s", name, k->name);
	if (compile(k, name, src, log, err) < 0)
		return -1;
	if (!path_exists(built))
		return error_set(err, EXIT_INPUT, "the Kbuild of module %s makes no %s.ko", name,
				 name);
	if (strip(built, ko, err) < 0 || check_vermagic(ko, k, err) < 0)
		return -1;
	return dir_remove(src, err);
}

/* A copy with links followed: that, and nothing outside of it, is what is hashed and compiled. */
static int copy_source(const struct policy_def *policy, const struct module_def *module,
		       const char *tmp, struct error **err)
{
	_cleanup_free_ char *from = xasprintf("%s/%s/.", policy->dir, module->source);
	_cleanup_free_ char *to = xasprintf("%s/src", tmp);

	if (dir_make(to, err) < 0)
		return -1;
	if (proc_runl(C_LOCALE, err, "cp", "-rL", from, to, NULL) < 0)
		return error_wrap(err, "source of module %s", module->name);
	return 0;
}

static int module_id(const struct kernel *k, const char *name, const char *tmp, char ret[HASH_HEX],
		     struct error **err)
{
	/* What make or an editor may have left in a source folder. */
	static const char *const skip[] = { ".git", ".gitignore", "Module.symvers", "modules.order",
					    NULL };
	_cleanup_hash_ struct hash *h = hash_create();
	_cleanup_free_ char *src = xasprintf("%s/src", tmp);

	hash_u64(h, KERNEL_LAYOUT);
	hash_str(h, k->id);
	hash_str(h, name);
	if (hash_tree(h, src, skip, err) < 0)
		return -1;
	hash_finish(h, ret);
	return 0;
}

static int build_or_find(const struct kernel *k, const struct policy_def *policy,
			 const struct module_def *module, const char *cache, const char *tmp,
			 char **ret, struct error **err)
{
	_cleanup_free_ char *dir = NULL, *ko = NULL;
	char id[HASH_HEX];

	if (copy_source(policy, module, tmp, err) < 0 ||
	    module_id(k, module->name, tmp, id, err) < 0)
		return -1;
	dir = xasprintf("%s/%.*s", cache, SHORT_ID - 1, id);
	ko = xasprintf("%s/%s.ko", dir, module->name);
	if (!path_is_dir(dir) &&
	    (build(k, module->name, tmp, err) < 0 || store_publish(tmp, dir, err) < 0))
		return store_blame_space(err);
	*ret = steal_ptr(&ko);
	return 0;
}

int kernel_module(const struct kernel *k, const struct policy_def *policy,
		  const struct module_def *module, char **ret, struct error **err)
{
	_cleanup_free_ char *cache = NULL, *tmp = NULL, *name = NULL;
	_cleanup_close_ int lock = -1;
	int r;

	if (!module->source)
		return find_shipped(k, module->name, ret, err);
	if (!k->build)
		return error_set(err, EXIT_INPUT,
				 "module %s can't be built for %s: there are no headers of it",
				 module->name, k->name);
	/* One at a time for each pair of module and kernel; the id is known only after the copy. */
	name = xasprintf("%s-%.*s", module->name, SHORT_ID - 1, k->id);
	if (cache_dir("modules", &cache, err) < 0 || store_lock(cache, name, &lock, err) < 0)
		return -1;
	tmp = xasprintf("%s/.tmp-%s", cache, name);
	if (dir_remove(tmp, err) < 0)
		return -1;
	r = build_or_find(k, policy, module, cache, tmp, ret, err);
	dir_remove(tmp, NULL);
	return r < 0 ? error_wrap(err, "policy %s", policy->name) : 0;
}
