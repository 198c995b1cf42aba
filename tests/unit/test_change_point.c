// SPDX-License-Identifier: GPL-2.0-or-later
/* Change points: planted ones are found, others aren't; and histories of databases. */
#include "analysis/change_point.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "analysis/history.h"
#include "report_db.h"

#define MOST 400

struct made {
	double x[MOST];
	size_t n, starts[MOST], n_starts;
	gsl_rng *rng;
};

static void begin(struct made *m, unsigned long seed)
{
	m->n = m->n_starts = 0;
	m->rng = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(m->rng, seed);
}

/* So many campaigns of `boots` each at one level, 5 % apart from boot to boot, one in 20 wild. */
static void campaigns(struct made *m, size_t n, size_t boots_each, double level)
{
	for (size_t i = 0; i < n; i++) {
		m->starts[m->n_starts++] = m->n;
		for (size_t j = 0; j < boots_each; j++) {
			double wild = gsl_rng_uniform(m->rng) < 0.05 ? 3 : 1;

			m->x[m->n++] = wild * level * exp(gsl_ran_gaussian(m->rng, 0.05));
		}
	}
}

static struct change_point *found(struct made *m, size_t *ret_n)
{
	gsl_rng_free(m->rng);
	return change_points(m->x, m->n, m->starts, m->n_starts, ret_n);
}

TEST(a_step_is_found_where_it_is)
{
	_cleanup_free_ struct change_point *c = NULL;
	struct made m;
	size_t n;

	begin(&m, 1);
	campaigns(&m, 6, 5, 100);
	campaigns(&m, 4, 5, 115);
	c = found(&m, &n);
	EXPECT_INT(n, 1);
	EXPECT_INT(c[0].at, 30);
	EXPECT(c[0].p <= CHANGE_LEVEL);
}

TEST(what_goes_up_and_comes_back_is_two_changes)
{
	_cleanup_free_ struct change_point *c = NULL;
	struct made m;
	size_t n;

	begin(&m, 12);
	campaigns(&m, 10, 5, 100);
	campaigns(&m, 3, 5, 120);
	campaigns(&m, 10, 5, 100);
	c = found(&m, &n);
	EXPECT_INT(n, 2);
	EXPECT_INT(c[0].at, 50);
	EXPECT_INT(c[1].at, 65);
}

TEST(the_last_campaign_can_be_the_change)
{
	_cleanup_free_ struct change_point *c = NULL;
	struct made m;
	size_t n;

	begin(&m, 3);
	campaigns(&m, 8, 6, 100);
	campaigns(&m, 1, 6, 120);
	c = found(&m, &n);
	EXPECT_INT(n, 1);
	EXPECT_INT(c[0].at, 48);
}

TEST(one_wild_boot_is_no_change)
{
	const double x[] = { 1, 2, 1.5, 1.2, 1.8, 1.4, 1.1, 1.9, 1.3, 1000 };
	const size_t starts[] = { 0, 2, 4, 6, 8 };
	_cleanup_free_ struct change_point *c = NULL;
	size_t n;

	c = change_points(x, 10, starts, 5, &n);
	EXPECT_INT(n, 0);
}

TEST(a_constant_has_none_and_nothing_breaks)
{
	const double x[] = { 7, 7, 7, 7, 7, 7 };
	const size_t starts[] = { 0, 2, 4 };
	size_t n;

	free(change_points(x, 6, starts, 3, &n));
	EXPECT_INT(n, 0);
	free(change_points(x, 6, starts, 1, &n));
	EXPECT_INT(n, 0);
	free(change_points(x, 0, starts, 0, &n));
	EXPECT_INT(n, 0);
}

TEST(equal_data_give_equal_bits)
{
	_cleanup_free_ struct change_point *a = NULL, *b = NULL;
	struct made m;
	size_t n, again;

	begin(&m, 4);
	campaigns(&m, 6, 5, 100);
	campaigns(&m, 6, 5, 112);
	a = found(&m, &n);
	b = change_points(m.x, m.n, m.starts, m.n_starts, &again);
	EXPECT_INT(n, again);
	EXPECT(n && memcmp(a, b, n * sizeof(*a)) == 0);
}

