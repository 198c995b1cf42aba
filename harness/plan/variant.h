/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sweeps of a matrix, multiplied out for one policy or workload. */
#ifndef HARNESS_VARIANT_H
#define HARNESS_VARIANT_H

#include "plan/plan.h"

/* One value for every knob of the owner. */
struct variant {
	struct knob_value *knobs;
	size_t n_knobs;
};

/* How many there will be; SIZE_MAX if that is beyond counting. */
size_t variants_count(const struct matrix_def *m, const char *owner, const struct knob_def *knobs,
		      size_t n_knobs);
/* Every combination, the last knob fastest; one variant if nothing is swept. */
void variants_create(const struct matrix_def *m, const char *owner, const struct knob_def *knobs,
		     size_t n_knobs, struct variant **ret, size_t *ret_n);
void variants_free(struct variant *v, size_t n);

struct knob_value *knob_values_copy(const struct variant *v);
void knob_values_free(struct knob_value *knobs, size_t n);

#endif
