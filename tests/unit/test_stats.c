// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Statistics against values from the literature and from R 4.2.2, against
 * brute force, and by simulation of pairs that don't differ.
 */
#include <gsl/gsl_randist.h>
#include <math.h>

#include "analysis/bootstrap.h"
#include "analysis/effect.h"
#include "analysis/rank.h"
#include "analysis/stats.h"
#include "base/str.h"
#include "test.h"

/* Efron and Tibshirani, An Introduction to the Bootstrap (1993), table 2.1: days survived. */
static const double treated[] = { 94, 197, 16, 38, 99, 141, 23 };
static const double control[] = { 52, 104, 146, 10, 51, 30, 40, 27, 46 };

static size_t sorted_copy(const double *x, size_t n, double *ret)
{
	memcpy(ret, x, n * sizeof(*x));
	stats_sort(ret, n);
	return n;
}

TEST(quantiles_are_type_7)
{
	/* R: quantile(c(1,2,4,8,16,32), c(0,.1,.25,.5,.9,.99,1)) */
	const double x[] = { 1, 2, 4, 8, 16, 32 };
	const double q[] = { 0, .1, .25, .5, .9, .99, 1 },
		     want[] = { 1, 1.5, 2.5, 6, 24, 31.2, 32 };

	for (size_t i = 0; i < ARRAY_SIZE(q); i++)
		EXPECT_NEAR(stats_quantile(x, 6, q[i]), want[i], 1e-12);
	EXPECT_NEAR(stats_median(x, 6), 6, 0);
	EXPECT_NEAR(stats_median(x, 5), 4, 0);
	EXPECT_NEAR(stats_median(x, 1), 1, 0);
}

TEST(benjamini_hochberg_gives_their_own_example)
{
	/* Benjamini and Hochberg (1995), section 4.1: four of fifteen; R: p.adjust(p, "BH") */
	const double p[] = { .0298, .0001, .0004, .0019, 1,     .0095, .0201, .0278,
			     .0344, .0459, .3240, .4262, .5719, .6528, .7590 };
	const double want[] = {
		.06385714286, .0015,        .003,         .0095,        1,
		.035625,      .0603,        .06385714286, .0645,        .0765,
		.486,         .58118181818, .714875,      .75323076923, .81321428571
	};
	double q[15];
	int found = 0;

	stats_bh(p, 15, q);
	for (int i = 0; i < 15; i++) {
		EXPECT_NEAR(q[i], want[i], 1e-9);
		found += q[i] <= 0.05;
	}
	EXPECT_INT(found, 4);
	stats_bh(p, 0, q);
}

TEST(histogram_quantiles_name_the_bucket)
{
	struct bucket b[] = { { 64, 1 }, { 1, 90 }, { 8, 0 }, { 16, 9 } };
	struct bucket none[] = { { 1, 0 } };

	EXPECT_NEAR(stats_histogram_quantile(b, 4, 0), 1, 0);
	EXPECT_NEAR(stats_histogram_quantile(b, 4, 0.9), 1, 0);
	EXPECT_NEAR(stats_histogram_quantile(b, 4, 0.901), 16, 0);
	EXPECT_NEAR(stats_histogram_quantile(b, 4, 0.99), 16, 0);
	EXPECT_NEAR(stats_histogram_quantile(b, 4, 0.991), 64, 0);
	EXPECT_NEAR(stats_histogram_quantile(b, 4, 1), 64, 0);
	EXPECT(isnan(stats_histogram_quantile(none, 1, 0.5)));
}

TEST(bootstrap_of_the_median_is_the_limit_of_resampling)
{
	/* Efron and Tibshirani, table 2.2: the standard error for infinitely many resamples */
	_cleanup_distribution_ struct distribution d = { 0 };
	double x[7], sum = 0;

	bootstrap_median(x, sorted_copy(treated, 7, x), &d);
	EXPECT_NEAR(distribution_sd(&d), 37.83, 0.005);
	/* Efron (1982): with n = 7 the median is the smallest value with p = 0.010, then .098, .239 */
	EXPECT_NEAR(d.atoms[0].p, 0.0102, 5e-5);
	EXPECT_NEAR(d.atoms[1].p, 0.0981, 5e-5);
	EXPECT_NEAR(d.atoms[2].p, 0.2386, 5e-5);
	for (size_t i = 0; i < d.n; i++)
		sum += d.atoms[i].p;
	EXPECT_NEAR(sum, 1, 1e-12);
}

