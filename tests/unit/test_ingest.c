// SPDX-License-Identifier: GPL-2.0-or-later
/* Run directories → rows: real ones, damaged ones, the same ones again. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "ingest/ingest.h"
#include "ingest/internal.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

#define OLD "6100000000000001-1" /* 6.1, nothing lost, JSON output */
#define NEW "6120000000000002-1" /* 6.12, events lost, YAML output */

/* A results folder of its own with copies of the fixtures. */
struct results {
	char *dir, *db_path;
	struct db *db;
};

static void results_deinit(struct results *r)
{
	db_close(r->db);
	scratch_drop(&r->dir);
	free(r->db_path);
}

static void reopen(struct results *r)
{
	db_close(r->db);
	r->db = db_open(r->db_path, NULL);
}

static void copy_run(const struct results *r, const char *run, const char *as)
{
	_cleanup_free_ char *from = xasprintf("tests/data/runs/%s", run);
	_cleanup_free_ char *to = xasprintf("%s/runs/%s", r->dir, as);

	if (proc_runl(NULL, NULL, "cp", "-r", from, to, NULL) < 0)
		abort();
}

static struct results results_make(bool with_runs)
{
	struct results r = { .dir = scratch_folder() };
	_cleanup_free_ char *runs = xasprintf("%s/runs", r.dir);

	r.db_path = xasprintf("%s/harness.db", r.dir);
	progress_init(QUIET);
	if (dir_make(runs, NULL) < 0)
		abort();
	if (with_runs) {
		copy_run(&r, OLD, OLD);
		copy_run(&r, NEW, NEW);
	}
	reopen(&r);
	return r;
}
#define RESULTS cleanup(results_deinit) struct results

/* Replaces text in a file of a run. */
static void edit(const struct results *r, const char *rel, const char *from, const char *to)
{
	_cleanup_free_ char *path = xasprintf("%s/runs/%s", r->dir, rel);

	scratch_edit(path, from, to);
}

static double ask(struct results *r, const char *sql)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(r->db, NULL, sql);
	double v = -12345;

	if (!stmt)
		printf("# %s\n", sqlite3_errmsg(db_handle(r->db)));
	else if (db_step(r->db, stmt, NULL) > 0 && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
		v = sqlite3_column_double(stmt, 0);
	return v;
}

static char *text(struct results *r, const char *sql)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(r->db, NULL, sql);

	if (!stmt || db_step(r->db, stmt, NULL) <= 0)
		return xstrdup("(no row)");
	return xstrdup((const char *)sqlite3_column_text(stmt, 0) ?: "(null)");
}

#define EXPECT_TEXT(r, sql, want)                       \
	do {                                            \
		_cleanup_free_ char *_t = text(r, sql); \
		EXPECT_STR(_t, want);                   \
	} while (0)

#define METRIC(run, n) "SELECT value FROM metric WHERE run_id = '" run "' AND name = '" n "'"

/*
 * What is in the database: sqlite3's .dump, without the places of events in their tables, and
 * the events by run; lines sorted when the order of ingestion may differ.
 */
static char *dump(struct results *r, bool sorted)
{
	static const char script[] =
		"{ sqlite3 \"$1\" .dump |"
		"	sed 's/^\\(INSERT INTO event_type .*\\),[^,]*,[^,]*$/\\1/';"
		"for v in $(sqlite3 \"$1\" \"SELECT name FROM sqlite_schema"
		"	WHERE type = 'view' AND name GLOB 'event_*'\");"
		"do sqlite3 \"$1\" \"SELECT '$v', * FROM $v\"; done; } | $2";
	char *argv[] = { "sh", "-c", (char *)script, "dump", r->db_path, sorted ? "sort" : "cat",
			 NULL };
	char *out = NULL;

	if (proc_output(argv, &out, NULL) < 0)
		abort();
	return out;
}

static struct ingest_summary ingest(struct results *r, bool again)
{
	struct ingest_summary s = {};

	if (ingest_all(r->db, r->dir, again, &s, NULL) < 0)
		s.damaged = 999;
	return s;
}

