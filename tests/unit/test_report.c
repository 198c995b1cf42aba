// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports over databases with known numbers. */
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/str.h"
#include "report_db.h"
#include "test.h"
#include "tests/unit/scratch.h"

TEST(five_against_five_show_a_difference)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	json_t *root, *row;

	boots(db, (struct boot){ 0 }, slow, 5);
	boots(db, (struct boot){ .policy = "watermark-timer" }, fast, 5);
	root = report_json(db, (struct report_options){ 0 });
	row = find_row(root, "fault_p99");
	EXPECT(row);
	EXPECT_NEAR(number(row, "median_a"), 100, 0);
	EXPECT_NEAR(number(row, "median_b"), 52, 0);
	EXPECT_NEAR(number(row, "diff"), -48, 1e-9);
	EXPECT_NEAR(number(row, "p"), 2.0 / 252, 1e-12);
	EXPECT_NEAR(number(row, "q"), 2.0 / 252, 1e-12);
	EXPECT_STR(verdict_of(root, "fault_p99"), "shown");
	EXPECT_STR(json_string_value(json_object_get(row, "direction")), "better");
	json_decref(root);
	text = report(db, (struct report_options){ 0 });
	EXPECT_HAS(text, "debian-6.1 · burst · tcg");
	EXPECT_HAS(text, "-48.0 %");
	EXPECT_HAS(text, "better\n");
	EXPECT_HAS(text, "Differences shown: 1 better, 0 worse; not proved: 0.");
	EXPECT_LACKS(text, "best mark");
}

TEST(three_against_three_never_do)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;

	boots(db, (struct boot){ 0 }, slow, 3);
	boots(db, (struct boot){ .policy = "watermark-timer" }, fast, 3);
	text = report(db, (struct report_options){ 0 });
	EXPECT_HAS(text, "-59.1 … -33.3 % (90 %)  better?");
	EXPECT_HAS(text, "With 3+3 runs (10 %) no difference can be shown");
	EXPECT_HAS(text, "not proved: 1.");
}

TEST(equal_samples_are_a_tilde)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	const double shuffled[] = { 95, 105, 90, 100, 110 };

	boots(db, (struct boot){ 0 }, slow, 5);
	boots(db, (struct boot){ .policy = "watermark-timer" }, shuffled, 5);
	text = report(db, (struct report_options){ 0 });
	EXPECT_HAS(text, " ~ ");
	EXPECT_HAS(text, "0 better, 0 worse; not proved: 0");
}

TEST(a_single_repetition_is_said_to_be_one)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;

	boots(db, (struct boot){ 0 }, slow, 1);
	boots(db, (struct boot){ .policy = "watermark-timer" }, fast, 1);
	text = report(db, (struct report_options){ 0 });
	EXPECT_HAS(text, "-50.0 %");
	EXPECT_HAS(text, "one run");
	EXPECT_HAS(text, "no experiment that others are compared with was repeated");
}

TEST(deterministic_bits_are_proof)
{
	_cleanup_db_ struct db *db = open_db();
	const double seven[] = { 7, 7 }, eight[] = { 8, 8 };
	json_t *root;

	boots(db, (struct boot){ .mode = "deterministic" }, seven, 2);
	boots(db, (struct boot){ .mode = "deterministic", .policy = "x" }, eight, 2);
	root = report_json(db, (struct report_options){ 0 });
	EXPECT_STR(verdict_of(root, "fault_p99"), "exact");
	EXPECT_INT(
		json_integer_value(json_object_get(json_object_get(root, "correction"), "tests")),
		0);
	json_decref(root);
}

