/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The axes of a matrix after the filter, each point with what its cells have
 * in common: content hashes and knob variants.  Found out once, not per cell.
 */
#ifndef HARNESS_AXES_H
#define HARNESS_AXES_H

#include "plan/plan.h"
#include "plan/variant.h"

struct kernel_axis {
	const struct kernel_def *def;
	char id[HASH_HEX];
};

struct policy_axis {
	const struct policy_def *def;
	char hash[HASH_HEX];
	struct variant *variants;
	size_t n_variants;
};

struct workload_axis {
	const struct workload_def *def;
	char hash[HASH_HEX];
	char *unusable; /* why its tools image can't be made here, or NULL */
	struct variant *variants;
	size_t n_variants;
};

struct axes {
	struct kernel_axis *kernels;
	struct policy_axis *policies;
	struct workload_axis *workloads;
	enum mode *modes;
	size_t n_kernels, n_policies, n_workloads, n_modes;
	unsigned int reps;
	char **unsupported; /* why a policy can't run, or NULL: [kernel * n_policies + policy] */
};

/*
 * The definitions of the kernels go to `set`, which must outlive the axes.
 * EXIT_INPUT when an axis is empty or there are too many cells.
 */
int axes_init(struct axes *a, const struct config *c, const struct matrix_def *m,
	      const struct plan_filter *f, enum mode auto_mode, struct kernel_set *set,
	      struct error **err);
/* Deterministic cells become tcg cells, once.  Were there any? */
bool axes_send_to_tcg(struct axes *a);
void axes_deinit(struct axes *a);
#define _cleanup_axes_ cleanup(axes_deinit)

#endif
