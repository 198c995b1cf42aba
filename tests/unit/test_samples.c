// SPDX-License-Identifier: GPL-2.0-or-later
/* What a guest sampled → rows and metrics; and what it must not get away with. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "ingest/ingest.h"
#include "ingest/internal.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

#define RUN "6100000000000001-1" /* its measured phase begins at 13936526824 */

struct results {
	char *dir;
	struct db *db;
};

static void results_deinit(struct results *r)
{
	db_close(r->db);
	scratch_drop(&r->dir);
}
#define RESULTS cleanup(results_deinit) struct results

static void edit(const struct results *r, const char *rel, const char *from, const char *to)
{
	_cleanup_free_ char *path = xasprintf("%s/runs/" RUN "/%s", r->dir, rel);

	scratch_edit(path, from, to);
}

/* A run whose guest sent this file; regions of 16 MiB, and a span from 1 s to 4 s. */
static struct results results_make(const char *samples)
{
	struct results r = { .dir = scratch_folder() };
	_cleanup_free_ char *runs = xasprintf("%s/runs", r.dir);
	_cleanup_free_ char *file = xasprintf("%s/" RUN "/guest/samples", runs);
	_cleanup_free_ char *db = xasprintf("%s/harness.db", r.dir);

	if (dir_make(runs, NULL) < 0 ||
	    proc_runl(NULL, NULL, "cp", "-r", "tests/data/runs/" RUN, runs, NULL) < 0)
		abort();
	file_puts(file, samples, NULL);
	edit(&r, "run.json", "\"schema_version\"",
	     "\"sample\": {\"region_mb\": 16}, \"schema_version\"");
	edit(&r, "run.json", "\"knobs\": {\n   \"mb\"",
	     "\"spans\": [{\"name\": \"hold\", \"begin\": \"$.hold[0]\", \"end\": \"$.hold[1]\"}],"
	     " \"knobs\": {\n   \"mb\"");
	edit(&r, "guest/out/out.json", "{\"jobs\"",
	     "{\"hold\": [14936526824, 17936526824], \"jobs\"");
	r.db = db_open(db, NULL);
	return r;
}

static double ask(struct results *r, const char *sql)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(r->db, NULL, sql);
	double v = -12345;

	if (stmt && db_step(r->db, stmt, NULL) > 0 && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
		v = sqlite3_column_double(stmt, 0);
	return v;
}

#define METRIC(n) "SELECT value FROM metric WHERE name = '" n "'"

static void put(struct strbuf *b, const char *head, const char *text)
{
	strbuf_printf(b, "@ %s", head);
	if (text)
		strbuf_printf(b, " %zu", strlen(text));
}

/* Seconds after the phase's beginning, the free and held pages of four regions. */
static void put_regions(struct strbuf *b, unsigned int s, const unsigned int (*v)[2])
{
	_cleanup_strbuf_ struct strbuf t = {};
	_cleanup_free_ char *head = xasprintf("%llu 40", 13936526824ull + s * 1000000000ull);

	strbuf_puts(&t, "# start_pfn present free held movable\n");
	for (int i = 0; i < 4; i++)
		strbuf_printf(&t, "%d 4096 %u %u 0\n", i * 4096, v[i][0], v[i][1]);
	put(b, head, t.data);
	strbuf_printf(b, " /proc/kpageflags\n%s", t.data);
}

static void put_moved(struct strbuf *b, unsigned int s, const char *moved)
{
	_cleanup_free_ char *head = xasprintf("%llu 2", 13936526824ull + s * 1000000000ull);
	_cleanup_free_ char *text = moved ? xasprintf("pgmigrate_success %s\n", moved) : NULL;

	put(b, head, text);
	strbuf_printf(b, "%s /proc/vmstat\n%s", text ? "" : " =", text ?: "");
}