TEST(nothing_to_compare_is_said_in_words)
{
	_cleanup_db_ struct db *empty = open_db(), *stock = open_db(), *no_stock = open_db();
	_cleanup_db_ struct db *all_void = open_db(), *stock_void = open_db();
	_cleanup_free_ char *a = NULL, *b = NULL, *c = NULL, *d = NULL, *e = NULL;

	a = report(empty, (struct report_options){ 0 });
	EXPECT_STR(a, "There are no runs yet; `harness run` makes some.\n");
	boots(stock, (struct boot){ 0 }, slow, 3);
	b = report(stock, (struct report_options){ 0 });
	EXPECT_HAS(b, "3 runs, 3 of them usable. Only stock was run");
	boots(no_stock, (struct boot){ .policy = "x" }, slow, 3);
	c = report(no_stock, (struct report_options){ 0 });
	EXPECT_HAS(c, "Policy stock has no usable run");
	EXPECT_HAS(c, "nothing usable to compare it with");
	boots(all_void, (struct boot){ .outcome = "kernel-panic" }, slow, 3);
	boots(all_void, (struct boot){ .policy = "x", .outcome = "hang" }, slow, 3);
	d = report(all_void, (struct report_options){ 0 });
	EXPECT_HAS(d, "6 runs, 0 of them usable. Every run is void");
	EXPECT_HAS(d, "kernel-panic");
	EXPECT_HAS(d, "it stopped");
	boots(stock_void, (struct boot){ .outcome = "hang" }, slow, 3);
	boots(stock_void, (struct boot){ .policy = "x" }, slow, 3);
	e = report(stock_void, (struct report_options){ 0 });
	EXPECT_HAS(e, "Policy stock has no usable run");
}

TEST(void_runs_have_no_say)
{
	_cleanup_db_ struct db *db = open_db();
	const double wild[] = { 1, 1, 1 };
	json_t *root;

	boots(db, (struct boot){ 0 }, slow, 5);
	boots(db, (struct boot){ .outcome = "policy-refused" }, wild, 3);
	boots(db, (struct boot){ .policy = "x" }, fast, 5);
	root = report_json(db, (struct report_options){ 0 });
	EXPECT_INT(number(find_row(root, "fault_p99"), "n_a"), 5);
	EXPECT_NEAR(number(find_row(root, "fault_p99"), "median_a"), 100, 0);
	json_decref(root);
}

TEST(lost_events_void_what_the_trace_says_only)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	json_t *root;

	for (int i = 0; i < 8; i++) {
		char run[64];

		insert_run(db, &(struct boot){ .policy = i < 4 ? "stock" : "x" }, run);
		metric(db, run, "direct_reclaims", "count", "lower", 10 + i, "trace");
		metric(db, run, "allocstall", "count", "lower", 10 + i, "counter");
		db_exec(db, NULL, "INSERT INTO trace_cpu VALUES (%Q, 0, 100, %d, 0, 4096)", run,
			i == 0 ? 25 : 0);
	}
	root = report_json(db, (struct report_options){ 0 });
	EXPECT_INT(number(find_row(root, "direct_reclaims"), "n_a"), 3);
	EXPECT_INT(number(find_row(root, "allocstall"), "n_a"), 4);
	json_decref(root);
	text = report(db, (struct report_options){ .section = "74*" });
	EXPECT_HAS(text, "20.0");
	EXPECT_HAS(text, "c001-1");
}

TEST(what_one_side_lacks_is_not_compared)
{
	_cleanup_db_ struct db *db = open_db();
	json_t *root;

	for (int i = 0; i < 4; i++) {
		char run[64];

		insert_run(db, &(struct boot){ .policy = i < 2 ? "stock" : "x" }, run);
		metric(db, run, i < 2 ? "only_stock" : "only_policy", "count", "lower", i,
		       "workload");
		metric(db, run, "shared", "count", "lower", i, "workload");
	}
	root = report_json(db, (struct report_options){ 0 });
	EXPECT(find_row(root, "shared"));
	EXPECT(!find_row(root, "only_stock"));
	EXPECT(!find_row(root, "only_policy"));
	json_decref(root);
}

