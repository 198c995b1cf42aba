// SPDX-License-Identifier: GPL-2.0-or-later
/* Estimates from earlier runs. */
#include "cmd/durations.h"
#include "db/db.h"
#include "tests/unit/fixture.h"
#include "tests/unit/test.h"

/* One row of `run`; what estimates don't look at is filled with anything. */
static int add_run(struct db *db, const char *id, const char *kernel, const char *outcome,
		   int mem_mib, double duration)
{
	return db_exec(
		db, NULL,
		"INSERT INTO run (run_id, cell_id, cell_group, campaign_id, kernel, kernel_id,"
		" release, version, policy, knobs, workload, workload_knobs, mode, cpus,"
		" mem_bytes, swap, rep, seed, outcome, started_at, duration_s, command, qemu,"
		" harness, path) VALUES (%Q, 'c', 'g', 'x', %Q, 'i', 'r', 'v', 'other', '',"
		" 'work', '', 'tcg', 2, %d, 'none', 1, 1, %Q, 'now', %f, 'q', 'q', 'h', 'p')",
		id, kernel, mem_mib << 20, outcome, duration);
}

static int fill(const char *path)
{
	_cleanup_db_ struct db *db = db_open(path, NULL);

	if (!db || add_run(db, "a", "k", "ok", 384, 10) < 0 ||
	    add_run(db, "b", "k", "ok", 384, 14) < 0 ||
	    add_run(db, "c", "k", "hang", 384, 1000) < 0 ||
	    add_run(db, "d", "k", "ok", 512, 1000) < 0 ||
	    add_run(db, "e", "another", "ok", 384, 1000) < 0)
		return -1;
	return 0;
}

TEST(the_mean_of_equal_ok_runs_is_the_estimate)
{
	_cleanup_error_ struct error *err = NULL;
	_cleanup_config_ struct config *c = NULL;
	_cleanup_plan_ struct plan *p = NULL;
	double before, after, unknown;
	size_t known = 0, none = 9;
	int filled;

	fixture_enter();
	c = config_load("harness.toml", &err);
	p = c ? plan_create(c, &c->matrices[0], NULL, &(struct plan_host){ MODE_TCG }, &err) : NULL;
	if (!p)
		FAIL("no plan: %s", err->msg);
	before = plan_total_s(p);
	durations_estimate(p, "no-such.db", &none);
	unknown = plan_total_s(p);
	filled = fill("harness.db");
	durations_estimate(p, "harness.db", &known);
	after = plan_total_s(p);
	fixture_leave();
	EXPECT_INT(filled, 0);
	EXPECT_INT(none, 0);
	EXPECT_NEAR(unknown, before, 0);
	EXPECT_INT(known, 3);
	EXPECT_NEAR(after, 3 * 12, 1e-9);
}

TEST_MAIN
