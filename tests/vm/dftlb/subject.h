/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process that PPS works on, and that sits still until it is asked for
 * something: what becomes of its pages is PPS's doing alone. It is in a cgroup of
 * its own, /subject, so that the policy can be told to leave out all others.
 */
#ifndef DFTLB_SUBJECT_H
#define DFTLB_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SUBJECT_CGROUP "/subject"

enum subject_kind {
	SUBJECT_PLAIN,
	SUBJECT_LOCKED,   /* mlockall() */
	SUBJECT_SHARED,   /* with a child of its own, which has all of its pages, too */
	SUBJECT_THREADED, /* its first thread is gone */
};

/* Pages are looked at, and what they hold compared, before they are written to. */
enum subject_visit {
	VISIT_LOOK,
	VISIT_WRITE,
	VISIT_LOOK_FIRSTS,  /* at the first page of each block */
	VISIT_RENEW_FIRSTS, /* written to as they are: their places in swap are given up */
};

struct subject_state {
	uint64_t asked, done; /* questions */
	uint64_t visit;       /* the next one */
	uint64_t majors;      /* major faults that the last one took */
	uint64_t wrong;       /* pages that did not hold what was written to them */
	pid_t child;
};

struct subject {
	pid_t pid;
	volatile struct subject_state *state;
};

void subject_setup(void);
/* Returns when it has written to all of its pages. */
void subject_start(struct subject *s, enum subject_kind kind, unsigned int pages);
/* It goes over its pages, block by block in no order. */
void subject_visit(struct subject *s, enum subject_visit visit);
void subject_stop(struct subject *s);

#endif
