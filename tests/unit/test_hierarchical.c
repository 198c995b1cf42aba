// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hierarchical bootstrap against R, against its two limits, and by
 * simulation of boots that have luck of their own.
 */
#include "analysis/hierarchical.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "analysis/bootstrap.h"
#include "base/str.h"
#include "test.h"

#define BOOTS 6
#define LOWS 7

static const double lows[LOWS] = { 1, 2, 4, 8, 16, 32, 64 };
static const double base[BOOTS][LOWS] = {
	{ 10, 50, 30, 8, 2, 0, 0 }, { 12, 45, 32, 9, 1, 1, 0 }, { 8, 40, 40, 10, 1, 1, 0 },
	{ 11, 52, 28, 7, 2, 0, 0 }, { 9, 30, 45, 12, 3, 1, 0 }, { 10, 48, 33, 7, 1, 0, 1 },
};
static const double later[BOOTS][LOWS] = {
	{ 5, 30, 45, 15, 4, 1, 0 }, { 6, 28, 48, 14, 3, 1, 0 }, { 4, 25, 40, 25, 5, 1, 0 },
	{ 5, 33, 44, 14, 3, 1, 0 }, { 4, 20, 42, 28, 5, 0, 1 }, { 6, 31, 46, 13, 3, 1, 0 },
};

static void fill(const double counts[BOOTS][LOWS], struct bucket (*buckets)[LOWS],
		 struct boot_samples *ret)
{
	for (size_t i = 0; i < BOOTS; i++) {
		for (size_t j = 0; j < LOWS; j++)
			buckets[i][j] = (struct bucket){ lows[j], counts[i][j] };
		ret[i] = (struct boot_samples){ buckets[i], LOWS };
	}
}

TEST(as_r_draws_it)
{
	/*
	 * R 4.2.2, 20,000 replicates of sample() over boots and rmultinom() within each.  A bucket
	 * doubles, so that changes are -50, 0 or 100 %: shares of the last two beside each.
	 */
	static const struct {
		double q, a, b, lo, hi;
	} want[] = {
		{ 0.5, 2, 4, 0, 100 },  /* .138 and .862 */
		{ 0.8, 4, 8, 0, 100 },  /* .189 and .811 */
		{ 0.9, 8, 8, 0, 100 },  /* .740 and .260 */
		{ 0.97, 8, 16, 0, 100 } /* .158 and .838 */
	};
	struct bucket in_a[BOOTS][LOWS], in_b[BOOTS][LOWS];
	struct boot_samples a[BOOTS], b[BOOTS];

	fill(base, in_a, a);
	fill(later, in_b, b);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		struct hierarchical_effect e;

		EXPECT(hierarchical_quantile(a, BOOTS, b, BOOTS, want[i].q, &e));
		EXPECT_NEAR(e.a, want[i].a, 0);
		EXPECT_NEAR(e.b, want[i].b, 0);
		EXPECT_NEAR(e.diff, 100 * (want[i].b / want[i].a - 1), 1e-9);
		EXPECT_NEAR(e.lo, want[i].lo, 1e-9);
		EXPECT_NEAR(e.hi, want[i].hi, 1e-9);
	}
}

/* One sample a boot: only boots are resampled, and that has a closed form. */
TEST(single_samples_are_the_plain_bootstrap)
{
	const double x[] = { 101, 104, 110, 113, 121, 125, 140 };
	struct bucket in_a[7], in_b[7];
	struct boot_samples a[7], b[7];
	_cleanup_distribution_ struct distribution d = { 0 };
	struct hierarchical_effect e;

	for (size_t i = 0; i < 7; i++) {
		in_a[i] = (struct bucket){ x[i], 1 };
		in_b[i] = (struct bucket){ 2 * x[i], 1 };
		a[i] = (struct boot_samples){ &in_a[i], 1 };
		b[i] = (struct boot_samples){ &in_b[i], 1 };
	}
	bootstrap_median(x, 7, &d);
	EXPECT(hierarchical_quantile(a, 7, b, 7, 0.5, &e));
	EXPECT_NEAR(e.diff, 100, 1e-9);
	/* 2 X / Y - 1 of independent X, Y; a thousand draws know its quantiles to some percent. */
	EXPECT_NEAR(e.lo, 100 * (2 * (1 + contrast_quantile(&d, &d, CONTRAST_RATIO, 0.025)) - 1),
		    9);
	EXPECT_NEAR(e.hi, 100 * (2 * (1 + contrast_quantile(&d, &d, CONTRAST_RATIO, 0.975)) - 1),
		    9);
}

