/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A second oracle: one thread that does to its pages all that can be done to
 * page tables (mprotect, mremap, madvise, mlock, fork, munmap), at random, and
 * knows what must be in each of them.
 */
#ifndef DFTLB_SHUFFLE_H
#define DFTLB_SHUFFLE_H

#include <stdint.h>
#include <sys/types.h>

struct shuffle_state {
	uint64_t steps;
	uint64_t wrong;
	char first[160];
};

struct shuffle {
	pid_t pid;
	volatile struct shuffle_state *state;
};

void shuffle_start(struct shuffle *s, unsigned int seed);
void shuffle_stop(struct shuffle *s);

#endif
