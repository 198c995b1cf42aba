/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's git trees, read by git itself.  Nothing is written into them: the
 * index and the objects that files with local changes need are ours, in
 * $CACHE/git.  (git renews the times of objects that it has already.)
 */
#ifndef HARNESS_KERNEL_GIT_H
#define HARNESS_KERNEL_GIT_H

#include "config/config.h"

/* A branch, tag or commit.  EXIT_INPUT if there is none of that name. */
int git_resolve(const char *tree, const char *text, struct kernel_rev *ret, struct error **err);
/* Commits from `good` to `bad`, both included, oldest first.  strv_free(). */
int git_range(const char *tree, const char *good, const char *bad, char ***ret, struct error **err);
/* The files as they are: tracked ones, and untracked ones that aren't ignored. */
int git_worktree(const char *tree, struct kernel_rev *ret, struct error **err);
/* Writes the files of a tree object below `dir`. */
int git_checkout(const char *tree, const char *content, const char *dir, struct error **err);
/* Names of the files that differ between two tree objects.  strv_free(). */
int git_changed(const char *tree, const char *from, const char *to, char ***ret,
		struct error **err);

void kernel_rev_deinit(struct kernel_rev *r);
#define _cleanup_rev_ cleanup(kernel_rev_deinit)

#endif
