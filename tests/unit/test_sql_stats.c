// SPDX-License-Identifier: GPL-2.0-or-later
/* Statistics from SQL, and the extension as the sqlite3 shell loads it. */
#include <sqlite3.h>
#include <stdlib.h>

#include "analysis/sql_stats.h"
#include "base/resource.h"
#include "base/str.h"
#include "test.h"

static sqlite3 *open_memory(void)
{
	sqlite3 *db;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK || stats_register(db) != SQLITE_OK)
		abort();
	return db;
}

/* First column of the first row as text, "NULL", or the error.  Caller frees. */
static char *ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;
	char *ret;
	int rc;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return xasprintf("error: %s", sqlite3_errmsg(db));
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		ret = xstrdup((const char *)sqlite3_column_text(stmt, 0) ?: "NULL");
	else
		ret = xasprintf("error: %s", sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	return ret;
}

#define EXPECT_SQL(db, sql, want)                         \
	do {                                              \
		_cleanup_free_ char *_got = ask(db, sql); \
                                                          \
		EXPECT_STR(_got, want);                   \
	} while (0)

#define VALUES(list) " FROM (SELECT column1 AS a, column2 AS b FROM (VALUES " list "))"

TEST(one_sample)
{
	sqlite3 *db = open_memory();

	EXPECT_SQL(db, "SELECT median(a)" VALUES("(4, 0), (1, 0), (NULL, 0), (9, 0), (2, 0)"),
		   "3.0");
	EXPECT_SQL(db, "SELECT quantile(a, 0.9)" VALUES("(4, 0), (1, 0), (9, 0), (2, 0)"), "7.5");
	EXPECT_SQL(db, "SELECT median(a)" VALUES("(NULL, 0)"), "NULL");
	EXPECT_SQL(db, "SELECT median(1) WHERE 0", "NULL");
	EXPECT_SQL(db, "SELECT hist_quantile(a, b, 0.5)" VALUES("(8, 10), (1, 3), (2, 4)"), "8.0");
	EXPECT_SQL(db, "SELECT hist_quantile(a, b, 0.4)" VALUES("(8, 10), (1, 3), (2, 4)"), "2.0");
	EXPECT_SQL(db, "SELECT hist_quantile(1, 0, 0.5)", "NULL");
	sqlite3_close(db);
}

TEST(two_samples)
{
	sqlite3 *db = open_memory();
	static const char effect[] = "SELECT effect(a, b) ->> '$.%s'" VALUES(
		"(0, 100), (0, 110), (0, 90), (1, 60), (1, 50), (1, 45)");
	static const char *const want[][2] = {
		{ "diff", "-50.0" },       { "level", "0.9" },     { "p", "0.1" },
		{ "verdict", "unproven" }, { "scale", "percent" }, { "n_a", "3" },
		{ "shift", "-50.0" },      { "median_b", "50.0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		_cleanup_free_ char *sql = xasprintf(effect, want[i][0]);

		EXPECT_SQL(db, sql, want[i][1]);
	}
	EXPECT_SQL(db, "SELECT mann_whitney(a, b)" VALUES("(0, 1), (0, 2), (1, 3), (1, 4)"),
		   "0.333333333333333");
	EXPECT_SQL(db, "SELECT hodges_lehmann(a, b)" VALUES("(0, 1), (0, 2), (1, 3), (1, 4)"),
		   "2.0");
	EXPECT_SQL(db, "SELECT effect(0, 1)", "NULL");
	EXPECT_SQL(db, "SELECT mann_whitney(0, 1)", "NULL");
	sqlite3_close(db);
}

TEST(many_tests)
{
	sqlite3 *db = open_memory();

	EXPECT_SQL(db, "SELECT bh(a, b)" VALUES("('x', 0.01), ('y', 0.04), ('z', 0.03)"),
		   "{\"x\":0.03,\"y\":0.04,\"z\":0.04}");
	EXPECT_SQL(db, "SELECT bh(1, 1) WHERE 0", "{}");
	sqlite3_close(db);
}

TEST(wrong_arguments_are_errors)
{
	sqlite3 *db = open_memory();

	EXPECT_SQL(db, "SELECT median('fast')", "error: x is a finite number");
	EXPECT_SQL(db, "SELECT median(9e999)", "error: x is a finite number");
	EXPECT_SQL(db, "SELECT quantile(1, 1.5)", "error: q is a number from 0 to 1");
	EXPECT_SQL(db, "SELECT effect(2, 1)", "error: side is 0 or 1");
	EXPECT_SQL(db, "SELECT effect('stock', 1)", "error: side is 0 or 1");
	EXPECT_SQL(db, "SELECT hist_quantile(1, -1, 0.5)",
		   "error: a bucket's count is not negative");
	EXPECT_SQL(db, "SELECT bh('x', 2)", "error: p is a number from 0 to 1");
	sqlite3_close(db);
}

TEST(the_extension_loads_by_its_file_name)
{
	_cleanup_free_ char *path = resource_built("libharness_sqlite.so");
	sqlite3 *db;
	char *msg = NULL;

	EXPECT(sqlite3_open(":memory:", &db) == SQLITE_OK);
	sqlite3_enable_load_extension(db, 1);
	EXPECT_SQL(db, "SELECT median(1)", "error: no such function: median");
	if (sqlite3_load_extension(db, path, NULL, &msg) != SQLITE_OK)
		FAIL("%s: %s", path, msg);
	EXPECT_SQL(db, "SELECT median(1)", "1.0");
	EXPECT_SQL(db,
		   "SELECT count(*) FROM pragma_module_list WHERE name IN ('trace', 'trace_event')",
		   "2");
	sqlite3_close(db);
}

TEST(histograms_of_boots_are_compared)
{
	sqlite3 *db = open_memory();

	EXPECT_SQL(
		db,
		"WITH t(side, boot, low, n) AS (VALUES (0, 'a', 1, 9), (0, 'b', 1, 9), (1, 'c', 2, 9),"
		" (1, 'd', 2, 9), (1, 'd', 4, 0)) SELECT hist_effect(side, boot, low, n, 0.5) FROM t",
		"{\"n_a\":2,\"n_b\":2,\"quantile_a\":1.0,\"quantile_b\":2.0,\"diff\":100.0,"
		"\"lo\":100.0,\"hi\":100.0}");
	EXPECT_SQL(db, "SELECT hist_effect(0, 'a', 1, 9, 0.5)", "NULL");
	EXPECT_SQL(db, "SELECT hist_effect(2, 'a', 1, 9, 0.5)", "error: side is 0 or 1");
	EXPECT_SQL(db, "SELECT hist_effect(0, 'a', 1, -1, 0.5)",
		   "error: a bucket's count is from 0 to 4294967295");
	EXPECT_SQL(db, "SELECT hist_effect(0, NULL, 1, 1, 0.5)", "NULL");
	sqlite3_close(db);
}

TEST_MAIN
