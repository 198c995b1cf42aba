// SPDX-License-Identifier: GPL-2.0-or-later
/* What a report compares besides policies: the price of hooks, and stock with itself. */
#include "report_db.h"

static const double noise[] = { 101, 99, 103, 97, 104, 98 }, base[] = { 100, 102, 98, 105, 96, 99 };

/* Boots on a kernel that says which one it was made from. */
static void patched_boots(struct db *db, const double *p99, size_t n)
{
	boots(db, (struct boot){ .kernel = "patched-6.1", .kernel_id = "k2" }, p99, n);
	if (!sql_has_column(db_handle(db), "run", "kernel_baseline"))
		db_exec(db, NULL, "ALTER TABLE run ADD COLUMN kernel_baseline TEXT");
	db_exec(db, NULL,
		"UPDATE run SET kernel_baseline = 'debian-6.1' WHERE kernel = 'patched-6.1'");
}

static json_t *section_rows(json_t *root, const char *pairs)
{
	json_t *section;
	size_t i;

	json_array_foreach(json_object_get(root, "sections"), i, section)
	{
		json_t *rows = json_object_get(section, "rows");

		if (streq(json_string_value(json_object_get(section, "pairs")), pairs) &&
		    json_array_size(rows) && json_object_get(json_array_get(rows, 0), "metric"))
			return rows;
	}
	return NULL;
}

TEST(hooks_are_stock_on_two_kernels)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	json_t *root, *row;

	boots(db, (struct boot){ 0 }, fast, 5);
	patched_boots(db, slow, 5);
	boots(db, (struct boot){ .policy = "x" }, fast, 5);
	root = report_json(db, (struct report_options){ 0 });
	row = json_array_get(section_rows(root, "hooks"), 0);
	EXPECT_NEAR(number(row, "median_a"), 52, 0);
	EXPECT_NEAR(number(row, "median_b"), 100, 0);
	EXPECT_STR(json_string_value(json_object_get(row, "a")), "debian-6.1");
	EXPECT_STR(json_string_value(json_object_get(row, "b")), "patched-6.1");
	EXPECT_STR(json_string_value(json_object_get(row, "verdict")), "shown");
	EXPECT_NEAR(json_integer_value(json_object_get(root, "pairs")), 1, 0);
	json_decref(root);
	text = report(db, (struct report_options){ 0 });
	EXPECT_HAS(text, "== Price of the hooks ==");
	/* The policies' own count isn't about kernels. */
	EXPECT_HAS(text, "Differences shown: 0 better, 0 worse");
}

TEST(no_baseline_no_table)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;

	boots(db, (struct boot){ 0 }, fast, 5);
	boots(db, (struct boot){ .kernel = "patched-6.1", .kernel_id = "k2" }, slow, 5);
	text = report(db, (struct report_options){ 0 });
	EXPECT_LACKS(text, "Price of the hooks");
	EXPECT_LACKS(text, "Stock against itself");
}

TEST(stock_again_is_the_noise)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	json_t *root, *row;

	boots(db, (struct boot){ 0 }, base, 6);
	boots(db, (struct boot){ .policy = "stock-again" }, noise, 6);
	boots(db, (struct boot){ .policy = "x" }, noise, 6);
	root = report_json(db, (struct report_options){ .policy = "x" });
	row = json_array_get(section_rows(root, "again"), 0);
	EXPECT_STR(json_string_value(json_object_get(row, "b")), "stock-again");
	EXPECT(number(row, "lo") < 0 && number(row, "hi") > 0);
	EXPECT(number(row, "least") > number(row, "hi"));
	/* It is no policy. */
	EXPECT_NEAR(json_integer_value(json_object_get(root, "pairs")), 1, 0);
	EXPECT_NEAR(number(json_object_get(root, "correction"), "tests"), 1, 0);
	json_decref(root);
	text = report(db, (struct report_options){ 0 });
	EXPECT_HAS(text, "could see");
	EXPECT_LACKS(text, "false alarm");
}

TEST(a_difference_of_equals_is_a_false_alarm)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;

	boots(db, (struct boot){ 0 }, slow, 5);
	boots(db, (struct boot){ .policy = "stock-again" }, fast, 5);
	text = report(db, (struct report_options){ 0 });
	EXPECT_HAS(text, "false alarm");
	EXPECT_LACKS(text, "better\n");
}

TEST(few_runs_could_see_nothing)
{
	_cleanup_db_ struct db *db = open_db();
	json_t *root;

	boots(db, (struct boot){ 0 }, base, 3);
	boots(db, (struct boot){ .policy = "stock-again" }, noise, 3);
	root = report_json(db, (struct report_options){ 0 });
	EXPECT(json_is_null(
		json_object_get(json_array_get(section_rows(root, "again"), 0), "least")));
	json_decref(root);
}

TEST(equal_contents_in_two_campaigns_are_two_sides)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;

	boots(db, (struct boot){ .campaign = "aaa" }, slow, 5);
	boots(db, (struct boot){ .campaign = "bbb" }, fast, 5);
	text = compare(db, "campaign=aaa", "campaign=bbb");
	EXPECT_HAS(text, "5+5");
	EXPECT_HAS(text, "-48.0 %");
}

TEST_MAIN
