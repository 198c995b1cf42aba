// SPDX-License-Identifier: GPL-2.0-or-later
/* When `harness run --until` stops, and that stopping so keeps intervals honest. */
#include <gsl/gsl_randist.h>
#include <math.h>

#include "analysis/effect.h"
#include "analysis/width.h"
#include "cmd/until.h"
#include "report_db.h"

static char **cells_of(struct db *db)
{
	char **cells = xcalloc(1, sizeof(*cells));

	(void)db;
	for (int i = 1; i <= serial; i++)
		strv_addf(&cells, "c%03d", i);
	return cells;
}

static struct widths measured(struct db *db, const char *metric)
{
	_cleanup_strv_ char **cells = cells_of(db);
	struct widths w = { 0 };

	if (widths_measure(db_handle(db), cells, metric, &w, NULL) < 0)
		printf("# widths can't be measured\n");
	return w;
}

static const double narrow[] = { 100, 100.1, 99.9, 100.2, 99.8 };

TEST(a_pair_is_as_wide_as_its_widest_metric)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_widths_ struct widths w = { 0 }, one = { 0 };

	boots(db, (struct boot){ 0 }, narrow, 5);
	boots(db, (struct boot){ .policy = "x" }, narrow, 5);
	for (int i = 1; i <= serial; i++) {
		char run[64];

		snprintf(run, sizeof(run), "c%03d-1", i);
		metric(db, run, "wild", "ns", "lower", i % 5 ? 100 : 300, "workload");
		metric(db, run, "counter", "count", "lower", i % 2 ? 1 : 900, "counter");
	}
	w = measured(db, NULL);
	EXPECT_INT(w.n, 1);
	EXPECT_STR(w.items[0].metric, "wild");
	EXPECT(w.items[0].half > 50 && isfinite(w.items[0].half));
	one = measured(db, "fault_p99");
	EXPECT(one.items[0].half < 1);
	EXPECT(widths_reached(&one, w.items[0].a_group, 1));
	EXPECT(!widths_reached(&w, w.items[0].a_group, 1));
}

TEST(stock_goes_on_while_one_policy_needs_it)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_widths_ struct widths w = { 0 };

	boots(db, (struct boot){ 0 }, narrow, 5);
	boots(db, (struct boot){ .policy = "calm" }, narrow, 5);
	boots(db, (struct boot){ .policy = "wild" }, slow, 5);
	w = measured(db, NULL);
	EXPECT_INT(w.n, 2);
	for (size_t i = 0; i < w.n; i++) {
		EXPECT(!widths_reached(&w, w.items[i].a_group, 2));
		EXPECT(widths_reached(&w, w.items[i].b_group, 2) ==
		       (strstr(w.items[i].b_group, "calm") != NULL));
	}
}

TEST(too_few_runs_are_never_narrow)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_widths_ struct widths w = { 0 };

	boots(db, (struct boot){ 0 }, narrow, 3);
	boots(db, (struct boot){ .policy = "x" }, narrow, 3);
	w = measured(db, NULL);
	EXPECT(isinf(w.items[0].half));
}

TEST(arguments)
{
	static const char *const bad[] = { "2", "%", "", "0%", "-1%", "x", ":2%", "nan%", "2%%" };
	struct until u = { 0 };

	EXPECT_INT(until_parse("2.5%", &u, NULL), 0);
	EXPECT_NEAR(u.half, 2.5, 0);
	EXPECT(!u.metric);
	EXPECT_INT(until_parse("fault_*:5%", &u, NULL), 0);
	EXPECT_STR(u.metric, "fault_*");
	free(u.metric);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_INT(until_parse(bad[i], &(struct until){ 0 }, NULL), -1);
}

/* Boots are added until the interval is narrow; does it then still hold the truth? */
TEST(stopping_by_width_favours_nothing)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	int rounds = 4000, held = 0, alarms = 0, most = 0;

	gsl_rng_set(rng, 5);
	for (int i = 0; i < rounds; i++) {
		double a[32], b[32], x[32], y[32];
		struct effect e;
		int n = 0, next = 4;

		for (;; next = next + (next + 1) / 2) {
			next = next > 30 ? 30 : next;
			for (; n < next; n++) {
				a[n] = 100 * exp(gsl_ran_gaussian(rng, 0.08));
				b[n] = 100 * exp(gsl_ran_gaussian(rng, 0.08));
			}
			memcpy(x, a, sizeof(a));
			memcpy(y, b, sizeof(b));
			effect_compute(x, (size_t)n, y, (size_t)n, &e);
			if ((e.hi - e.lo) / 2 <= 8 || n == 30)
				break;
		}
		most += n == 30;
		held += e.lo <= 0 && e.hi >= 0;
		alarms += effect_verdict(&e, e.p, false) == VERDICT_SHOWN;
	}
	gsl_rng_free(rng);
	printf("# --until 8%%, sd 8 %%: %d of %d intervals hold the truth, %d false alarms, %d at the "
	       "cap\n",
	       held, rounds, alarms, most);
	/* 95 % and 5 %, and three standard errors of so many rounds. */
	EXPECT(held >= rounds * 0.94);
	EXPECT(alarms <= rounds * 0.06);
	EXPECT(most < rounds / 2);
}

TEST_MAIN
