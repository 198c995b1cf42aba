/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bootstrap of medians, without drawing.
 *
 * Resampling n values with replacement gives each order statistic with a
 * probability that has a closed form (Efron 1979; Maritz and Jarrett 1978), so
 * the distribution that a million resamples would approach is computed
 * outright: no seed, no Monte Carlo error, and the same bits everywhere.
 */
#ifndef ANALYSIS_BOOTSTRAP_H
#define ANALYSIS_BOOTSTRAP_H

#include <stddef.h>

#include "base/cleanup.h"

/* One value that the median of a resample can take. */
struct atom {
	double value;
	double p;
};

/* Ascending by value; the probabilities add up to 1. */
struct distribution {
	struct atom *atoms;
	size_t n;
};

/* How B is set against A. */
enum contrast {
	CONTRAST_RATIO,      /* b / a - 1; for positive a */
	CONTRAST_DIFFERENCE, /* b - a */
};

/* Of sorted data, n >= 1. */
void bootstrap_median(const double *sorted, size_t n, struct distribution *ret);
void distribution_deinit(struct distribution *d);
#define _cleanup_distribution_ cleanup(distribution_deinit)

double distribution_sd(const struct distribution *d);

/* Smallest t with P(contrast(A, B) <= t) >= q, for independent A and B. */
double contrast_quantile(const struct distribution *a, const struct distribution *b,
			 enum contrast c, double q);
double contrast_value(enum contrast c, double a, double b);

#endif
