// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/change_point.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <string.h>

#include "base/str.h"

/* p can't be below 1 / (PERMUTATIONS + 1). */
#define PERMUTATIONS 999
/* How fast intervals grow from one layer to the next; sqrt(2) is what the authors recommend. */
#define GROWTH M_SQRT2

/* Groups [from, to) in which cuts are looked for. */
struct interval_of_groups {
	size_t from, to;
};

struct search {
	const double *x;
	const size_t *starts; /* n_groups + 1: with the end */
	size_t n_groups;
	gsl_rng *rng;
	struct change_point *found;
	size_t n_found;
};

/* Mean ranks of the values of one segment, less their mean. */
static void rank_segment(const double *x, size_t n, double *ret)
{
	_cleanup_free_ size_t *order = xcalloc(n, sizeof(*order));

	gsl_sort_index(order, x, 1, n);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && x[order[end]] == x[order[i]]; end++)
			;
		for (size_t j = i; j < end; j++)
			ret[order[j]] = ((double)(i + end) + 1) / 2 - ((double)n + 1) / 2;
	}
}

/* Layers of overlapping intervals, each layer's longer than the last one's, and the whole. */
static struct interval_of_groups *seed_intervals(size_t from, size_t to, size_t *ret_n)
{
	struct interval_of_groups *all = NULL;
	double groups = (double)(to - from);
	size_t n = 0;

	for (double length = 2; length < groups; length *= GROWTH) {
		double count = 2 * ceil(groups / length) - 1;
		double step = (groups - length) / (count > 1 ? count - 1 : 1);

		for (double i = 0; i < count; i++)
			*ARRAY_APPEND(all, n) = (struct interval_of_groups){
				from + (size_t)floor(i * step),
				from + (size_t)ceil(i * step + length) < to
					? from + (size_t)ceil(i * step + length)
					: to,
			};
	}
	*ARRAY_APPEND(all, n) = (struct interval_of_groups){ from, to };
	*ret_n = n;
	return all;
}

/*
 * The largest standardized difference of mean ranks over all intervals and
 * cuts.  `sums`: of ranks before each value of the segment, which begins at `base`.
 */
static double largest(const struct search *s, const struct interval_of_groups *in, size_t n_in,
		      const double *sums, size_t base, size_t *ret_cut)
{
	double best = -1;

	for (size_t i = 0; i < n_in; i++) {
		size_t lo = s->starts[in[i].from] - base, hi = s->starts[in[i].to] - base;

		for (size_t g = in[i].from + 1; g < in[i].to; g++) {
			size_t cut = s->starts[g] - base;
			double left = (double)(cut - lo), right = (double)(hi - cut);
			double d = (sums[hi] - sums[cut]) / right - (sums[cut] - sums[lo]) / left;
			double size = fabs(d) * sqrt(left * right / (left + right));

			if (size > best) {
				best = size;
				*ret_cut = g;
			}
		}
	}
	return best;
}

static void add_up(const double *ranks, size_t n, double *ret)
{
	ret[0] = 0;
	for (size_t i = 0; i < n; i++)
		ret[i + 1] = ret[i] + ranks[i];
}

/* Share of permutations that have as large a maximum as the series itself. */
static double permutation_p(struct search *s, const struct interval_of_groups *in, size_t n_in,
			    double *ranks, double *sums, size_t base, size_t n, double observed)
{
	size_t as_large = 1, ignored;

	for (int i = 0; i < PERMUTATIONS; i++) {
		gsl_ran_shuffle(s->rng, ranks, n, sizeof(*ranks));
		add_up(ranks, n, sums);
		/* The slack is for the rounding of sums. */
		as_large += largest(s, in, n_in, sums, base, &ignored) >= observed * (1 - 1e-12);
	}
	return (double)as_large / (PERMUTATIONS + 1);
}

static void search_segment(struct search *s, size_t from, size_t to)
{
	size_t base = s->starts[from], n = s->starts[to] - base, cut = 0, n_in;
	_cleanup_free_ double *ranks = xcalloc(n, sizeof(*ranks)),
			      *sums = xcalloc(n + 1, sizeof(*sums));
	_cleanup_free_ struct interval_of_groups *in = NULL;
	double observed, p;

	if (to - from < 2)
		return;
	in = seed_intervals(from, to, &n_in);
	rank_segment(s->x + base, n, ranks);
	add_up(ranks, n, sums);
	observed = largest(s, in, n_in, sums, base, &cut);
	if (observed <= 0)
		return;
	p = permutation_p(s, in, n_in, ranks, sums, base, n, observed);
	if (p > CHANGE_LEVEL)
		return;
	search_segment(s, from, cut);
	*ARRAY_APPEND(s->found, s->n_found) = (struct change_point){ s->starts[cut], p };
	search_segment(s, cut, to);
}

static size_t group_of(const struct search *s, size_t value)
{
	size_t g = 0;

	while (s->starts[g] < value)
		g++;
	return g;
}

/* The best cut of all between two neighbours: the interval that gave it away may have been askew. */
static void refine(struct search *s, size_t i)
{
	size_t from = i ? group_of(s, s->found[i - 1].at) : 0;
	size_t to = i + 1 < s->n_found ? group_of(s, s->found[i + 1].at) : s->n_groups;
	size_t base = s->starts[from], n = s->starts[to] - base, cut = 0;
	_cleanup_free_ double *ranks = xcalloc(n, sizeof(*ranks)),
			      *sums = xcalloc(n + 1, sizeof(*sums));
	struct interval_of_groups whole = { from, to };

	rank_segment(s->x + base, n, ranks);
	add_up(ranks, n, sums);
	if (largest(s, &whole, 1, sums, base, &cut) > 0)
		s->found[i].at = s->starts[cut];
}

struct change_point *change_points(const double *x, size_t n, const size_t *starts, size_t n_starts,
				   size_t *ret_n)
{
	_cleanup_free_ size_t *bounds = xcalloc(n_starts + 1, sizeof(*bounds));
	struct search s = {
		.x = x,
		.starts = bounds,
		.n_groups = n_starts,
		.rng = gsl_rng_alloc(gsl_rng_mt19937),
	};

	memcpy(bounds, starts, n_starts * sizeof(*bounds));
	bounds[n_starts] = n;
	gsl_rng_set(s.rng, 1);
	if (n_starts)
		search_segment(&s, 0, n_starts);
	for (size_t i = 0; i < s.n_found; i++)
		refine(&s, i);
	gsl_rng_free(s.rng);
	*ret_n = s.n_found;
	return s.found;
}