TEST(many_metrics_are_corrected_for)
{
	_cleanup_db_ struct db *db = open_db();
	json_t *root;

	/* 4 against 4 apart: p = 0.029 alone, but one among forty. */
	for (int i = 0; i < 8; i++) {
		char run[64];

		insert_run(db, &(struct boot){ .policy = i < 4 ? "stock" : "x" }, run);
		metric(db, run, "apart", "count", "lower", 100 + 10 * i, "workload");
		for (int m = 0; m < 40; m++) {
			_cleanup_free_ char *name = xasprintf("even%02d", m);

			metric(db, run, name, "count", "lower", 100 + (i * 5 + m) % 4, "workload");
		}
	}
	root = report_json(db, (struct report_options){ 0 });
	EXPECT_NEAR(number(find_row(root, "apart"), "p"), 2.0 / 70, 1e-9);
	EXPECT(number(find_row(root, "apart"), "q") > 0.05);
	EXPECT_STR(verdict_of(root, "apart"), "unproven");
	json_decref(root);
}

TEST(other_contents_are_other_experiments)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	const double old[] = { 1, 2, 3 };
	json_t *root;

	boots(db, (struct boot){ 0 }, slow, 5);
	boots(db,
	      (struct boot){ .policy = "x", .started = "2024-04-01T00:00:00Z", .contents = "0" },
	      old, 3);
	boots(db, (struct boot){ .policy = "x" }, fast, 5);
	/* The same name, another build: not comparable with stock on the old one. */
	boots(db, (struct boot){ .policy = "y", .kernel_id = "k2" }, fast, 5);
	root = report_json(db, (struct report_options){ 0 });
	EXPECT(find_row(root, "fault_p99"));
	EXPECT_INT(number(find_row(root, "fault_p99"), "n_b"), 5);
	EXPECT_NEAR(number(find_row(root, "fault_p99"), "median_b"), 52, 0);
	EXPECT_INT(json_integer_value(json_object_get(root, "left_out")), 3);
	json_decref(root);
	text = report(db, (struct report_options){ 0 });
	EXPECT_HAS(text, "3 older runs are left out");
	EXPECT_HAS(text, "== Not compared ==");
}

TEST(options_select)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *a = NULL, *b = NULL, *c = NULL, *d = NULL, *e = NULL;
	char *cells[] = { "c001", "c004", NULL };

	boots(db, (struct boot){ 0 }, slow, 3);
	boots(db, (struct boot){ .policy = "x" }, fast, 3);
	boots(db, (struct boot){ .workload = "fio", .campaign = "late", .started = "2025" }, slow,
	      3);
	boots(db,
	      (struct boot){
		      .workload = "fio", .policy = "y", .campaign = "late", .started = "2025" },
	      fast, 3);
	a = report(db, (struct report_options){ .workload = "bur*" });
	EXPECT_HAS(a, "debian-6.1 · burst · tcg");
	EXPECT_LACKS(a, "fio");
	b = report(db, (struct report_options){ .latest = true });
	EXPECT_HAS(b, "debian-6.1 · fio · tcg");
	EXPECT_LACKS(b, "burst");
	c = report(db, (struct report_options){ .campaign = "nope" });
	EXPECT_HAS(c,
		   "error 3: the selection matches no run; there are kernel: debian-6.1; "
		   "policy: stock, x, y; workload: burst, fio; mode: tcg; campaign: c0ffee, late");
	d = report(db, (struct report_options){ .cells = cells });
	EXPECT_HAS(d, "2 runs, 2 of them usable");
	EXPECT_HAS(d, "one run");
	e = report(db, (struct report_options){ .policy = "y" });
	EXPECT_LACKS(e, "burst · tcg\nmetric");
	EXPECT_HAS(e, "fio · tcg\nmetric");
}

TEST(knob_settings_are_kept_apart)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;

	boots(db, (struct boot){ 0 }, slow, 5);
	boots(db, (struct boot){ .policy = "x", .knobs = "expiry_ms=10" }, fast, 5);
	boots(db, (struct boot){ .policy = "x", .knobs = "expiry_ms=20" }, slow, 5);
	text = report(db, (struct report_options){ 0 });
	EXPECT_HAS(text, "x · expiry_ms=10  5+5");
	EXPECT_HAS(text, "x · expiry_ms=20  5+5");
	EXPECT_HAS(text, "1 better, 0 worse");
}

