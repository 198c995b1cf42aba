/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data oracle: a process with a thread pinned to each CPU, each of which
 * writes numbered stamps all over pages of its own, some of them all the time
 * and some after long pauses, and checks a page against what it has written
 * before it writes to it again. Everything but these pages is locked.
 */
#ifndef DFTLB_ORACLE_H
#define DFTLB_ORACLE_H

#include <stdint.h>
#include <sys/types.h>

struct oracle {
	pid_t pid;
	volatile struct oracle_state *state;
};

struct oracle_state {
	uint64_t ready;  /* threads that have written to all of their pages */
	uint64_t pauses; /* set it: they sleep now and then */
	uint64_t visits; /* pages that were checked and written */
	uint64_t wrong;  /* pages that did not hold what was written last */
	char first[160]; /* the first of them */
};

/* Returns when all pages have been written to. */
void oracle_start(struct oracle *o, unsigned int threads);
void oracle_stop(struct oracle *o);

#endif