/* All n^n resamples, one after the other. */
static double brute_force_cdf(const double *x, size_t n, double at)
{
	size_t all = (size_t)pow((double)n, (double)n), below = 0;
	double r[8];

	for (size_t code = 0; code < all; code++) {
		size_t c = code;

		for (size_t i = 0; i < n; i++, c /= n)
			r[i] = x[c % n];
		stats_sort(r, n);
		below += stats_median(r, n) <= at;
	}
	return (double)below / (double)all;
}

TEST(bootstrap_of_the_median_is_every_resample)
{
	const double x[] = { 1, 2, 2, 5, 11, 11.5 };

	for (size_t n = 1; n <= 6; n++) {
		_cleanup_distribution_ struct distribution d = { 0 };
		double below = 0;

		bootstrap_median(x, n, &d);
		for (size_t i = 0; i < d.n; i++) {
			below += d.atoms[i].p;
			if (i + 1 < d.n && d.atoms[i + 1].value == d.atoms[i].value)
				continue;
			EXPECT_NEAR(below, brute_force_cdf(x, n, d.atoms[i].value), 1e-10);
		}
	}
}

static int by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double resampled_median(gsl_rng *rng, const double *x, size_t n)
{
	double r[16];

	for (size_t i = 0; i < n; i++)
		r[i] = x[gsl_rng_uniform_int(rng, n)];
	stats_sort(r, n);
	return stats_median(r, n);
}

TEST(quantiles_of_the_contrast_are_those_of_drawing)
{
	enum { DRAWS = 200000 };
	const double a[] = { 10, 11, 13, 14, 19, 23 }, b[] = { 9, 12, 16, 20, 21 };
	const double q[] = { 0.025, 0.2, 0.5, 0.975 };
	_cleanup_distribution_ struct distribution da = { 0 }, db = { 0 };
	_cleanup_free_ double *t = xcalloc(DRAWS, sizeof(*t));
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	bootstrap_median(a, 6, &da);
	bootstrap_median(b, 5, &db);
	for (int i = 0; i < DRAWS; i++) {
		double m = resampled_median(rng, a, 6);

		t[i] = resampled_median(rng, b, 5) / m - 1;
	}
	gsl_rng_free(rng);
	qsort(t, DRAWS, sizeof(*t), by_double);
	for (size_t i = 0; i < ARRAY_SIZE(q); i++) {
		double got = contrast_quantile(&da, &db, CONTRAST_RATIO, q[i]);
		double slack = 0.004; /* four standard errors of a share of 200,000 */

		EXPECT(got >= t[(int)((q[i] - slack) * DRAWS)] - 1e-12);
		EXPECT(got <= t[(int)((q[i] + slack) * DRAWS)] + 1e-12);
	}
}

TEST(contrast_keeps_zero_exact)
{
	/* Half of the resamples agree to the bit: 0 must be the quantile, not 1e-17. */
	const double a[] = { 0.1, 0.3, 0.7 }, b[] = { 0.1, 0.3, 0.7 };
	_cleanup_distribution_ struct distribution da = { 0 }, db = { 0 };

	bootstrap_median(a, 3, &da);
	bootstrap_median(b, 3, &db);
	EXPECT(contrast_quantile(&da, &db, CONTRAST_RATIO, 0.5) == 0);
	EXPECT(contrast_quantile(&da, &db, CONTRAST_DIFFERENCE, 0.5) == 0);
}

