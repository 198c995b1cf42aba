/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two samples compared by ranks: no assumption about the shape of what was measured. */
#ifndef ANALYSIS_RANK_H
#define ANALYSIS_RANK_H

#include <stddef.h>

#include "analysis/bootstrap.h"

/* Up to this many values in both samples together, p and intervals are exact. */
#define RANK_EXACT_MAX 40

/*
 * Two-sided p of the Mann-Whitney test.  Exact by counting all divisions of
 * the values into two such groups, ties included; beyond RANK_EXACT_MAX the
 * normal approximation with corrections for ties and continuity.
 */
double rank_mann_whitney(const double *a, size_t n_a, const double *b, size_t n_b);

/* The least p that this many values can give: 2 / C(n_a + n_b, n_a), at most 1. */
double rank_least_p(size_t n_a, size_t n_b);

/* Hodges-Lehmann: the median of all contrasts between one of A and one of B. */
double rank_shift(const double *a, size_t n_a, const double *b, size_t n_b, enum contrast c);

/* Its interval, from the rank test turned around; the ends are included. */
struct interval {
	double lo, hi;
	double level; /* at least as asked for, or the most that so few values can give */
};
void rank_interval(const double *a, size_t n_a, const double *b, size_t n_b, enum contrast c,
		   double level, struct interval *ret);

#endif