static char *four_seconds(void)
{
	static const unsigned int before[4][2] = {
		{ 4096, 0 }, { 4096, 0 }, { 4096, 0 }, { 4096, 0 }
	};
	static const unsigned int a[4][2] = { { 4096, 0 }, { 0, 0 }, { 4095, 0 }, { 0, 0 } };
	static const unsigned int b[4][2] = { { 4096, 0 }, { 0, 4096 }, { 0, 0 }, { 0, 0 } };
	static const unsigned int c[4][2] = { { 4000, 0 }, { 96, 4000 }, { 4096, 0 }, { 4096, 0 } };
	static const unsigned int d[4][2] = { { 4096, 0 }, { 4096, 0 }, { 4096, 0 }, { 4096, 0 } };
	static const unsigned int after[4][2] = { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } };
	struct strbuf t = {};

	put_regions(&t, 0, before);
	put_moved(&t, 0, "7");
	put_regions(&t, 1, a);
	put_moved(&t, 1, "100");
	put_regions(&t, 2, b);
	put_moved(&t, 2, NULL);
	put_regions(&t, 3, c);
	put_moved(&t, 3, "160");
	put_regions(&t, 4, d);
	put_moved(&t, 4, "500");
	put_regions(&t, 5, after);
	put_moved(&t, 5, "90000");
	strbuf_puts(&t, "@ end 3\n");
	return strbuf_steal(&t);
}

TEST(regions_are_summed_up_over_the_workloads_span)
{
	_cleanup_free_ char *samples = four_seconds();
	RESULTS r = results_make(samples);

	EXPECT_INT(ingest_run(r.db, r.dir, RUN, NULL), 0);
	EXPECT_NEAR(ask(&r, METRIC("empty_regions_16m")), (1 + 2 + 3) / 3.0, 1e-9);
	EXPECT_NEAR(ask(&r, METRIC("empty_regions_16m_end")), 4, 0);
	EXPECT_NEAR(ask(&r, METRIC("empty_regions_32m")), (0 + 1 + 1) / 3.0, 1e-9);
	EXPECT_NEAR(ask(&r, METRIC("empty_regions_32m_end")), 2, 0);
	EXPECT_NEAR(ask(&r, METRIC("empty_regions_64m")), 0, 0);
	EXPECT_NEAR(ask(&r, METRIC("empty_regions_64m_end")), 1, 0);
	EXPECT_NEAR(ask(&r, METRIC("regions_won")), 4, 0);
	EXPECT_NEAR(ask(&r, METRIC("regions_refilled")), 1 / 3.0, 1e-9);
	EXPECT_NEAR(ask(&r, METRIC("moved_per_region_won")), 100, 1e-9);
	EXPECT_NEAR(ask(&r, "SELECT end_ns - start_ns FROM span WHERE name = 'hold'"), 3e9, 0);
}

TEST(readings_are_rows_with_their_price)
{
	_cleanup_free_ char *samples = four_seconds();
	RESULTS r = results_make(samples);

	EXPECT_INT(ingest_run(r.db, r.dir, RUN, NULL), 0);
	EXPECT_NEAR(ask(&r, "SELECT count(*) FROM region"), 24, 0);
	EXPECT_NEAR(ask(&r,
			"SELECT y FROM sample WHERE name = 'vmstat.pgmigrate_success' AND x = 2e9"),
		    100, 0); /* the same as before */
	EXPECT_NEAR(ask(&r, "SELECT sum(y) FROM sample WHERE name = 'sampling.kpageflags'"), 240,
		    0);
	EXPECT_NEAR(ask(&r, "SELECT after FROM counter WHERE name = 'sample_rounds'"), 6, 0);
	EXPECT_NEAR(ask(&r, "SELECT after FROM counter WHERE name = 'samples_missed'"), 3, 0);
	EXPECT_NEAR(ask(&r, "SELECT after FROM counter WHERE name = 'sample_ms'"), 252e-6, 1e-12);
	EXPECT_NEAR(
		ask(&r,
		    "SELECT filling FROM v_region_filling WHERE ns = 3000000000 AND start_mb = 0"),
		96 / 4096.0, 1e-9);
	EXPECT_NEAR(ask(&r, "SELECT map = '     █' FROM v_region_map WHERE start_mb = 48") +
			    ask(&r, "SELECT length(map) FROM v_region_map WHERE start_mb = 48"),
		    6, 0);
}

