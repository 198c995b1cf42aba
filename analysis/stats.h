/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Order statistics of one sample, and what to do with many p-values.  No
 * function here draws random numbers: the same data give the same bits.
 * docs/statistics.md says which method was chosen and why.
 */
#ifndef ANALYSIS_STATS_H
#define ANALYSIS_STATS_H

#include <stddef.h>

/* Ascending, in place.  Values are finite; what isn't is the caller's to refuse. */
void stats_sort(double *x, size_t n);

/* Of sorted data, n >= 1.  quantile: linear interpolation (R's type 7), 0 <= q <= 1. */
double stats_median(const double *sorted, size_t n);
double stats_quantile(const double *sorted, size_t n, double q);

/*
 * Benjamini-Hochberg: q[i] is the least false discovery rate at which p[i] is
 * still a discovery among all n.  q may be p.
 */
void stats_bh(const double *p, size_t n, double *ret_q);

/* One bucket of a histogram: lowest value in it, and how many there were. */
struct bucket {
	double low;
	double count;
};

/*
 * The bucket that holds the quantile, by its lowest value: the truth is not
 * below it and less than the next bucket's.  Buckets may come in any order and
 * are sorted in place.  NaN if they are all empty.
 */
double stats_histogram_quantile(struct bucket *b, size_t n, double q);

#endif
