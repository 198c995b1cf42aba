/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deterministic cells, one a core: their numbers can't be disturbed. */
#ifndef HARNESS_BATCH_H
#define HARNESS_BATCH_H

#include "machine/machine.h"
#include "plan/plan.h"

struct batch_result {
	const struct cell *cell;
	const char *run_id; /* NULL: the cell could not be carried out, `why` says more */
	enum outcome outcome;
	double took_s;
	struct error *why;
};

struct batch {
	const struct cell **cells;
	size_t n;
	const char *campaign_id, *results;
	/* In our process, for each cell as it ends; -1 starts no more. */
	int (*done)(void *arg, const struct batch_result *r, struct error **err);
	void *arg;
};

/* As many at a time as there are host CPUs.  After Ctrl-C some may not have begun. */
int batch_run(const struct batch *b, struct error **err);

#endif
