// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/bootstrap.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

#include "base/str.h"

/* Less than this can't move a quantile that anyone prints; it keeps large samples cheap. */
#define NEGLIGIBLE 1e-12

void distribution_deinit(struct distribution *d)
{
	free(d->atoms);
	*d = (struct distribution){ 0 };
}

static void add_atom(struct distribution *d, double value, double p)
{
	if (p > NEGLIGIBLE)
		*ARRAY_APPEND(d->atoms, d->n) = (struct atom){ value, p };
}

/* P(at least k of n draws are among the i smallest of n values). */
static double reached(size_t i, size_t k, size_t n)
{
	if (i == n)
		return 1;
	return gsl_cdf_binomial_Q((unsigned int)k - 1, (double)i / (double)n, (unsigned int)n);
}

/*
 * Logarithm of P(m of m draws are among the `width` outermost of n values, and
 * one of them at least is the innermost of these).
 */
static double log_edge(size_t width, size_t m, size_t n)
{
	double below = (double)(width - 1) / (double)n, with = (double)width / (double)n;

	return log(pow(with, (double)m) - pow(below, (double)m));
}

static void odd_median(const double *x, size_t n, struct distribution *d)
{
	size_t k = n / 2 + 1;
	double before = 0;

	for (size_t i = 1; i <= n; i++) {
		double p = reached(i, k, n);

		add_atom(d, x[i - 1], p - before);
		before = p;
	}
}

/*
 * n = 2m: the median is the mean of the m-th and the (m+1)-th.  They are i < j
 * when m draws lie at or below i, touching it, and m at or above j, touching
 * it; what is left of P(m-th is i) is the case where both are i.
 */
static void even_median(const double *x, size_t n, struct distribution *d)
{
	_cleanup_free_ double *edge = xcalloc(n + 1, sizeof(*edge));
	size_t m = n / 2;
	double ways = gsl_sf_lnchoose((unsigned int)n, (unsigned int)m), before = 0;

	for (size_t i = 1; i <= n; i++)
		edge[i] = log_edge(i, m, n);
	for (size_t i = 1; i <= n; i++) {
		double p = reached(i, m, n), both = p - before;

		before = p;
		for (size_t j = i + 1; j <= n; j++) {
			double apart = exp(ways + edge[i] + edge[n - j + 1]);

			add_atom(d, (x[i - 1] + x[j - 1]) / 2, apart);
			both -= apart;
		}
		add_atom(d, x[i - 1], both);
	}
}

static int by_value(const void *a, const void *b)
{
	double x = ((const struct atom *)a)->value, y = ((const struct atom *)b)->value;

	return (x > y) - (x < y);
}

void bootstrap_median(const double *sorted, size_t n, struct distribution *ret)
{
	double total = 0;

	*ret = (struct distribution){ 0 };
	if (n % 2)
		odd_median(sorted, n, ret);
	else
		even_median(sorted, n, ret);
	qsort(ret->atoms, ret->n, sizeof(*ret->atoms), by_value);
	for (size_t i = 0; i < ret->n; i++)
		total += ret->atoms[i].p;
	for (size_t i = 0; i < ret->n; i++)
		ret->atoms[i].p /= total;
}

double distribution_sd(const struct distribution *d)
{
	double mean = 0, var = 0;

	for (size_t i = 0; i < d->n; i++)
		mean += d->atoms[i].p * d->atoms[i].value;
	for (size_t i = 0; i < d->n; i++)
		var += d->atoms[i].p * pow(d->atoms[i].value - mean, 2);
	return sqrt(var);
}

double contrast_value(enum contrast c, double a, double b)
{
	return c == CONTRAST_RATIO ? b / a - 1 : b - a;
}

/* P(contrast <= t) in one pass: the larger a is, the more values of b lie below the line. */
static double probability(const struct distribution *a, const struct distribution *b,
			  enum contrast c, double t)
{
	double below = 0, sum = 0;
	size_t j = 0;

	for (size_t i = 0; i < a->n; i++) {
		double v = a->atoms[i].value;
		double line = c == CONTRAST_RATIO ? v * (1 + t) : v + t;

		while (j < b->n && b->atoms[j].value <= line)
			below += b->atoms[j++].p;
		sum += a->atoms[i].p * below;
	}
	return sum;
}

/*
 * By bisection.  What is nearer to zero than rounding can tell is zero: whether
 * an interval contains it must not depend on the last bit.  The slack in q is
 * for the rounding of sums.
 */
double contrast_quantile(const struct distribution *a, const struct distribution *b,
			 enum contrast c, double q)
{
	double lo = contrast_value(c, a->atoms[a->n - 1].value, b->atoms[0].value);
	double hi = contrast_value(c, a->atoms[0].value, b->atoms[b->n - 1].value);
	double nil = 1e-13 * (c == CONTRAST_RATIO ? 1 : fabs(a->atoms[0].value) + hi - lo);

	q -= 1e-9;
	if (probability(a, b, c, lo) >= q)
		return lo;
	for (int i = 0; i < 100; i++) {
		double mid = lo + (hi - lo) / 2;

		if (mid <= lo || mid >= hi)
			break;
		*(probability(a, b, c, mid) >= q ? &hi : &lo) = mid;
	}
	return fabs(hi) < nil ? 0 : hi;
}