TEST(a_run_has_its_rows)
{
	RESULTS r = results_make(true);

	EXPECT_INT(ingest(&r, false).ingested, 2);
	EXPECT_TEXT(&r,
		    "SELECT kernel || ' ' || release || ' [' || knobs || '] ' || path FROM run "
		    "WHERE run_id = '" OLD "'",
		    "small-6.1 6.1.192 [alpha=1 zeta=2] runs/" OLD);
	EXPECT_NEAR(ask(&r, "SELECT workload_s FROM run WHERE run_id = '" OLD "'"), 14.944689684,
		    1e-6);
	EXPECT_TEXT(&r, "SELECT group_concat(name || verified) FROM knob", "alpha1,zeta0");
	EXPECT_INT(ask(&r, "SELECT count(*) FROM phase"), 6);
	EXPECT_NEAR(ask(&r, "SELECT busy_s FROM host"), 11.5, 0);
	EXPECT(ask(&r, "SELECT length(text) FROM console") > 20);
}

TEST(counters_are_read_before_and_after)
{
	RESULTS r = results_make(true);

	ingest(&r, false);
	EXPECT_INT(ask(&r,
		       "SELECT delta = after - before AND delta > 0 FROM counter WHERE source = "
		       "'vmstat' AND name = 'pgfault' AND run_id = '" OLD "'"),
		   1);
	EXPECT_INT(ask(&r,
		       "SELECT count(*) FROM counter WHERE source = 'interrupts' AND name = 'TLB' "
		       "AND run_id = '" OLD "'"),
		   3);
	EXPECT_INT(ask(&r,
		       "SELECT sum(delta) FILTER (WHERE cpu >= 0) = sum(delta) FILTER (WHERE cpu "
		       "= -1) FROM counter WHERE source = 'interrupts' AND name = 'CAL'"),
		   1);
	EXPECT(ask(&r, "SELECT before FROM counter WHERE name = 'MemTotal'") > 200e6);
	EXPECT(ask(&r, "SELECT delta FROM counter WHERE name = 'memory.some' AND run_id = '" NEW
		       "'") > 0);
	EXPECT_TEXT(&r,
		    "SELECT group_concat(name || ' ' || status || ' ' || ifnull(delta, '-'), ', ') "
		    "FROM counter WHERE source = 'perf' AND run_id = '" OLD "'",
		    "cycles not supported -, instructions scaled 200.0, page-faults ok 100.0");
	EXPECT_NEAR(ask(&r, "SELECT delta FROM counter WHERE source = 'policy'"), 4, 0);
}

TEST(the_workloads_output_becomes_metrics)
{
	RESULTS r = results_make(true);

	ingest(&r, false);
	EXPECT_NEAR(ask(&r, METRIC(OLD, "rate")), 12.5, 0);           /* JSON behind a remark */
	EXPECT_NEAR(ask(&r, METRIC(NEW, "bogo_ops_rate")), 56.75, 0); /* YAML */
	EXPECT_TEXT(&r, "SELECT group_concat(x || ':' || y) FROM sample WHERE name = 'latency'",
		    "0.0:5.0,64.0:8.0,128.0:1.0");
	EXPECT_TEXT(&r, "SELECT group_concat(x || ':' || y) FROM sample WHERE name = 'bins'",
		    "1000.0:3.0,2048.5:4.0");
	EXPECT_TEXT(&r, "SELECT kind || ': ' || title FROM incident WHERE run_id = '" OLD "'",
		    "no-metric: metric \"absent\": nothing at $.nowhere in the workload's output");
}

/* What the kernel counts by itself and what is made from its events must agree. */
TEST(metrics_of_counters_and_of_the_trace_agree)
{
	RESULTS r = results_make(true);

	ingest(&r, false);
	EXPECT_NEAR(ask(&r, METRIC(OLD, "direct_reclaims")), 49, 0);
	EXPECT_NEAR(ask(&r, METRIC(OLD, "allocstall")), 49, 0);
	EXPECT_NEAR(ask(&r, METRIC(OLD, "direct_reclaimed")),
		    ask(&r, METRIC(OLD, "pgsteal_direct")), 0);
	EXPECT(ask(&r, METRIC(OLD, "direct_reclaimed")) > 0);
	EXPECT_NEAR(ask(&r, METRIC(OLD, "compactions")), 3, 0);
	EXPECT_NEAR(ask(&r, METRIC(OLD, "direct_reclaim_max")),
		    ask(&r,
			"SELECT max(latency_ns) FROM v_direct_reclaim WHERE run_id = '" OLD "'"),
		    0);
	EXPECT_NEAR(ask(&r, METRIC(OLD, "direct_reclaim_p50")),
		    ask(&r, "SELECT latency_ns FROM v_direct_reclaim WHERE run_id = '" OLD "' "
			    "ORDER BY latency_ns LIMIT 1 OFFSET 24"),
		    0);
	EXPECT_NEAR(ask(&r, METRIC(OLD, "throttled")), 0, 0);
	EXPECT_INT(ask(&r, "SELECT count(*) FROM metric WHERE name = 'ipis_sent'"), 0);
}

