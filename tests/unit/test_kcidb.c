// SPDX-License-Identifier: GPL-2.0-or-later
/* A campaign as a KCIDB report. */
#include "exchange/exchange.h"
#include "report_db.h"

/* Caller frees; NULL: it couldn't be written, or isn't JSON. */
static json_t *exported(struct db *db, const char *campaign)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int r = export_kcidb(db, campaign, "my_ci", out, NULL);

	fclose(out);
	return r < 0 ? NULL : json_loads(text, 0, NULL);
}

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key)) ?: "";
}

static size_t length(const json_t *root, const char *list)
{
	return json_array_size(json_object_get(root, list));
}

static const json_t *item(const json_t *root, const char *list, const char *id)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(root, list), i,
			   o) if (streq(text_of(o, "id"), id)) return o;
	return NULL;
}

static bool has_null(const json_t *value)
{
	const json_t *inner;
	const char *key;
	size_t i;

	json_object_foreach((json_t *)value, key, inner) if (has_null(inner)) return true;
	json_array_foreach(value, i, inner) if (has_null(inner)) return true;
	return json_is_null(value);
}

TEST(runs_are_tests_and_their_metrics_have_numbers)
{
	_cleanup_db_ struct db *db = open_db();
	const json_t *o;
	json_t *root;

	boot(db,
	     &(struct boot){ .p99 = 61.5, .policy = "watermark-timer", .knobs = "expiry_ms=500" });
	boot(db, &(struct boot){ .p99 = 26, .kernel_id = "k2", .workload = "fio/a.b" });
	boot(db, &(struct boot){ .rep = 2 });
	boot(db, &(struct boot){ .p99 = 9, .campaign = "another" });
	metric(db, "c001-1", "allocstall", "", "lower", 3, "counter");
	root = exported(db, "c0ffee");
	EXPECT(root);
	EXPECT_INT(json_integer_value(json_object_get(json_object_get(root, "version"), "major")),
		   5);
	EXPECT_INT(length(root, "checkouts"), 2);
	EXPECT_INT(length(root, "builds"), 2); /* of three boots */
	EXPECT_INT(length(root, "tests"), 5);
	o = item(root, "builds", "my_ci:k2");
	EXPECT(o && streq(text_of(o, "checkout_id"), "my_ci:k2"));
	o = item(root, "tests", "my_ci:c001-1");
	EXPECT(o && streq(text_of(o, "build_id"), "my_ci:k1"));
	EXPECT(streq(text_of(o, "path"), "burst") && streq(text_of(o, "status"), "DONE"));
	EXPECT(streq(text_of(o, "comment"), "watermark-timer expiry_ms=500"));
	o = item(root, "tests", "my_ci:c002-1.fault_p99");
	EXPECT(o && streq(text_of(o, "path"), "fio_a_b.fault_p99"));
	o = json_object_get(o, "number");
	EXPECT(json_number_value(json_object_get(o, "value")) == 26);
	EXPECT(streq(text_of(o, "unit"), "ns"));
	o = json_object_get(item(root, "tests", "my_ci:c001-1"), "misc");
	EXPECT(o && !json_object_get(o, "detail"));
	EXPECT(!has_null(root));
	json_decref(root);
}

TEST(what_went_wrong_is_whose_fault_it_is)
{
	static const struct {
		const char *outcome, *status;
	} of[] = {
		{ "kernel-panic", "FAIL" },   { "kernel-oops", "FAIL" },
		{ "data-lost", "FAIL" },      { "oom", "FAIL" },
		{ "hang", "FAIL" },           { "boot-failed", "FAIL" },
		{ "vm-lost", "MISS" },        { "workload-failed", "ERROR" },
		{ "setup-failed", "MISS" },   { "timeout", "MISS" },
		{ "policy-refused", "SKIP" },
	};
	_cleanup_db_ struct db *db = open_db();
	const json_t *o;
	json_t *root;

	for (size_t i = 0; i < ARRAY_SIZE(of); i++)
		boot(db, &(struct boot){ .outcome = of[i].outcome });
	EXPECT_INT(
		db_exec(db, NULL,
			"INSERT INTO incident VALUES ('c001-1', 0, 'panic', 'f00d', 'BUG: x', 'text')"),
		0);
	root = exported(db, "c0ffee");
	EXPECT(root);
	for (size_t i = 0; i < ARRAY_SIZE(of); i++) {
		_cleanup_free_ char *id = xasprintf("my_ci:c%03zu-1", i + 1);
		const json_t *o = item(root, "tests", id);

		if (!o || !streq(text_of(o, "status"), of[i].status))
			FAIL("%s is %s", of[i].outcome, text_of(o, "status"));
	}
	EXPECT(streq(text_of(item(root, "issues", "my_ci:f00d"), "comment"), "BUG: x"));
	o = item(root, "incidents", "my_ci:c001-1.0");
	EXPECT(streq(text_of(o, "test_id"), "my_ci:c001-1"));
	EXPECT(streq(text_of(o, "issue_id"), "my_ci:f00d"));
	EXPECT(json_is_true(json_object_get(o, "present")));
	json_decref(root);
}

TEST_MAIN