/* Series without a change: in how many of 200 is one found?  And with one of 10 %? */
TEST(false_alarms_and_power_by_simulation)
{
	size_t alarms = 0, hits = 0, exact = 0;

	for (unsigned long i = 0; i < 200; i++) {
		struct made m;
		size_t n;

		begin(&m, 1000 + i);
		campaigns(&m, 12, 4, 100);
		free(found(&m, &n));
		alarms += n > 0;
	}
	for (unsigned long i = 0; i < 200; i++) {
		_cleanup_free_ struct change_point *c = NULL;
		struct made m;
		size_t n;

		begin(&m, 5000 + i);
		campaigns(&m, 8, 4, 100);
		campaigns(&m, 4, 4, 110);
		c = found(&m, &n);
		hits += n > 0;
		exact += n == 1 && c[0].at == 32;
	}
	printf("# 12 campaigns of 4 boots, sd 5 %%: %zu false alarms in 200; a step of 10 %% found %zu "
	       "times, at its place and nothing else %zu times\n",
	       alarms, hits, exact);
	/* 1 %, and three standard errors. */
	EXPECT(alarms <= 7);
	EXPECT(hits >= 170);
	EXPECT(exact >= 155);
}

/* --- from a database ------------------------------------------------------------------ */

static char *history(struct db *db, struct history_options o, bool *ret_changed)
{
	_cleanup_error_ struct error *err = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int r = history_print(db_handle(db), &o, out, ret_changed, &err);

	fclose(out);
	if (r == 0)
		return text;
	free(text);
	return xasprintf("error %d: %s", err->code, err->msg);
}

static struct db *six_campaigns(void)
{
	struct db *db = open_db();

	for (int i = 0; i < 6; i++) {
		_cleanup_free_ char *id = xasprintf("camp%d", i),
				    *started = xasprintf("2024-05-0%dT10:00:00Z", i + 1),
				    *contents = xasprintf("%d", i);

		boots(db, (struct boot){ .campaign = id, .started = started, .contents = contents },
		      i < 4 ? fast : slow, 5);
		boots(db, (struct boot){ .campaign = id, .started = started, .policy = "x" }, fast,
		      5);
	}
	return db;
}

TEST(a_history_marks_the_campaign)
{
	_cleanup_db_ struct db *db = six_campaigns();
	_cleanup_free_ char *text = NULL;
	bool changed;

	text = history(db, (struct history_options){ .metric = "fault_p99" }, &changed);
	EXPECT(changed);
	EXPECT_HAS(text, "camp4     2024-05-05T10:00:00Z      5  100  +92.3 %, worse (p 0.001)\n");
	EXPECT_HAS(text, "1 of 2 series changed their level.");
	free(text);
	text = history(db, (struct history_options){ .metric = "fault_p99", .policy = "x" },
		       &changed);
	EXPECT(!changed);
}

TEST(a_history_for_programs)
{
	_cleanup_db_ struct db *db = six_campaigns();
	_cleanup_free_ char *text = NULL;
	json_t *root, *change;
	bool changed;

	text = history(db, (struct history_options){ .metric = "*", .changes = true, .json = true },
		       &changed);
	root = json_loads(text, 0, NULL);
	EXPECT_INT(json_array_size(root), 1);
	change = json_array_get(json_object_get(json_array_get(root, 0), "changes"), 0);
	EXPECT_STR(json_string_value(json_object_get(change, "campaign")), "camp4");
	EXPECT_NEAR(number(change, "before"), 52, 0);
	EXPECT_NEAR(number(change, "after"), 100, 0);
	json_decref(root);
}

TEST(an_unknown_metric_is_told)
{
	_cleanup_db_ struct db *db = six_campaigns();
	_cleanup_free_ char *text = NULL;
	bool changed;

	text = history(db, (struct history_options){ .metric = "p99" }, &changed);
	EXPECT_HAS(text, "has a metric \"p99\"; there are fault_p99");
}

TEST_MAIN
