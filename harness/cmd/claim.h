/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of `harness claim`: which runs a claim needs, what they say, and its words. */
#ifndef HARNESS_CLAIM_H
#define HARNESS_CLAIM_H

#include <stdio.h>

#include "analysis/claim.h"
#include "db/db.h"
#include "plan/plan.h"

/* A claim as a matrix of its own. */
struct claim_matrix {
	struct matrix_def m; /* strings of kernels, workloads and modes are the claim's */
	char *workloads[2];
	enum mode modes[1];
};

/* EXIT_INPUT with the claim's position when it names what isn't there. */
int claim_matrix_init(struct claim_matrix *cm, const struct config *config,
		      const struct policy_def *policy, const struct claim_def *claim,
		      unsigned int reps, struct error **err);
void claim_matrix_deinit(struct claim_matrix *cm);

/* One claim on one kernel. */
struct claim_trial {
	const char *kernel;
	char *where; /* "patched-6.1 · burst · tcg" */
	struct claim_case found;
	size_t voids;       /* cells without a usable run */
	char *fingerprints; /* of deterministic runs, or NULL */
};

struct claim_result {
	const struct policy_def *policy;
	const struct claim_def *claim;
	struct plan *plan;
	struct claim_trial *trials;
	size_t n_trials;
	unsigned int reps;
};

/* Reads the values of the plan's cells and judges, a kernel at a time. */
int claim_try(struct db *db, struct claim_result *r, struct error **err);
void claim_result_deinit(struct claim_result *r);

void claim_print(const struct claim_result *results, size_t n, FILE *out);
void claim_print_json(const struct claim_result *results, size_t n, FILE *out);

#endif
