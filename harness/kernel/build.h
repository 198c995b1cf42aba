/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Building a kernel from source, step by step.
 *
 * The object folder is TREE/obj, inside the source tree, and kbuild then uses
 * relative paths only (srctree is ".."): no path of this machine gets into the
 * image or into the command lines that decide what is compiled again.
 *
 * The source in TREE is hard links to the cache's: a build never writes into
 * it, and patch(1) replaces files instead of changing them.
 */
#ifndef HARNESS_KERNEL_BUILD_H
#define HARNESS_KERNEL_BUILD_H

#include "kernel/fragment.h"
#include "kernel/parts.h"
#include "kernel/patches.h"

/* A file of compiler options in TREE/obj, so that its contents aren't part of each command line. */
#define PREFIX_MAP "prefix-map"
#define BUILD_CFLAGS "KCFLAGS=@" PREFIX_MAP
#define BUILD_AFLAGS "KAFLAGS=@" PREFIX_MAP

struct build {
	const char *name; /* in harness.toml */
	const struct kernel_def *def;
	const struct identity *id;
	struct fragment asked;
	struct patch_queue queue;
	char *tree;           /* the patched source: scratch, nobody else's */
	char *obj;            /* TREE/obj */
	char *log;            /* what make said; kept when the build fails */
	char *release_suffix; /* "-mm-1a2b3c4d": a module for one build isn't taken by another */
	unsigned int steps;   /* that compiling takes, and then took */
	bool from_nothing;    /* no base is taken, nothing is kept */
};

/* What a build starts from instead of from nothing. */
struct base {
	char *objects;  /* in the cache; NULL: nothing */
	char **changed; /* source files that aren't as they were for these objects, or NULL */
};

/*
 * base.c: the objects of the same kernel without its patches, which is built
 * first if need be; for a git tree those of its nearest built state.
 */
int base_find(const struct build *b, struct base *ret, struct error **err);
/*
 * Into the tree, whose source stands: kbuild will see as changed what is.
 * `place` is where the tree will be when it is used, if not where it is now.
 */
int base_take(const struct base *base, const struct build *b, const char *place,
	      struct error **err);
/* After the build: its objects go to the cache if they can be a base for others. */
int base_keep(const struct build *b, struct error **err);
void base_deinit(struct base *base);

/* tree.c: the source of `b`, patched, as b->tree.  With `own` no file is shared with the cache. */
int tree_make(const struct build *b, bool own, struct error **err);

/* config.c: TREE/obj/.config from allnoconfig and the fragments; every option must be granted. */
int build_configure(struct build *b, struct error **err);
/* compile.c: what is generated before anything else, and how many steps are left then. */
int build_prepare(struct build *b, struct error **err);
/* compile.c: image and modules. */
int build_compile(struct build *b, struct error **err);
/* compile.c: the words and environment that are the same for every make of this build. */
char **build_words(const struct build *b);
char **build_env(const struct build *b);
/* compile.c: what build_words() refers to; before the first make. */
int build_prefix_map(const struct build *b, struct error **err);
/* install.c: from the tree into the kernel's folder `dir`. */
int build_install(const struct build *b, const char *dir, char **ret_release, struct error **err);
/* devel.c: DIR/build, what of the tree modules are built against. */
int build_install_devel(const struct build *b, const char *dir, struct error **err);

int build_init(struct build *b, const struct kernel_def *def, const struct identity *id,
	       struct error **err);
void build_deinit(struct build *b);
#define _cleanup_build_ cleanup(build_deinit)

#endif
