/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Building a kernel from source, step by step.
 *
 * The object folder is TREE/obj, inside the source tree, and kbuild then uses
 * relative paths only (srctree is ".."): no path of this machine gets into the
 * image or into the command lines that decide what is compiled again.  Only
 * host tools such as objtool are built by absolute paths.
 */
#ifndef HARNESS_KERNEL_BUILD_H
#define HARNESS_KERNEL_BUILD_H

#include "kernel/fragment.h"
#include "kernel/parts.h"
#include "kernel/patches.h"

struct build {
	const char *name; /* in harness.toml */
	const struct identity *id;
	struct fragment asked;
	struct patch_queue queue;
	char *tree;           /* the patched source: scratch, nobody else's */
	char *obj;            /* TREE/obj */
	char *log;            /* what make said; kept when the build fails */
	char *release_suffix; /* "-mm-1a2b3c4d": a module for one build isn't taken by another */
	unsigned int steps;
};

/* config.c: TREE/obj/.config from allnoconfig and the fragments; every option must be granted. */
int build_configure(struct build *b, struct error **err);
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

#endif