TEST(mann_whitney_agrees_with_r)
{
	/* Hollander and Wolfe (1973), p. 69: permeability; R: wilcox.test(x, y, conf.int = TRUE) */
	const double x[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
	const double y[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
	struct interval s;

	EXPECT_NEAR(rank_mann_whitney(x, 10, y, 5), 0.2544123, 5e-8);
	EXPECT_NEAR(rank_shift(y, 5, x, 10, CONTRAST_DIFFERENCE), 0.305, 1e-12);
	rank_interval(y, 5, x, 10, CONTRAST_DIFFERENCE, 0.95, &s);
	EXPECT_NEAR(s.lo, -0.15, 1e-12);
	EXPECT_NEAR(s.hi, 0.76, 1e-12);
	/* R: wilcox.test(control, treated, conf.int = TRUE) */
	EXPECT_NEAR(rank_mann_whitney(control, 9, treated, 7), 0.680594405594, 1e-11);
	EXPECT_NEAR(rank_shift(treated, 7, control, 9, CONTRAST_DIFFERENCE), -28, 1e-12);
	rank_interval(treated, 7, control, 9, CONTRAST_DIFFERENCE, 0.95, &s);
	EXPECT_NEAR(s.lo, -93, 1e-12);
	EXPECT_NEAR(s.hi, 28, 1e-12);
}

TEST(mann_whitney_counts_ties_exactly)
{
	/* R: the share of combn(n, n_a) whose rank sum is as extreme, twice the smaller tail */
	const double a[] = { 1, 2, 2, 3, 5 }, b[] = { 2, 4, 5, 5, 6, 7 };
	const double c[] = { 0, 0, 0, 0, 3 }, d[] = { 0, 1, 2, 0, 5, 5 }, e[] = { 4, 4, 4 };

	EXPECT_NEAR(rank_mann_whitney(a, 5, b, 6), 0.0822510822511, 1e-12);
	EXPECT_NEAR(rank_mann_whitney(b, 6, a, 5), 0.0822510822511, 1e-12);
	EXPECT_NEAR(rank_mann_whitney(c, 5, d, 6), 0.220779220779, 1e-12);
	EXPECT_NEAR(rank_mann_whitney(e, 3, e, 3), 1, 0);
	EXPECT_NEAR(rank_mann_whitney(e, 3, e, 0), 1, 0);
}

TEST(mann_whitney_of_large_samples_is_normal)
{
	/* R: wilcox.test(Ozone ~ Month, data = airquality, subset = Month %in% c(5, 8)) */
	const double may[] = { 41, 36, 12, 18, 28, 23, 19, 8, 7,  16, 11, 14,  18,
			       14, 34, 6,  30, 11, 1,  11, 4, 32, 23, 45, 115, 37 };
	const double august[] = { 39, 9,  16, 78, 35, 66, 122, 89,  110, 44, 28,  65, 22,
				  59, 23, 31, 44, 21, 9,  45,  168, 73,  76, 118, 84, 85 };
	struct interval s;

	EXPECT_NEAR(rank_mann_whitney(may, 26, august, 26), 1.20807830769e-4, 1e-14);
	EXPECT_NEAR(rank_shift(august, 26, may, 26, CONTRAST_DIFFERENCE), -32, 0.01);
	rank_interval(august, 26, may, 26, CONTRAST_DIFFERENCE, 0.95, &s);
	EXPECT_NEAR(s.lo, -53, 0.01);
	EXPECT_NEAR(s.hi, -15, 0.01);
}

TEST(exact_and_normal_meet)
{
	double a[24], b[24];

	for (int i = 0; i < 24; i++) {
		a[i] = i * 2;
		b[i] = i * 2 + 11;
	}
	/* 20 + 20 is the last exact one, 21 + 20 the first approximated. */
	EXPECT_NEAR(rank_mann_whitney(a, 20, b, 20), rank_mann_whitney(a, 21, b, 20), 0.04);
	EXPECT_NEAR(rank_least_p(3, 3), 0.1, 1e-12);
	EXPECT_NEAR(rank_least_p(4, 4), 2.0 / 70, 1e-12);
	EXPECT_NEAR(rank_least_p(1, 1), 1, 1e-12);
}

static enum verdict judge(const double *a, size_t n_a, const double *b, size_t n_b, bool det)
{
	double x[32], y[32];
	struct effect e;

	memcpy(x, a, n_a * sizeof(*a));
	memcpy(y, b, n_b * sizeof(*b));
	effect_compute(x, n_a, y, n_b, &e);
	return effect_verdict(&e, e.p, det);
}

TEST(verdicts)
{
	const double low[] = { 10, 11, 12, 13 }, high[] = { 20, 21, 22, 23 };
	const double mixed[] = { 9, 12.5, 14, 10.5 }, same[] = { 7, 7, 7, 7 },
		     other[] = { 8, 8, 8 };

	EXPECT_INT(judge(low, 4, high, 4, false), VERDICT_SHOWN);
	EXPECT_INT(judge(high, 4, low, 4, false), VERDICT_SHOWN);
	EXPECT_INT(judge(low, 4, mixed, 4, false), VERDICT_NONE);
	/* 3 against 3 can be apart by chance once in ten times: never shown. */
	EXPECT_INT(judge(low, 3, high, 3, false), VERDICT_UNPROVEN);
	EXPECT_INT(judge(low, 1, high, 4, false), VERDICT_SINGLE);
	EXPECT_INT(judge(low, 1, high, 1, false), VERDICT_SINGLE);
	EXPECT_INT(judge(same, 4, same, 3, false), VERDICT_SAME);
	/* Constant values prove a difference only where chance has no part. */
	EXPECT_INT(judge(same, 3, other, 3, false), VERDICT_UNPROVEN);
	EXPECT_INT(judge(same, 3, other, 3, true), VERDICT_EXACT);
	EXPECT_INT(judge(same, 1, other, 1, true), VERDICT_EXACT);
	EXPECT_INT(judge(low, 3, high, 3, true), VERDICT_UNPROVEN);
}

TEST(effect_of_three_runs_spans_what_was_seen)
{
	double a[] = { 110, 100, 90 }, b[] = { 60, 50, 45 };
	struct effect e;

	effect_compute(a, 3, b, 3, &e);
	EXPECT(e.percent);
	EXPECT_NEAR(e.diff, -50, 1e-9);
	EXPECT_NEAR(e.lo, 100 * (45 / 110. - 1), 1e-9);
	EXPECT_NEAR(e.hi, 100 * (60 / 90. - 1), 1e-9);
	EXPECT_NEAR(e.level, 0.9, 1e-12);
	EXPECT_NEAR(e.p, 0.1, 1e-12);
	EXPECT_NEAR(e.shift, -50, 1e-9);
}

TEST(effect_of_four_runs_is_as_wide_as_ranks_demand)
{
	/* The bootstrap alone would stop short of the ends, which are seen twice in 70. */
	double a[] = { 100, 101, 102, 103 }, b[] = { 90, 91, 104, 105 };
	struct effect e;

	effect_compute(a, 4, b, 4, &e);
	EXPECT_NEAR(e.level, 0.95, 0);
	EXPECT_NEAR(e.lo, 100 * (90 / 103. - 1), 1e-9);
	EXPECT_NEAR(e.hi, 100 * (105 / 100. - 1), 1e-9);
}

TEST(zero_has_no_percentage)
{
	double a[] = { 0, 0, 0, 0 }, b[] = { 5, 6, 7, 8 }, c[] = { 0, 10, 10, 10 };
	double d[] = { -30, -30, -31, -29 };
	struct effect e;

	effect_compute(a, 4, b, 4, &e);
	EXPECT(!e.percent);
	EXPECT_NEAR(e.diff, 6.5, 1e-12);
	EXPECT_NEAR(e.lo, 5, 1e-12);
	EXPECT_NEAR(e.hi, 8, 1e-12);
	EXPECT_INT(effect_verdict(&e, e.p, false), VERDICT_SHOWN);
	/* One zero in A would make ratios infinite; the median can still carry a percentage. */
	effect_compute(c, 4, b, 4, &e);
	EXPECT(e.percent);
	EXPECT_NEAR(e.diff, -35, 1e-9);
	EXPECT(isfinite(e.lo) && isfinite(e.hi));
	/* Across zero: from -30 to 225 is no percentage either. */
	effect_compute(d, 4, b, 4, &e);
	EXPECT(!e.percent);
	EXPECT_NEAR(e.diff, 36.5, 1e-9);
}

/* --- simulation --------------------------------------------------------- */

static double normal(gsl_rng *r)
{
	return 100 + gsl_ran_gaussian(r, 5);
}
static double lognormal(gsl_rng *r)
{
	return gsl_ran_lognormal(r, 3, 0.7);
}
static double heavy(gsl_rng *r)
{
	return 100 + gsl_ran_tdist(r, 2);
}
static double rare(gsl_rng *r)
{
	return gsl_ran_poisson(r, 0.8);
}
static double counts(gsl_rng *r)
{
	return gsl_ran_poisson(r, 40);
}
/* A boot that lands in one of two states, as placement of memory makes them. */
static double two_states(gsl_rng *r)
{
	return gsl_rng_uniform(r) < 0.3 ? 130 + normal(r) : normal(r);
}

static void draw(gsl_rng *r, double (*from)(gsl_rng *), double *x, size_t n, double factor)
{
	for (size_t i = 0; i < n; i++)
		x[i] = from(r) * factor;
}

/* Share of pairs with a shown difference, and of intervals that contain the true one (factor). */
static void simulate(double (*from)(gsl_rng *), size_t n, double factor, double *ret_shown,
		     double *ret_covered)
{
	enum { PAIRS = 2000 };
	gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);
	double a[32], b[32], truth = 100 * (factor - 1);
	int shown = 0, covered = 0;

	gsl_rng_set(r, n);
	for (int i = 0; i < PAIRS; i++) {
		struct effect e;

		draw(r, from, a, n, 1);
		draw(r, from, b, n, factor);
		effect_compute(a, n, b, n, &e);
		shown += effect_verdict(&e, e.p, false) == VERDICT_SHOWN;
		covered += e.percent ? e.lo <= truth && truth <= e.hi : e.lo <= 0 && e.hi >= 0;
	}
	gsl_rng_free(r);
	*ret_shown = (double)shown / PAIRS;
	*ret_covered = (double)covered / PAIRS;
}

TEST(equal_pairs_rarely_alarm)
{
	double (*const from[])(gsl_rng *) = { normal, lognormal, heavy, rare, counts, two_states };
	const size_t n[] = { 3, 4, 5, 6, 8, 11, 21 };
	/* 5 % and three standard errors of 2,000 pairs */
	const double most = 0.05 + 3 * sqrt(0.05 * 0.95 / 2000);

	for (size_t i = 0; i < ARRAY_SIZE(n); i++) {
		double worst = 0, least = 1;

		for (size_t f = 0; f < ARRAY_SIZE(from); f++) {
			double shown, covered;

			simulate(from[f], n[i], 1, &shown, &covered);
			if (n[i] == 3)
				EXPECT(shown == 0);
			if (shown > most)
				FAIL("distribution %zu, n = %zu: %g alarms", f, n[i], shown);
			/* With 3 the interval says 90 %. */
			if (covered < (n[i] == 3 ? 0.9 : 0.95) - 3 * sqrt(0.05 * 0.95 / 2000))
				FAIL("distribution %zu, n = %zu: covers %g", f, n[i], covered);
			worst = fmax(worst, shown);
			least = fmin(least, covered);
		}
		printf("# n = %zu: at most %.1f %% false alarms, at least %.1f %% covered\n", n[i],
		       100 * worst, 100 * least);
	}
}

TEST(planted_effects_are_found_and_covered)
{
	double shown, covered;

	/* 20 % on a spread of 5 %: four standard deviations, found nearly always from 4 runs on. */
	simulate(normal, 5, 1.2, &shown, &covered);
	EXPECT(shown > 0.95);
	EXPECT(covered > 0.93);
	simulate(lognormal, 10, 1.5, &shown, &covered);
	EXPECT(shown > 0.1);
	EXPECT(covered > 0.93);
	simulate(counts, 15, 0.8, &shown, &covered);
	EXPECT(shown > 0.8);
	EXPECT(covered > 0.93);
}

/* 100 metrics of which 20 differ: what is shown after the correction is false once in twenty. */
TEST(correction_holds_the_false_discovery_rate)
{
	enum { REPORTS = 100, METRICS = 100, TRUE = 20, RUNS = 8 };
	gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);
	double rate = 0, found = 0, raw = 0;

	for (int i = 0; i < REPORTS; i++) {
		struct effect e[METRICS];
		double p[METRICS], a[RUNS], b[RUNS];
		int wrong = 0, right = 0;

		for (int m = 0; m < METRICS; m++) {
			draw(r, normal, a, RUNS, 1);
			draw(r, normal, b, RUNS, m < TRUE ? 1.15 : 1);
			effect_compute(a, RUNS, b, RUNS, &e[m]);
			p[m] = e[m].p;
			raw += m >= TRUE && effect_verdict(&e[m], p[m], false) == VERDICT_SHOWN;
		}
		stats_bh(p, METRICS, p);
		for (int m = 0; m < METRICS; m++)
			*(m < TRUE ? &right : &wrong) +=
				effect_verdict(&e[m], p[m], false) == VERDICT_SHOWN;
		rate += wrong + right ? (double)wrong / (wrong + right) : 0;
		found += (double)right / TRUE;
	}
	gsl_rng_free(r);
	EXPECT(raw / REPORTS > 2); /* without it: several false ones in each report */
	EXPECT(rate / REPORTS <= 0.065);
	EXPECT(found / REPORTS > 0.9);
}

