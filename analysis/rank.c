// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/rank.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <string.h>

#include "analysis/stats.h"
#include "base/str.h"

/*
 * In how many ways can m of these n ranks add up to s?  The counts of sums 0 …
 * *ret_top, as doubles: C(40, 20) is far below 2^53, so they are exact.
 */
static double *count_sums(const unsigned int *ranks, size_t n, size_t m, size_t *ret_top)
{
	size_t top = 0, width, reach = 0;
	double *ways, *row;

	for (size_t i = 0; i < n; i++)
		top += ranks[i];
	width = top + 1;
	ways = xcalloc((m + 1) * width, sizeof(*ways));
	ways[0] = 1;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = i < m ? i + 1 : m; k > 0; k--) {
			double *to = ways + k * width + ranks[i];
			const double *from = ways + (k - 1) * width;

			for (size_t s = 0; s <= reach; s++)
				to[s] += from[s];
		}
		reach += ranks[i];
	}
	row = xmalloc(width * sizeof(*row));
	memcpy(row, ways + m * width, width * sizeof(*row));
	free(ways);
	*ret_top = top;
	return row;
}

/* The pooled values' ranks, doubled so that the mean rank of ties is whole; A's come first. */
struct ranking {
	unsigned int *doubled;
	double sum_a; /* of A's doubled ranks */
	double ties;  /* sum of t^3 - t over groups of t equal values */
};

static void rank_pooled(const double *a, size_t n_a, const double *b, size_t n_b,
			struct ranking *ret)
{
	size_t n = n_a + n_b;
	_cleanup_free_ double *x = xcalloc(n, sizeof(*x));
	_cleanup_free_ size_t *order = xcalloc(n, sizeof(*order));

	*ret = (struct ranking){ .doubled = xcalloc(n, sizeof(*ret->doubled)) };
	memcpy(x, a, n_a * sizeof(*x));
	memcpy(x + n_a, b, n_b * sizeof(*x));
	gsl_sort_index(order, x, 1, n);
	for (size_t i = 0, end; i < n; i = end) {
		double t;

		for (end = i + 1; end < n && x[order[end]] == x[order[i]]; end++)
			;
		t = (double)(end - i);
		ret->ties += t * t * t - t;
		for (size_t j = i; j < end; j++)
			ret->doubled[order[j]] = (unsigned int)(i + 1 + end);
	}
	for (size_t i = 0; i < n_a; i++)
		ret->sum_a += ret->doubled[i];
}

/* Share of all divisions whose sum of ranks lies at least as far out as A's. */
static double exact_p(const struct ranking *r, size_t n_a, size_t n)
{
	size_t top;
	_cleanup_free_ double *ways = count_sums(r->doubled, n, n_a, &top);
	double below = 0, above = 0, all = 0;

	for (size_t s = 0; s <= top; s++) {
		all += ways[s];
		if ((double)s <= r->sum_a)
			below += ways[s];
		if ((double)s >= r->sum_a)
			above += ways[s];
	}
	return fmin(1, 2 * fmin(below, above) / all);
}

static double approximate_p(const struct ranking *r, double n_a, double n_b)
{
	double n = n_a + n_b, u = r->sum_a / 2 - n_a * (n_a + 1) / 2;
	double var = n_a * n_b / 12 * (n + 1 - r->ties / (n * (n - 1)));
	double off = fabs(u - n_a * n_b / 2) - 0.5;

	if (var <= 0 || off <= 0)
		return 1;
	return 2 * gsl_cdf_ugaussian_Q(off / sqrt(var));
}

double rank_mann_whitney(const double *a, size_t n_a, const double *b, size_t n_b)
{
	struct ranking r;
	double p;

	if (!n_a || !n_b)
		return 1;
	rank_pooled(a, n_a, b, n_b, &r);
	p = n_a + n_b <= RANK_EXACT_MAX ? exact_p(&r, n_a, n_a + n_b)
					: approximate_p(&r, (double)n_a, (double)n_b);
	free(r.doubled);
	return p;
}

double rank_least_p(size_t n_a, size_t n_b)
{
	return fmin(1, 2 * exp(-gsl_sf_lnchoose((unsigned int)(n_a + n_b), (unsigned int)n_a)));
}

/*
 * The interval goes from the k-th smallest contrast to the k-th largest, with
 * the largest k for which P(U < k) <= tail.  0: not even the whole range will do.
 */
static size_t exact_k(size_t n_a, size_t n_b, double tail)
{
	size_t n = n_a + n_b, top, u = 0, base = n_a * (n_a + 1) / 2;
	unsigned int ranks[RANK_EXACT_MAX];
	_cleanup_free_ double *ways = NULL;
	double all = 0, below = 0;

	for (size_t i = 0; i < n; i++)
		ranks[i] = (unsigned int)i + 1;
	ways = count_sums(ranks, n, n_a, &top);
	for (size_t s = 0; s <= top; s++)
		all += ways[s];
	for (u = 0; base + u <= top; u++) {
		below += ways[base + u];
		if (below > tail * all)
			break;
	}
	return u;
}

static size_t approximate_k(double n_a, double n_b, double tail)
{
	double sd = sqrt(n_a * n_b * (n_a + n_b + 1) / 12);
	double k = floor(n_a * n_b / 2 + 0.5 - gsl_cdf_ugaussian_Qinv(tail) * sd);

	return k > 0 ? (size_t)k : 0;
}

/* Every one of B against every one of A, sorted. */
static double *all_contrasts(const double *a, size_t n_a, const double *b, size_t n_b,
			     enum contrast c)
{
	double *d = xcalloc(n_a * n_b, sizeof(*d));

	for (size_t i = 0; i < n_a * n_b; i++)
		d[i] = contrast_value(c, a[i / n_b], b[i % n_b]);
	stats_sort(d, n_a * n_b);
	return d;
}

double rank_shift(const double *a, size_t n_a, const double *b, size_t n_b, enum contrast c)
{
	_cleanup_free_ double *d = all_contrasts(a, n_a, b, n_b, c);

	return stats_median(d, n_a * n_b);
}

void rank_interval(const double *a, size_t n_a, const double *b, size_t n_b, enum contrast c,
		   double level, struct interval *ret)
{
	_cleanup_free_ double *d = all_contrasts(a, n_a, b, n_b, c);
	double tail = (1 - level) / 2;
	size_t k = n_a + n_b <= RANK_EXACT_MAX ? exact_k(n_a, n_b, tail)
					       : approximate_k((double)n_a, (double)n_b, tail);

	ret->level = k ? level : 1 - rank_least_p(n_a, n_b);
	k = k ?: 1;
	ret->lo = d[k - 1];
	ret->hi = d[n_a * n_b - k];
}