TEST(compare_pairs_what_it_does_not_name)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *a = NULL, *b = NULL, *c = NULL, *d = NULL, *e = NULL, *f = NULL;

	for (int k = 0; k < 2; k++) {
		const char *kernel = k ? "debian-6.12" : "debian-6.1";

		boots(db, (struct boot){ .kernel = kernel, .kernel_id = kernel }, slow, 5);
		boots(db, (struct boot){ .kernel = kernel, .kernel_id = kernel, .policy = "x" },
		      k ? slow : fast, 5);
	}
	a = compare(db, "policy=stock", "policy=x");
	EXPECT_HAS(a, "debian-6.1 · burst · tcg\nmetric");
	EXPECT_HAS(a, "debian-6.12 · burst · tcg\nmetric");
	EXPECT_HAS(a, "1 better, 0 worse");
	b = compare(db, "kernel=debian-6.1,policy=x", "kernel=debian-6.12,policy=x");
	EXPECT_HAS(b, "burst · tcg · x\n");
	EXPECT_HAS(b, "0 better, 1 worse");
	c = compare(db, "policy=stock", "policy=z");
	EXPECT_HAS(
		c,
		"error 3: policy=z: B matches no run; there are kernel: debian-6.1, debian-6.12");
	d = compare(db, "polcy=stock", "policy=x");
	EXPECT_HAS(d, "unknown key \"polcy\"; did you mean \"policy\"?");
	e = compare(db, "stock", "policy=x");
	EXPECT_HAS(e, "expected key=value");
	f = compare(db, "kernel=debian-6.1,policy=stock", "policy=x,workload=b*,kernel=debian-6.1");
	EXPECT_HAS(f, "debian-6.1 · burst · tcg\nmetric");
	EXPECT_LACKS(f, "debian-6.12 · burst");
}

TEST(numbers_lead_to_their_runs)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	sqlite3_stmt *stmt;
	char *sql, *end;
	int rows = 0;

	boots(db, (struct boot){ 0 }, slow, 5);
	boots(db, (struct boot){ .policy = "x" }, fast, 4);
	text = report(db, (struct report_options){ .verbose = true });
	EXPECT_HAS(text, "c001-1 c002-1 c003-1 c004-1 c005-1");
	sql = strstr(text, "harness query \"");
	EXPECT(sql);
	sql += strlen("harness query \"");
	end = strrchr(sql, '"');
	*end = '\0';
	EXPECT_INT(sqlite3_prepare_v2(db_handle(db), sql, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		rows++;
	sqlite3_finalize(stmt);
	EXPECT_INT(rows, 9);
}

TEST(a_section_is_a_file)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *a = NULL, *b = NULL, *c = NULL, *path = NULL;
	SCRATCH dir = scratch_folder();

	path = xasprintf("%s/10-mine.sql", dir);
	boots(db, (struct boot){ 0 }, slow, 5);
	boots(db, (struct boot){ .policy = "x" }, fast, 5);
	file_puts(path,
		  "-- title: Mine\n-- text: Twice\n-- text: as much.\n"
		  "SELECT run_id, 'double' AS name, unit, 'higher' AS better, value * 2 AS value"
		  " FROM report_metric\n",
		  NULL);
	a = report(db, (struct report_options){ .reports = dir });
	EXPECT_HAS(a, "== Mine ==\nTwice as much.\n\n");
	EXPECT_HAS(a, "double");
	EXPECT_HAS(a, "SELECT policy, knobs, rep, run_id, path FROM run WHERE");
	EXPECT_HAS(a, "worse\n");
	file_puts(path, "-- title: Mine\n-- colour: red\nSELECT 1", NULL);
	b = report(db, (struct report_options){ .reports = dir });
	EXPECT_HAS(b, "10-mine.sql:2: unknown key \"colour\"");
	file_puts(path, "SELECT x FROM nowhere", NULL);
	c = report(db, (struct report_options){ .reports = dir });
	EXPECT_HAS(c, "10-mine: no such table: nowhere");
}

