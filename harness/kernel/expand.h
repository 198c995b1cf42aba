/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a [kernel.NAME] to the kernels that it stands for: one of each revision
 * of a git tree, and itself for every other source.
 */
#ifndef HARNESS_KERNEL_EXPAND_H
#define HARNESS_KERNEL_EXPAND_H

#include "config/config.h"

/* The definitions stay where they are while the set grows; they borrow from the configuration. */
struct kernel_set {
	struct kernel_def **defs;
	size_t n;
};

/*
 * Adds the kernels of `def`.  A revision's is named NAME@COMMIT, with 12
 * digits of the commit, and "-dirty" behind if the files were changed since.
 * EXIT_INPUT with file:line:column for a revision that doesn't exist.
 */
int kernel_expand(const struct config *c, const struct kernel_def *def, struct kernel_set *set,
		  struct error **err);
/* Takes the definition at `at` out of `from` and puts it behind those of `to`. */
void kernel_set_move(struct kernel_set *to, struct kernel_set *from, size_t at);
void kernel_set_deinit(struct kernel_set *set);
#define _cleanup_kernel_set_ cleanup(kernel_set_deinit)

/* Does `name` name this kernel, or the table that it comes from?  Globs are taken. */
bool kernel_matches(const struct kernel_def *def, const char *glob);

#endif