/* --- the least effect that could be seen --------------------------------------------- */

struct shape_of_boots {
	const char *name;
	double (*draw)(gsl_rng *rng);
};

static double draw_normal(gsl_rng *rng)
{
	return 100 + gsl_ran_gaussian(rng, 5);
}

static double draw_lognormal(gsl_rng *rng)
{
	return 100 * exp(gsl_ran_gaussian(rng, 0.2));
}

static double draw_wild(gsl_rng *rng)
{
	return 100 + 3 * gsl_ran_tdist(rng, 3);
}

/* Half of the boots in a slower state, as where memory lies can bring about. */
static double draw_two_states(gsl_rng *rng)
{
	return (gsl_rng_uniform(rng) < 0.5 ? 100 : 104) + gsl_ran_gaussian(rng, 2);
}

static void draw_sample(gsl_rng *rng, const struct shape_of_boots *s, size_t n, double factor,
			double *ret)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = factor * s->draw(rng);
}

/* What pairs without an effect say could be seen, in the middle. */
static double typical_least(gsl_rng *rng, const struct shape_of_boots *s, size_t n)
{
	double least[201], a[16], b[16];
	struct effect e;

	for (size_t i = 0; i < ARRAY_SIZE(least); i++) {
		draw_sample(rng, s, n, 1, a);
		draw_sample(rng, s, n, 1, b);
		effect_compute(a, n, b, n, &e);
		least[i] = e.least;
	}
	stats_sort(least, ARRAY_SIZE(least));
	return stats_median(least, ARRAY_SIZE(least));
}