TEST(lost_events_void_what_the_trace_says_and_nothing_else)
{
	RESULTS r = results_make(true);

	ingest(&r, false);
	EXPECT_INT(ask(&r, "SELECT sum(overrun) FROM trace_cpu WHERE run_id = '" NEW "'"), 2108);
	EXPECT_INT(ask(&r,
		       "SELECT count(*) FROM metric WHERE source = 'trace' AND run_id = '" NEW "'"),
		   0);
	EXPECT(ask(&r, METRIC(NEW, "allocstall")) > 0);
	EXPECT_INT(ask(&r, "SELECT count(*) FROM event_ipi_ipi_send_cpu"), 207);
	EXPECT_INT(ask(&r, "SELECT sum(entries) FROM event_type"), 881 + 512 + 555);
}

TEST(views_name_values)
{
	RESULTS r = results_make(true);

	ingest(&r, false);
	EXPECT_TEXT(&r, "SELECT DISTINCT gfp FROM v_direct_reclaim",
		    "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO");
	EXPECT_TEXT(&r, "SELECT DISTINCT result FROM v_compaction", "complete");
	EXPECT_TEXT(&r, "SELECT group_concat(DISTINCT reason_name) FROM v_tlb_flush",
		    "flush on task switch,remote shootdown,local mm shootdown,remote ipi send");
	EXPECT_INT(ask(&r, "SELECT count(*) FROM v_kswapd WHERE asked AND run_id = '" OLD "'"), 1);
	EXPECT_INT(ask(&r, "SELECT sum(n) FROM v_tlb_ipi WHERE direction = 'received' "
			   "AND run_id = '" OLD "'"),
		   (int)ask(&r, METRIC(OLD, "call_function_ipis")));
}

TEST(the_same_directories_give_the_same_rows)
{
	RESULTS r = results_make(true);
	_cleanup_free_ char *first = NULL, *second = NULL, *third = NULL, *fourth = NULL;

	ingest(&r, false);
	first = dump(&r, false);
	EXPECT(strlen(first) > 100000);
	EXPECT_INT(ingest(&r, false).present, 2);
	second = dump(&r, false);
	EXPECT(streq(first, second));
	EXPECT_INT(ingest(&r, true).ingested, 2);
	third = dump(&r, false);
	EXPECT(streq(first, third));
	db_close(steal_ptr(&r.db));
	unlink(r.db_path);
	reopen(&r);
	ingest(&r, false);
	fourth = dump(&r, false);
	EXPECT(streq(first, fourth));
}

TEST(the_order_in_which_runs_arrive_does_not_matter)
{
	RESULTS a = results_make(true), b = results_make(true);
	_cleanup_free_ char *first = NULL, *second = NULL;

	EXPECT_INT(ingest_run(a.db, a.dir, OLD, NULL), 0);
	EXPECT_INT(ingest_run(a.db, a.dir, NEW, NULL), 0);
	EXPECT_INT(ingest_run(b.db, b.dir, NEW, NULL), 0);
	EXPECT_INT(ingest_run(b.db, b.dir, OLD, NULL), 0);
	EXPECT_INT(ingest_run(b.db, b.dir, OLD, NULL), 0);
	first = dump(&a, true);
	second = dump(&b, true);
	EXPECT(streq(first, second));
}

/* A run that is ingested late must not see, or leave out, rows of others. */
TEST(metrics_of_a_run_come_from_that_run)
{
	RESULTS r = results_make(true);

	copy_run(&r, OLD, "6100000000000001-2");
	edit(&r, "6100000000000001-2/run.json", OLD, "6100000000000001-2");
	ingest(&r, false);
	EXPECT_INT(
		ask(&r,
		    "SELECT count(*) FROM metric a JOIN metric b USING (name) WHERE a.run_id = '" OLD
		    "' AND b.run_id = '6100000000000001-2' AND a.value IS NOT b.value"),
		0);
	EXPECT_INT(ask(&r, "SELECT count(*) FROM metric WHERE run_id = '6100000000000001-2'"),
		   (int)ask(&r, "SELECT count(*) FROM metric WHERE run_id = '" OLD "'"));
}

