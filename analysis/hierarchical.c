// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/hierarchical.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdint.h>

#include "analysis/effect.h"
#include "base/str.h"

#define REPLICATES 1000

/* Boots of one side as counts over the same buckets, in the order of these. */
struct side {
	double *lows;
	size_t n_lows;
	double *counts; /* [boot * n_lows + bucket] */
	double *totals;
	size_t n_boots;
	double *pooled; /* of a replicate */
};

static size_t index_of(const struct side *s, double low)
{
	size_t lo = 0, hi = s->n_lows;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		*(s->lows[mid] <= low ? &lo : &hi) = mid;
	}
	return lo;
}

static void collect_lows(struct side *s, const struct boot_samples *boots, size_t n)
{
	double *all = NULL;
	size_t n_all = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < boots[i].n; j++)
			*ARRAY_APPEND(all, n_all) = boots[i].buckets[j].low;
	}
	if (n_all)
		stats_sort(all, n_all);
	for (size_t i = 0; i < n_all; i++) {
		if (!i || all[i] != all[s->n_lows - 1])
			all[s->n_lows++] = all[i];
	}
	s->lows = all;
}

/* Boots without a sample are none. */
static void side_init(struct side *s, const struct boot_samples *boots, size_t n)
{
	*s = (struct side){ 0 };
	collect_lows(s, boots, n);
	s->counts = xcalloc(n * s->n_lows + 1, sizeof(*s->counts));
	s->totals = xcalloc(n + 1, sizeof(*s->totals));
	s->pooled = xcalloc(s->n_lows + 1, sizeof(*s->pooled));
	for (size_t i = 0; i < n; i++) {
		double *row = s->counts + s->n_boots * s->n_lows, total = 0;

		for (size_t j = 0; j < boots[i].n; j++) {
			row[index_of(s, boots[i].buckets[j].low)] += boots[i].buckets[j].count;
			total += boots[i].buckets[j].count;
		}
		if (total > 0)
			s->totals[s->n_boots++] = total;
	}
}

static void side_deinit(struct side *s)
{
	free(s->lows);
	free(s->counts);
	free(s->totals);
	free(s->pooled);
}

/* As stats_histogram_quantile(): the bucket that holds it, by its lowest value. */
static double quantile(const struct side *s, double q)
{
	double total = 0, seen = 0, rank;

	for (size_t i = 0; i < s->n_lows; i++)
		total += s->pooled[i];
	rank = fmax(1, ceil(q * total));
	for (size_t i = 0; i < s->n_lows; i++) {
		seen += s->pooled[i];
		if (s->pooled[i] > 0 && seen >= rank)
			return s->lows[i];
	}
	return NAN;
}

static double quantile_of_all(struct side *s, double q)
{
	for (size_t j = 0; j < s->n_lows; j++) {
		s->pooled[j] = 0;
		for (size_t i = 0; i < s->n_boots; i++)
			s->pooled[j] += s->counts[i * s->n_lows + j];
	}
	return quantile(s, q);
}

static double quantile_of_replicate(struct side *s, double q, gsl_rng *rng, unsigned int *drawn)
{
	for (size_t j = 0; j < s->n_lows; j++)
		s->pooled[j] = 0;
	for (size_t i = 0; i < s->n_boots; i++) {
		size_t boot = gsl_rng_uniform_int(rng, s->n_boots);

		gsl_ran_multinomial(rng, s->n_lows, (unsigned int)fmin(s->totals[boot], UINT32_MAX),
				    s->counts + boot * s->n_lows, drawn);
		for (size_t j = 0; j < s->n_lows; j++)
			s->pooled[j] += drawn[j];
	}
	return quantile(s, q);
}

static void replicate(struct side *a, struct side *b, double q, double *ret)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t most = a->n_lows > b->n_lows ? a->n_lows : b->n_lows;
	_cleanup_free_ unsigned int *drawn = xcalloc(most, sizeof(*drawn));

	gsl_rng_set(rng, 1);
	for (int i = 0; i < REPLICATES; i++) {
		double x = quantile_of_replicate(a, q, rng, drawn);

		ret[i] = 100 * (quantile_of_replicate(b, q, rng, drawn) / x - 1);
	}
	gsl_rng_free(rng);
}

bool hierarchical_quantile(struct boot_samples *a, size_t n_a, struct boot_samples *b, size_t n_b,
			   double q, struct hierarchical_effect *ret)
{
	cleanup(side_deinit) struct side in_a, in_b;
	double diffs[REPLICATES], tail = (1 - EFFECT_LEVEL) / 2;

	side_init(&in_a, a, n_a);
	side_init(&in_b, b, n_b);
	if (!in_a.n_boots || !in_b.n_boots)
		return false;
	*ret = (struct hierarchical_effect){
		.a = quantile_of_all(&in_a, q),
		.b = quantile_of_all(&in_b, q),
		.diff = NAN,
		.lo = NAN,
		.hi = NAN,
	};
	/* A bucket that begins at 0 is a whole bucket wide: nothing is a percentage of that. */
	if (in_a.lows[0] <= 0)
		return true;
	replicate(&in_a, &in_b, q, diffs);
	stats_sort(diffs, REPLICATES);
	ret->diff = 100 * (ret->b / ret->a - 1);
	ret->lo = stats_quantile(diffs, REPLICATES, tail);
	ret->hi = stats_quantile(diffs, REPLICATES, 1 - tail);
	return true;
}
