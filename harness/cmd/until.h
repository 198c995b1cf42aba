/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `harness run --until`: boots until every comparison is as narrow as asked for. */
#ifndef HARNESS_UNTIL_H
#define HARNESS_UNTIL_H

#include "cmd/carry_out.h"
#include "cmd/select.h"

#define UNTIL_MAX_REPS 30

struct until {
	double half;       /* percent; 0: not asked for */
	char *metric;      /* glob; NULL: the workloads' own */
	unsigned int most; /* repetitions; 0: UNTIL_MAX_REPS */
};

/* "2%" or "throughput:2%"; EXIT_INPUT if it isn't. */
int until_parse(const char *text, struct until *ret, struct error **err);

/*
 * s->plan is the first round's, and the whole of what was planned when it returns.
 * *ret_void: a cell of any round ended without a usable result.
 */
int run_until(const struct app *app, struct selection *s, const char *matrix,
	      const struct plan_filter *f, const struct until *u, bool retry, bool *ret_void,
	      struct error **err);

#endif