/* An effect as large as that, planted: how often is it shown? */
static double power_at(gsl_rng *rng, const struct shape_of_boots *s, size_t n, double percent)
{
	double a[16], b[16];
	int rounds = 600, shown = 0;

	for (int i = 0; i < rounds; i++) {
		struct effect e;

		draw_sample(rng, s, n, 1, a);
		draw_sample(rng, s, n, 1 + percent / 100, b);
		effect_compute(a, n, b, n, &e);
		shown += effect_verdict(&e, e.p, false) == VERDICT_SHOWN;
	}
	return (double)shown / rounds;
}

/* About: the interval of so few boots is an estimate itself, and ranks come in steps. */
TEST(the_least_effect_is_seen_four_times_in_five)
{
	static const struct shape_of_boots shapes[] = {
		{ "normal", draw_normal },
		{ "lognormal", draw_lognormal },
		{ "t, 3 degrees of freedom", draw_wild },
		{ "two states", draw_two_states },
	};
	static const size_t sizes[] = { 5, 8, 12, 16 };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(rng, 9);
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		printf("# %s:", shapes[i].name);
		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
			double least = typical_least(rng, &shapes[i], sizes[j]);
			double power = power_at(rng, &shapes[i], sizes[j], least);

			printf(" %zu+%zu: %.1f %% seen in %.0f %%;", sizes[j], sizes[j], least,
			       100 * power);
			if (power < 0.7 || power > 0.9)
				test_failed = true;
		}
		putchar('\n');
	}
	gsl_rng_free(rng);
	EXPECT(!test_failed);
}

TEST(normal_boots_agree_with_the_t_tests_power)
{
	/* R 4.2.2: power.t.test(n = 12, sd = 1, power = .8)$delta is 1.19684; ranks need 2 % more. */
	const struct shape_of_boots normal = { "normal", draw_normal };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double least;

	gsl_rng_set(rng, 10);
	least = typical_least(rng, &normal, 12);
	gsl_rng_free(rng);
	/* In percent of 100, with an sd of 5; the interval is the wider of two. */
	EXPECT(least > 5 * 1.19684 && least < 5 * 1.19684 * 1.25);
}

TEST(few_boots_see_nothing)
{
	double a[] = { 1, 2, 3 }, b[] = { 7, 8, 9 };
	struct effect e;

	effect_compute(a, 3, b, 3, &e);
	EXPECT(isnan(e.least));
}

TEST_MAIN