TEST(a_policys_own_map_is_read_by_its_columns)
{
	RESULTS r = results_make("@ 13936526824 5 85 /proc/policy/p_regions\n"
				 "# node zone region start_pfn present free movable other state\n"
				 "1 DMA32 3 8192 4096 9 1 2 held\n"
				 "@ 13936526825 5 0 /proc/policy/none\n@ end 0\n");

	EXPECT_INT(ingest_run(r.db, r.dir, RUN, NULL), -1); /* a byte too many was told */
	edit(&r, "guest/samples", " 85 ", " 93 ");
	EXPECT_INT(ingest_run(r.db, r.dir, RUN, NULL), 0);
	EXPECT_NEAR(ask(&r,
			"SELECT count(*) FROM region WHERE source = '/proc/policy/p_regions' AND "
			"ns = 0 AND node = 1 AND zone = 'DMA32' AND start_pfn = 8192 AND "
			"present = 4096 AND free = 9 AND held IS NULL AND movable = 1 AND "
			"state = 'held' AND pages IS NULL"),
		    1, 0);
	EXPECT_NEAR(ask(&r, "SELECT count(*) FROM v_region_filling"), 0, 0);
}

/* Each is refused as a whole, and nothing of the run is half there. */
TEST(what_a_guest_must_not_say)
{
	static const char *const bad[] = {
		"",
		"@ 1 2 3 /f\nabc",
		"@ 1 2 3 /f\nabc@ end x\n",
		"@ 1 2 99 /f\nabc\n@ end 0\n",
		"@ 1 2 18446744073709551615 /f\nabc\n@ end 0\n",
		"@ 1 2 -1 /f\n@ end 0\n",
		"@ 99999999999999999999 2 0 /f\n@ end 0\n",
		"@ 18446744073709551615 2 0 /f\n@ end 0\n",
		"@ 1 2 = /f\n@ end 0\n",
		"@ 1 2 0\n@ end 0\n",
		"@ 1 2 0 a\tb\n@ end 0\n",
		"@ end 0\n@ 1 2 0 /f\n",
		"# start_pfn\n",
		"@ 1 2 8 /f\n# a b c\n@ end 0\n",
		"@ 1 2 31 /f\n# start_pfn present free\n1 2 3\n@ end 0\n",
		"@ 1 2 29 /f\n# start_pfn present free\n1 2\n@ end 0\n",
		"@ 1 2 33 /f\n# start_pfn present free\n1 2 1 1\n@ end 0\n",
		"@ 1 2 31 /f\n# start_pfn present free\n1 2 x\n@ end 0\n",
		"@ 1 2 32 /f\n# start_pfn present free\n1 2 -1\n@ end 0\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		RESULTS r = results_make(bad[i]);
		_cleanup_error_ struct error *err = NULL;

		if (ingest_run(r.db, r.dir, RUN, &err) == 0 || !strstr(err->msg, "guest/samples: "))
			FAIL("\"%s\" went in: %s", bad[i], err ? err->msg : "no error");
		EXPECT_NEAR(ask(&r, "SELECT count(*) FROM run"), 0, 0);
	}
}

/* "=" is short, and what it repeats may be long. */
TEST(a_small_file_does_not_become_a_large_database)
{
	_cleanup_strbuf_ struct strbuf t = {}, map = {};
	_cleanup_error_ struct error *err = NULL;

	strbuf_puts(&map, "# start_pfn present free\n");
	for (int i = 0; i < 10000; i++)
		strbuf_printf(&map, "%d 1 1\n", i);
	strbuf_printf(&t, "@ 1 2 %zu /f\n%s", map.len, map.data);
	for (int i = 2; i < 400; i++)
		strbuf_printf(&t, "@ %d 2 = /f\n", i);
	strbuf_puts(&t, "@ end 0\n");
	{
		RESULTS r = results_make(t.data);

		EXPECT_INT(ingest_run(r.db, r.dir, RUN, &err), -1);
		EXPECT(err && strstr(err->msg, "more rows than a run can have"));
	}
}

TEST_MAIN
