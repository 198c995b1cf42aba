/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * $CACHE/objects/ID: what compiling an unpatched kernel left, for building the
 * patched one, or the next state of a git tree, on top of it.  kbuild then
 * compiles only what differs.  A tree is whole or absent, as kernels are.
 *
 * The times of files are what kbuild goes by, so they are kept.  All paths in
 * it are relative but those in tools/, whose makefiles are not kbuild's: they
 * are rewritten when a tree is taken to another place.  Otherwise objtool
 * would be built again, and then everything that it works on.
 */
#ifndef HARNESS_KERNEL_OBJECTS_H
#define HARNESS_KERNEL_OBJECTS_H

#include "base/error.h"
#include "base/sha256.h"

/* Where the objects of kernel `id` are or would be.  Caller frees. */
int objects_path(const char id[HASH_HEX], char **ret, struct error **err);
/*
 * Puts TREE/obj into the cache; it is gone from the tree then.  `family` and
 * `content` are of a git tree (identity.h), for objects_nearest(); or NULL.
 */
int objects_keep(const char id[HASH_HEX], const char *tree, const char *family, const char *content,
		 struct error **err);
/* A copy of the objects at `from` becomes TREE/obj, for use once TREE is at `place`. */
int objects_take(const char *from, const char *tree, const char *place, struct error **err);

/*
 * Of the kept trees of one family the one that has the fewest files different
 * from `content`: its folder and these files.  *ret_path is NULL if there is none.
 */
int objects_nearest(const char *git_tree, const char *family, const char *content, char **ret_path,
		    char ***ret_changed, struct error **err);

#endif
