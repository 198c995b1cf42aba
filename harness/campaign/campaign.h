/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carrying a plan out: kernels first, then cell by cell, each leaving a run
 * directory and rows.  A campaign may be killed at any moment: what is
 * published stays, what isn't is swept away, and the next one goes on.
 */
#ifndef HARNESS_CAMPAIGN_H
#define HARNESS_CAMPAIGN_H

#include "db/db.h"
#include "machine/machine.h"
#include "plan/plan.h"

/*
 * One cell, from its kernel to its run directory; the map of the program.
 * A guest that fails is an outcome, not an error: -1 means that this machine
 * could not carry the cell out at all.  Caller frees *ret_run_id.
 */
int run_cell(const struct cell *cell, const char *campaign_id, const char *results,
	     char **ret_run_id, enum outcome *ret_outcome, struct error **err);

/* What a run of the cell would have as its inputs_hash; makes its boot files and boots nothing. */
int cell_inputs_hash(const struct cell *cell, char ret[HASH_HEX], struct error **err);

struct campaign_options {
	const char *results;
	bool retry; /* run cells again whose last outcome wasn't ok */
};

struct campaign_summary {
	size_t reused;                 /* finished in an earlier campaign */
	size_t refused;                /* planned with a reason why they can't run */
	size_t faults;                 /* could not be carried out (kernel, image, host) */
	size_t by_outcome[N_OUTCOMES]; /* run now, or reused */
	double elapsed_s;
};

/*
 * Everything of `plan` that isn't finished yet.  Rows go to `db` after each
 * cell.  EXIT_INTERRUPTED after Ctrl-C; *ret is filled in either case.
 */
int campaign_run(const struct plan *plan, const struct campaign_options *o, struct db *db,
		 struct campaign_summary *ret, struct error **err);

/* Fetches or builds the kernels of a plan; cells of one that fails are given the reason. */
int campaign_kernels(struct plan *plan, struct error **err);

#endif
