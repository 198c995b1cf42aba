/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quantiles over all samples of several boots, with an interval that knows that
 * samples of one boot share its luck: boots are resampled, then samples within
 * each boot that was drawn (Davison and Hinkley 1997, section 3.8).
 *
 * Unlike the median's bootstrap this one has to draw; the generator's seed is
 * fixed, so that equal data give equal bits.
 */
#ifndef ANALYSIS_HIERARCHICAL_H
#define ANALYSIS_HIERARCHICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/stats.h"

/* One boot's samples. */
struct boot_samples {
	struct bucket *buckets; /* in any order; sorted in place */
	size_t n;
};

struct hierarchical_effect {
	double a, b;         /* the quantile on each side, all boots together */
	double diff, lo, hi; /* from a to b, in percent of a; NaN if a is 0 */
};

/* Each side needs a boot with a sample in it; false if one has none. */
bool hierarchical_quantile(struct boot_samples *a, size_t n_a, struct boot_samples *b, size_t n_b,
			   double q, struct hierarchical_effect *ret);

#endif