/* One boot a side: only its samples are resampled, and many of them leave no doubt. */
TEST(one_boot_knows_its_own_samples_only)
{
	struct bucket in_a[] = { { 1, 400000 }, { 2, 600000 } },
		      in_b[] = { { 1, 600000 }, { 2, 400000 } };
	struct boot_samples a = { in_a, 2 }, b = { in_b, 2 };
	struct hierarchical_effect e;

	EXPECT(hierarchical_quantile(&a, 1, &b, 1, 0.5, &e));
	EXPECT_NEAR(e.diff, -50, 1e-9);
	EXPECT_NEAR(e.lo, -50, 1e-9);
	EXPECT_NEAR(e.hi, -50, 1e-9);
}

TEST(nothing_is_not_compared)
{
	struct bucket none[] = { { 1, 0 } }, zero[] = { { 0, 5 }, { 8, 1 } };
	struct boot_samples empty = { none, 1 }, some = { zero, 2 };
	struct hierarchical_effect e;

	EXPECT(!hierarchical_quantile(&empty, 1, &some, 1, 0.5, &e));
	EXPECT(!hierarchical_quantile(NULL, 0, &some, 1, 0.5, &e));
	EXPECT(hierarchical_quantile(&some, 1, &some, 1, 0.5, &e));
	EXPECT(isnan(e.diff) && isnan(e.lo));
}

#define MANY 10
#define SAMPLES 500
#define WIDTH 64

/* Boots of 500 samples; the luck of a boot moves all of them. */
static void draw(gsl_rng *rng, struct bucket (*buckets)[WIDTH], struct boot_samples *ret)
{
	for (size_t i = 0; i < MANY; i++) {
		double luck = exp(gsl_ran_gaussian(rng, 0.15));

		for (size_t j = 0; j < WIDTH; j++)
			buckets[i][j] = (struct bucket){ pow(2, (double)j / 8), 0 };
		for (int k = 0; k < SAMPLES; k++) {
			double x = 16 * luck * exp(gsl_ran_gaussian(rng, 0.5));
			double bucket = floor(8 * log2(x));

			buckets[i][(size_t)fmax(0, fmin(bucket, WIDTH - 1))].count++;
		}
		ret[i] = (struct boot_samples){ buckets[i], WIDTH };
	}
}

TEST(boots_with_luck_of_their_own_raise_few_false_alarms)
{
	static struct bucket in_a[MANY][WIDTH], in_b[MANY][WIDTH];
	struct boot_samples a[MANY], b[MANY];
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	int rounds = 60, alarms = 0;

	gsl_rng_set(rng, 3);
	for (int i = 0; i < rounds; i++) {
		struct hierarchical_effect e;

		draw(rng, in_a, a);
		draw(rng, in_b, b);
		if (hierarchical_quantile(a, MANY, b, MANY, 0.9, &e))
			alarms += e.lo > 0 || e.hi < 0;
	}
	gsl_rng_free(rng);
	printf("# %d+%d boots of %d samples each, luck of 15 %%: %d of %d intervals miss 0\n", MANY,
	       MANY, SAMPLES, alarms, rounds);
	/* 5 %, and three standard errors of so few rounds. */
	EXPECT(alarms <= 9);
}

TEST_MAIN
