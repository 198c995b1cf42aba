/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a command line to a configuration, a plan, or one cell of it. */
#ifndef HARNESS_SELECT_H
#define HARNESS_SELECT_H

#include "cmd/cmd.h"
#include "plan/plan.h"

struct selection {
	struct config *config;
	struct plan *plan;
	const struct cell *cell;
};

/* Options that choose cells: rows for getopt_long(), and what they do. */
#define SELECTION_OPTIONS                                                                       \
	{ "kernel", required_argument, NULL, 'k' }, { "policy", required_argument, NULL, 'p' }, \
		{ "workload", required_argument, NULL, 'w' },                                   \
		{ "mode", required_argument, NULL, 'M' },                                       \
	{                                                                                       \
		"reps", required_argument, NULL, 'n'                                            \
	}

/* Takes `c` if it is one of these; anything else is a bad option of command `name`. */
int selection_option(const char *name, int c, char **argv, struct plan_filter *f,
		     struct error **err);

/* A number of repetitions from `optarg`. */
int selection_reps(const char *name, const char *option, unsigned int *ret, struct error **err);

/* What "auto" is on this machine: kvm if a probe guest ran under it, else tcg. */
int selection_auto_mode(const char *wanted, enum mode *ret, struct error **err);

/* Can deterministic guests have several CPUs?  Asked only if the plan has such. */
int selection_counts_cpus(const struct config *c, const struct matrix_def *m,
			  const struct plan_filter *f, bool *ret, struct error **err);

/* What the user has to know of the plan's modes. */
void selection_tell(const struct plan *p);

/* The plan of one matrix.  `mode` as for selection_auto_mode (NULL: probe). */
int selection_plan(struct selection *s, struct app *app, const char *matrix,
		   const struct plan_filter *f, struct error **err);

/* The cell with this id in `matrix`, or in any (NULL). */
int selection_find_cell(struct selection *s, struct app *app, const char *matrix, const char *mode,
			const char *id, struct error **err);

void selection_deinit(struct selection *s);
#define _cleanup_selection_ cleanup(selection_deinit)

#endif
