// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/effect.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "analysis/bootstrap.h"
#include "analysis/rank.h"
#include "analysis/stats.h"

/* How differences of this metric are expressed. */
struct scale {
	enum contrast contrast;
	double factor; /* from the contrast to what is printed */
	bool percent;
};

/*
 * A ratio where it exists for every resample of A, so that the uncertainty of
 * the denominator is in the interval; else a difference in percent of A's
 * median; else the bare difference: from 0, or across it, nothing is a percentage.
 */
static struct scale choose_scale(const double *a, const double *b, const struct effect *e)
{
	if (a[0] > 0 && b[0] >= 0)
		return (struct scale){ CONTRAST_RATIO, 100, true };
	if (a[0] >= 0 && b[0] >= 0 && e->median_a > 0)
		return (struct scale){ CONTRAST_DIFFERENCE, 100 / e->median_a, true };
	return (struct scale){ CONTRAST_DIFFERENCE, 1, false };
}

/*
 * The wider of two: the bootstrap's interval for the medians, which is too
 * narrow for a handful of runs, and the exact one that belongs to the rank test.
 */
static void find_interval(const double *a, const double *b, struct scale s, struct effect *e)
{
	_cleanup_distribution_ struct distribution in_a = { 0 }, in_b = { 0 };
	struct interval ranks;
	double tail = (1 - EFFECT_LEVEL) / 2;

	bootstrap_median(a, e->n_a, &in_a);
	bootstrap_median(b, e->n_b, &in_b);
	rank_interval(a, e->n_a, b, e->n_b, s.contrast, EFFECT_LEVEL, &ranks);
	e->level = ranks.level;
	e->lo = s.factor * fmin(ranks.lo, contrast_quantile(&in_a, &in_b, s.contrast, tail));
	e->hi = s.factor * fmax(ranks.hi, contrast_quantile(&in_a, &in_b, s.contrast, 1 - tail));
}

/*
 * Lehmann (1963): the length of the interval estimates the standard error of
 * the shift, whatever the shape.  An effect is seen when the interval doesn't
 * reach 0: half of its length away, plus what luck takes away one time in five.
 * Ratios are shifts of logarithms: a larger effect has a longer interval.
 */
static double least_effect(const struct effect *e)
{
	double freedom = (double)(e->n_a + e->n_b) - 2, reach, half;

	if (rank_least_p(e->n_a, e->n_b) > EFFECT_FDR)
		return NAN;
	reach = 1 + gsl_cdf_tdist_Pinv(EFFECT_POWER, freedom) /
			    gsl_cdf_tdist_Qinv((1 - EFFECT_LEVEL) / 2, freedom);
	if (!e->percent || e->lo <= -100)
		return reach * (e->hi - e->lo) / 2;
	half = (log1p(e->hi / 100) - log1p(e->lo / 100)) / 2;
	return 100 * expm1(reach * half);
}

static void compute(double *a, size_t n_a, double *b, size_t n_b, bool in_unit, struct effect *ret)
{
	struct scale s = { CONTRAST_DIFFERENCE, 1, false };

	stats_sort(a, n_a);
	stats_sort(b, n_b);
	*ret = (struct effect){
		.n_a = n_a,
		.n_b = n_b,
		.median_a = stats_median(a, n_a),
		.median_b = stats_median(b, n_b),
		.constant = a[0] == a[n_a - 1] && b[0] == b[n_b - 1],
		.p = rank_mann_whitney(a, n_a, b, n_b),
	};
	if (!in_unit)
		s = choose_scale(a, b, ret);
	ret->percent = s.percent;
	ret->diff = s.factor * contrast_value(s.contrast, ret->median_a, ret->median_b);
	find_interval(a, b, s, ret);
	ret->shift = rank_shift(a, n_a, b, n_b, CONTRAST_DIFFERENCE);
	ret->least = least_effect(ret);
}

void effect_compute(double *a, size_t n_a, double *b, size_t n_b, struct effect *ret)
{
	compute(a, n_a, b, n_b, false, ret);
}

void effect_compute_unit(double *a, size_t n_a, double *b, size_t n_b, struct effect *ret)
{
	compute(a, n_a, b, n_b, true, ret);
}

size_t effect_runs_needed(double p)
{
	size_t n = 2;

	while (rank_least_p(n, n) > p)
		n++;
	return n;
}

static bool same(const struct effect *e)
{
	return e->constant && e->median_a == e->median_b;
}

bool effect_testable(const struct effect *e)
{
	return !same(e) && e->n_a > 1 && e->n_b > 1;
}

enum verdict effect_verdict(const struct effect *e, double q, bool deterministic)
{
	if (same(e))
		return VERDICT_SAME;
	if (deterministic && e->constant)
		return VERDICT_EXACT;
	if (e->n_a < 2 || e->n_b < 2)
		return VERDICT_SINGLE;
	if (e->lo <= 0 && e->hi >= 0)
		return VERDICT_NONE;
	/* With too few runs for a level of 95 %, p can't be this small. */
	return q <= EFFECT_FDR ? VERDICT_SHOWN : VERDICT_UNPROVEN;
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_SAME] = "same",     [VERDICT_NONE] = "none",
		[VERDICT_SINGLE] = "single", [VERDICT_UNPROVEN] = "unproven",
		[VERDICT_SHOWN] = "shown",   [VERDICT_EXACT] = "exact",
	};

	return names[v];
}
