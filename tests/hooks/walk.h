/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_HOOKS_WALK_H
#define TESTS_HOOKS_WALK_H

#include "code.h"

/* What both functions do on all paths from their entry. */
struct walk {
	size_t insns[2]; /* instructions on them, of either function */
	size_t nops[2];  /* and no-ops, not counted among those */
	char *differs;   /* where they part, or NULL: nowhere */
};

/*
 * Walks over two functions side by side, branch by branch.  No-ops and jumps
 * count for nothing: code that is moved is the same code.
 */
void walk_both(const struct kernel_code *const k[2], struct code *const c[2], struct walk *ret);

#endif
