/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long what is left will take.  Cells of one workload and mode take about
 * the same time; the plan's own guess serves until the first of them is done.
 */
#ifndef HARNESS_ESTIMATE_H
#define HARNESS_ESTIMATE_H

#include "plan/plan.h"

struct estimate_kind {
	const struct workload_def *workload;
	enum mode mode;
	double guess_s; /* the plan's, for one cell */
	double sum_s;   /* measured */
	size_t done, left;
};

struct estimate {
	struct estimate_kind *kinds;
	size_t n_kinds;
};

void estimate_add(struct estimate *e, const struct cell *cell);
/* took_s of 0: the cell is gone without having been a measurement. */
void estimate_finished(struct estimate *e, const struct cell *cell, double took_s);
double estimate_left(const struct estimate *e);
void estimate_deinit(struct estimate *e);

#endif