TEST(a_new_field_becomes_a_column_and_is_null_elsewhere)
{
	static const char file[] =
		NEW "/guest/trace/events/vmscan/mm_vmscan_direct_reclaim_end/format";
	RESULTS r = results_make(true);

	edit(&r, file, "\n\nprint fmt",
	     "\n\tfield:unsigned short extra;\toffset:8;\tsize:2;"
	     "\tsigned:0;\n\nprint fmt");
	EXPECT_INT(ingest(&r, false).ingested, 2);
	EXPECT_INT(ask(&r, "SELECT count(extra) FROM event_vmscan_mm_vmscan_direct_reclaim_end"),
		   100);
	EXPECT_INT(ask(&r, "SELECT count(*) FROM event_vmscan_mm_vmscan_direct_reclaim_end"), 149);
	EXPECT_INT(ask(&r, "SELECT extra = nr_reclaimed % 65536 FROM "
			   "event_vmscan_mm_vmscan_direct_reclaim_end WHERE extra IS NOT NULL"),
		   1);
}

TEST(damaged_directories_are_named_and_the_others_go_in)
{
	static const struct {
		const char *file, *from, *to, *words;
	} damages[] = {
		{ "run.json", "{", "", "run.json:" },
		{ "run.json", "\"schema_version\": 1", "\"schema_version\": 9",
		  "schema_version 9" },
		{ "run.json", "\"outcome\": \"ok\"", "\"outcome\": 7", "\"outcome\" is missing" },
		{ "run.json", OLD, "another-1", "run_id is \"another-1\"" },
		{ "guest/knobs.json", "[", "", "guest/knobs.json:1" },
		{ "guest/perf.json", "\"name\"", "\"nome\"", "guest/perf.json" },
		{ "guest/out/out.json", "{", "", "guest/out/out.json" },
		{ "guest/trace/header_page", "timestamp", "x", "guest/trace/header_page" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		RESULTS r = results_make(true);
		_cleanup_free_ char *rel = xasprintf("%s/%s", OLD, damages[i].file);
		_cleanup_error_ struct error *err = NULL;
		struct ingest_summary s;

		edit(&r, rel, damages[i].from, damages[i].to);
		EXPECT_INT(ingest_run(r.db, r.dir, OLD, &err), -1);
		EXPECT_INT(err->code, EXIT_FAULT);
		if (!strstr(err->msg, damages[i].words))
			FAIL("\"%s\" doesn't say \"%s\"", err->msg, damages[i].words);
		s = ingest(&r, false);
		EXPECT_INT(s.damaged, 1);
		EXPECT_INT(s.ingested, 1);
		EXPECT_INT(ask(&r, "SELECT count(*) FROM run"), 1);
		EXPECT_INT(ask(&r,
			       "SELECT count(*) FROM event_tlb_tlb_flush WHERE run_id = '" OLD "'"),
			   0);
	}
}

TEST(a_torn_trace_keeps_what_is_whole)
{
	RESULTS r = results_make(true);
	_cleanup_free_ char *raw = xasprintf("%s/runs/%s/guest/trace/cpu1.raw", r.dir, OLD);

	if (truncate(raw, 3 * 4096 + 17) < 0)
		abort();
	EXPECT_INT(ingest(&r, false).ingested, 2);
	EXPECT_TEXT(
		&r,
		"SELECT kind FROM incident WHERE title = 'guest/trace/cpu1.raw: page 3 at byte 12288: "
		"half a page at the end'",
		"trace-damaged");
	EXPECT_INT(ask(&r, "SELECT dropped FROM trace_cpu WHERE cpu = 1 AND run_id = '" OLD "'"),
		   1);
	EXPECT_INT(ask(&r, "SELECT count(*) FROM metric WHERE source = 'trace'"), 0);
	EXPECT(ask(&r, "SELECT count(*) FROM event_tlb_tlb_flush WHERE run_id = '" OLD "'") > 0);
}

TEST(a_run_that_failed_is_ingested_with_its_incident)
{
	RESULTS r = results_make(true);
	_cleanup_free_ char *out = xasprintf("%s/runs/%s/guest/out", r.dir, OLD);

	dir_remove(out, NULL);
	edit(&r, OLD "/run.json", "\"outcome\": \"ok\"", "\"outcome\": \"hang\"");
	edit(&r, OLD "/run.json", "\"detail\": null",
	     "\"detail\": \"silent for 12.5s in workload\"");
	EXPECT_INT(ingest(&r, false).ingested, 2);
	EXPECT_TEXT(&r, "SELECT kind || ': ' || title FROM incident WHERE run_id = '" OLD "'",
		    "hang: silent for 12.5s in workload");
	EXPECT_TEXT(&r, "SELECT outcome FROM run WHERE run_id = '" OLD "'", "hang");
}

TEST(a_file_that_was_cut_off_costs_a_failed_run_that_file_only)
{
	RESULTS r = results_make(true);

	edit(&r, OLD "/run.json", "\"outcome\": \"ok\"", "\"outcome\": \"stream-torn\"");
	edit(&r, OLD "/guest/perf.json", "}]", "");
	EXPECT_INT(ingest(&r, false).ingested, 2);
	EXPECT_INT(ask(&r, "SELECT count(*) FROM incident WHERE kind = 'damaged-file' AND "
			   "title LIKE 'guest/perf.json:%'"),
		   1);
	EXPECT(ask(&r, "SELECT count(*) FROM event_tlb_tlb_flush WHERE run_id = '" OLD "'") > 0);
}

TEST(incidents_of_the_console_have_excerpt_and_fingerprint)
{
	static const char listed[] =
		"\"incidents\": [{\"kind\": \"oops\", \"title\": \"BUG: at 0xffff81ab CPU 3\", \"offset\": 60}]";
	static const char other[] =
		"\"incidents\": [{\"kind\": \"oops\", \"title\": \"BUG: at 0xdead0000 CPU 12\", \"offset\": 0}]";
	RESULTS r = results_make(true);

	edit(&r, OLD "/run.json", "\"incidents\": []", listed);
	edit(&r, NEW "/run.json", "\"incidents\": []", other);
	EXPECT_INT(ingest(&r, false).ingested, 2);
	EXPECT_INT(ask(&r, "SELECT count(DISTINCT fingerprint) FROM incident WHERE kind = 'oops'"),
		   1);
	EXPECT_INT(ask(&r, "SELECT excerpt LIKE '%up 6.1.192%' FROM incident WHERE kind = 'oops' "
			   "AND run_id = '" OLD "'"),
		   1);
}

TEST(an_untraced_run_has_counters_only)
{
	RESULTS r = results_make(true);
	_cleanup_free_ char *trace = xasprintf("%s/runs/%s/guest/trace", r.dir, OLD);

	dir_remove(trace, NULL);
	EXPECT_INT(ingest(&r, false).ingested, 2);
	EXPECT_INT(ask(&r, "SELECT count(*) FROM trace_cpu WHERE run_id = '" OLD "'"), 0);
	EXPECT_INT(ask(&r, "SELECT count(*) FROM metric WHERE source = 'trace'"), 0);
	EXPECT_NEAR(ask(&r, METRIC(OLD, "allocstall")), 49, 0);
}

TEST(a_runs_rows_can_be_deleted)
{
	RESULTS r = results_make(true);

	ingest(&r, false);
	EXPECT_INT(db_exec(r.db, NULL, "DELETE FROM run WHERE run_id = '" OLD "'"), 0);
	EXPECT_INT(ask(&r, "SELECT count(*) FROM counter WHERE run_id = '" OLD "'"), 0);
	EXPECT_INT(ask(&r, "SELECT count(*) FROM event_type WHERE run_id = '" OLD "'"), 0);
}

static char *yaml(const char *from)
{
	char *json = NULL;

	return yaml_to_json(from, strlen(from), &json, NULL) < 0 ? xstrdup("error") : json;
}

TEST(yaml_is_converted_by_structure)
{
	static const char *const cases[][2] = {
		{ "a: 1\nb: [1.5, -2, x]\nc: {d: true, e: null}\n",
		  "{\"a\": 1, \"b\": [1.5, -2, \"x\"], \"c\": {\"d\": true, \"e\": null}}" },
		{ "a: '12'\nb: 1e3\nc: nan\nd: 0x10\n",
		  "{\"a\": \"12\", \"b\": 1000.0, \"c\": \"nan\", \"d\": \"0x10\"}" },
		{ "a: [1, 2\n", "error" },
		{ "", "error" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *json = yaml(cases[i][0]);

		EXPECT_STR(json, cases[i][1]);
	}
}

TEST(yaml_that_explodes_is_refused)
{
	_cleanup_strbuf_ struct strbuf b = {};
	_cleanup_free_ char *json = NULL;

	strbuf_puts(&b, "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++)
		strbuf_printf(&b, "l%d: &l%d [*l%d, *l%d, *l%d, *l%d, *l%d, *l%d, *l%d, *l%d]\n", i,
			      i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	json = yaml(b.data);
	EXPECT_STR(json, "error");
}

TEST_MAIN
