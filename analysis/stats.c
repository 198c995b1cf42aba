// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/stats.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "base/str.h"

void stats_sort(double *x, size_t n)
{
	gsl_sort(x, 1, n);
}

double stats_median(const double *sorted, size_t n)
{
	return gsl_stats_median_from_sorted_data(sorted, 1, n);
}

double stats_quantile(const double *sorted, size_t n, double q)
{
	return gsl_stats_quantile_from_sorted_data(sorted, 1, n, q);
}

void stats_bh(const double *p, size_t n, double *ret_q)
{
	_cleanup_free_ size_t *order = xcalloc(n + 1, sizeof(*order));
	double least = 1;

	gsl_sort_index(order, p, 1, n);
	/* From the largest p down: a smaller p never has a larger q. */
	for (size_t rank = n; rank > 0; rank--) {
		double q = p[order[rank - 1]] * (double)n / (double)rank;

		if (q < least)
			least = q;
		ret_q[order[rank - 1]] = least;
	}
}

static int by_low(const void *a, const void *b)
{
	double x = ((const struct bucket *)a)->low, y = ((const struct bucket *)b)->low;

	return (x > y) - (x < y);
}

double stats_histogram_quantile(struct bucket *b, size_t n, double q)
{
	double total = 0, seen = 0, rank;

	if (n)
		qsort(b, n, sizeof(*b), by_low);
	for (size_t i = 0; i < n; i++)
		total += b[i].count;
	/* Nearest rank, so that q = 0 and q = 1 are the first and the last value. */
	rank = fmax(1, ceil(q * total));
	for (size_t i = 0; i < n; i++) {
		seen += b[i].count;
		if (b[i].count > 0 && seen >= rank)
			return b[i].low;
	}
	return NAN;
}