TEST(nothing_is_left_behind)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	int64_t n;

	boots(db, (struct boot){ 0 }, slow, 3);
	boots(db, (struct boot){ .policy = "x" }, fast, 3);
	text = report(db, (struct report_options){ 0 });
	EXPECT_INT(db_int(db, &n, -1, NULL, "SELECT count(*) FROM temp.sqlite_schema"), 0);
	EXPECT_INT(n, 0);
}

/* A matrix like the default one, with numbers from a formula. */
static void fill_matrix(struct db *db, int kernels_n, int reps, int metrics)
{
	static const char *const kernels[] = { "debian-6.1", "debian-6.12", "patched-6.1" };
	static const char *const policies[] = { "stock", "watermark-scale", "watermark-timer" };
	static const char *const workloads[] = { "burst", "fio-randread", "stress-vm" };

	db_exec(db, NULL, "BEGIN");
	for (int i = 0; i < 9 * kernels_n * reps; i++) {
		int p = i % 3, rep = i / (9 * kernels_n) + 1;
		char run[64];

		insert_run(db,
			   &(struct boot){ .kernel = kernels[i / 9 % kernels_n],
					   .policy = policies[p],
					   .workload = workloads[i / 3 % 3],
					   .rep = rep },
			   run);
		metric(db, run, "throughput", "pages/s", "higher", 123456 + 777 * ((rep * 7) % 5),
		       "workload");
		metric(db, run, "fault_p99", "ns", "lower", (p == 2 ? 5e5 : 9e5) + 1e4 * (rep % 5),
		       "workload");
		metric(db, run, "allocstall", "count", "lower", p == 2 ? 0 : 40 + rep % 7,
		       "counter");
		metric(db, run, "tlb_shootdowns", "count", "lower", 0, "counter");
		metric(db, run, "pswpin", "pages", "lower", 500 + 40 * (rep % 3), "counter");
		for (int m = 0; m < metrics; m++) {
			_cleanup_free_ char *name = xasprintf("m%03d", m);

			metric(db, run, name, "count", "lower", 50 + (i * 31 + m * 17) % 101,
			       "counter");
		}
	}
	db_exec(db, NULL, "COMMIT");
}

static void check_golden(const char *file, struct report_options o)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL, *want = NULL, *path = xasprintf("tests/golden/%s", file);

	fill_matrix(db, 1, 4, 0);
	db_exec(db, NULL,
		"UPDATE run SET outcome = 'kernel-panic', detail = 'Kernel panic - not "
		"syncing: Fatal exception' WHERE run_id = 'c036-1'");
	text = report(db, o);
	if (getenv("UPDATE_GOLDEN"))
		file_puts(path, text, NULL);
	if (file_read(path, &want, NULL, NULL) < 0)
		FAIL("%s is missing; UPDATE_GOLDEN=1 makes it", path);
	if (!streq(text, want))
		FAIL("differs from %s (UPDATE_GOLDEN=1 takes it over):\n%s", path, text);
}

TEST(text_is_as_kept)
{
	check_golden("report.txt", (struct report_options){ 0 });
}

TEST(markdown_is_as_kept)
{
	check_golden("report.md", (struct report_options){ .markdown = true });
}

TEST(color_is_as_kept)
{
	check_golden("report-color.txt",
		     (struct report_options){ .color = true, .section = "20*" });
}

TEST(a_thousand_boots_in_time)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	clock_t began;
	double took;

	fill_matrix(db, 3, 37, 60); /* 999 boots of 65 metrics */
	began = clock();
	text = report(db, (struct report_options){ 0 });
	took = (double)(clock() - began) / CLOCKS_PER_SEC;
	printf("# report over 999 boots: %.2f s of CPU time\n", took);
	EXPECT_HAS(text, "999 runs, 999 of them usable");
	EXPECT(took < 2); /* CPU time, for other programs may be running */
}

TEST_MAIN
