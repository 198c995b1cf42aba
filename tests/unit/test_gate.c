// SPDX-License-Identifier: GPL-2.0-or-later
/* The gate over databases with planted regressions, and with none. */
#include "analysis/gate.h"
#include "report_db.h"

#define OLD "aaaa1111"
#define NEW "bbbb2222"

static const double steady[] = { 102, 96, 99, 104, 101 };

static struct boot old_boot(void)
{
	return (struct boot){ .campaign = OLD, .started = "2024-05-01T10:00:00Z" };
}

/* Other contents, as another revision of a kernel or a policy has. */
static struct boot new_boot(void)
{
	return (struct boot){ .campaign = NEW, .started = "2024-05-02T10:00:00Z", .contents = "2" };
}

static struct db *two_campaigns(const double *before, const double *after, size_t n)
{
	struct db *db = open_db();

	boots(db, old_boot(), before, n);
	boots(db, new_boot(), after, n);
	return db;
}

static char *printed(const struct gate *g, enum gate_format f)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	gate_print(g, f, false, out);
	fclose(out);
	return text;
}

/* The exit status, or the error's message as text in *ret_text. */
static int gate_of(struct db *db, struct gate_options o, enum gate_format f, char **ret_text)
{
	_cleanup_error_ struct error *err = NULL;
	_cleanup_gate_ struct gate g = { 0 };
	int status;

	o.baseline = o.baseline ?: OLD;
	if (gate_judge(db_handle(db), &o, &g, &err) < 0) {
		if (ret_text)
			*ret_text = xstrdup(err->msg);
		return (int)err->code;
	}
	status = (int)gate_status(&g);
	if (ret_text)
		*ret_text = printed(&g, f);
	return status;
}

TEST(a_planted_regression_is_found)
{
	_cleanup_db_ struct db *db = two_campaigns(fast, slow, 5);
	_cleanup_free_ char *text = NULL;

	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_TEXT, &text), EXIT_FINDING);
	EXPECT_HAS(text, "Against " OLD ": gate regressed.");
	EXPECT_HAS(text, "+92.3 %");
	EXPECT_HAS(text, "1 regression in 1 comparisons");
}

TEST(an_improvement_passes)
{
	_cleanup_db_ struct db *db = two_campaigns(slow, fast, 5);

	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_TEXT, NULL), EXIT_OK);
}

TEST(noise_passes_and_says_what_it_could_have_seen)
{
	_cleanup_db_ struct db *db = two_campaigns(slow, steady, 5);
	_cleanup_free_ char *text = NULL;

	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_TEXT, &text), EXIT_OK);
	EXPECT_HAS(text, "would have been seen four times in five: from ");
}

TEST(higher_may_be_worse_or_better)
{
	_cleanup_db_ struct db *db = open_db();
	char run[64];

	for (int i = 0; i < 12; i++) {
		struct boot b = i < 6 ? old_boot() : new_boot();

		b.rep = i % 6 + 1;
		insert_run(db, &b, run);
		metric(db, run, "throughput", "pages/s", "higher", (i < 6 ? 1000 : 900) + i % 6,
		       "workload");
	}
	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_TEXT, NULL), EXIT_FINDING);
	EXPECT_INT(gate_of(db, (struct gate_options){ .candidate = OLD, .baseline = NEW },
			   GATE_TEXT, NULL),
		   EXIT_OK);
}

TEST(what_is_worse_by_less_than_the_margin_does_not_count)
{
	_cleanup_db_ struct db *db = two_campaigns(fast, slow, 5);

	EXPECT_INT(gate_of(db, (struct gate_options){ .margin = 92 }, GATE_TEXT, NULL),
		   EXIT_FINDING);
	EXPECT_INT(gate_of(db, (struct gate_options){ .margin = 93 }, GATE_TEXT, NULL), EXIT_OK);
}

TEST(a_blind_gate_does_not_pass)
{
	_cleanup_db_ struct db *db = two_campaigns(fast, slow, 3);
	_cleanup_free_ char *text = NULL;

	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_TEXT, &text), EXIT_FAULT);
	EXPECT_HAS(text, "can't tell");
	EXPECT_HAS(text, "1 with too few runs to show any");
}

TEST(equal_values_beside_blind_ones_do_not_pass_either)
{
	_cleanup_db_ struct db *db = two_campaigns(fast, slow, 3);

	for (int i = 1; i <= serial; i++) {
		char run[64];

		snprintf(run, sizeof(run), "c%03d-1", i);
		metric(db, run, "errors", "count", "lower", 0, "workload");
	}
	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_TEXT, NULL), EXIT_FAULT);
}

TEST(a_failed_boot_fails_the_gate)
{
	_cleanup_db_ struct db *db = two_campaigns(slow, steady, 5);
	_cleanup_free_ char *text = NULL;
	struct boot b = new_boot();

	b.outcome = "kernel-panic";
	b.rep = 6;
	boot(db, &b);
	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_TEXT, &text), EXIT_FAULT);
	EXPECT_HAS(text, "failed  debian-6.1 · stock · burst · tcg #6: kernel-panic: it stopped");
	/* The baseline's are its own affair. */
	EXPECT_INT(gate_of(db, (struct gate_options){ .baseline = NEW, .candidate = OLD },
			   GATE_TEXT, NULL),
		   EXIT_OK);
}

TEST(what_the_baseline_lacks_is_said)
{
	_cleanup_db_ struct db *db = two_campaigns(slow, steady, 5);
	_cleanup_free_ char *text = NULL;
	struct boot b = new_boot();

	b.policy = "newer";
	boots(db, b, fast, 5);
	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_TEXT, &text), EXIT_OK);
	EXPECT_HAS(text,
		   "skipped debian-6.1 · newer · burst · tcg: the baseline has no usable run");
}

TEST(equal_bits_prove_and_others_regress)
{
	struct boot before = old_boot(), after = new_boot();
	const double seven[] = { 7, 7 }, eight[] = { 8, 8 };
	_cleanup_db_ struct db *db = open_db();

	before.mode = after.mode = "deterministic";
	boots(db, before, seven, 2);
	boots(db, after, seven, 2);
	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_TEXT, NULL), EXIT_OK);
	before.workload = after.workload = "other";
	boots(db, before, seven, 2);
	boots(db, after, eight, 2);
	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_TEXT, NULL), EXIT_FINDING);
}

TEST(a_kernel_is_a_baseline_for_the_others)
{
	struct boot a = new_boot(), b = new_boot();
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;

	a.kernel = "mm@v6.1";
	b.kernel = "mm@v6.2";
	boots(db, a, fast, 5);
	boots(db, b, slow, 5);
	EXPECT_INT(gate_of(db, (struct gate_options){ .baseline = "mm@v6.1" }, GATE_TEXT, NULL),
		   EXIT_FINDING);
	EXPECT_INT(gate_of(db, (struct gate_options){ .baseline = "v6.1" }, GATE_TEXT, NULL),
		   EXIT_FINDING);
	EXPECT_INT(gate_of(db, (struct gate_options){ .baseline = "v6.2" }, GATE_TEXT, NULL),
		   EXIT_OK);
	EXPECT_INT(gate_of(db, (struct gate_options){ .baseline = "v7" }, GATE_TEXT, &text),
		   EXIT_INPUT);
	EXPECT_HAS(text, "baseline \"v7\" is no database file, campaign or kernel; there are "
			 "campaigns " NEW "; kernels mm@v6.1, mm@v6.2");
}

TEST(another_file_is_a_baseline)
{
	_cleanup_db_ struct db *db = open_db(), *other = NULL, *fine = NULL;

	boots(db, new_boot(), slow, 5);
	/* The same ids: a copy of the file, from before. */
	other = open_db();
	boots(other, new_boot(), fast, 5);
	EXPECT_INT(gate_of(db,
			   (struct gate_options){ .baseline = "x.db",
						  .baseline_db = db_handle(other) },
			   GATE_TEXT, NULL),
		   EXIT_FINDING);
	fine = open_db();
	boots(fine, new_boot(), slow, 5);
	db_exec(fine, NULL, "ALTER TABLE run DROP COLUMN boot_s");
	EXPECT_INT(
		gate_of(other,
			(struct gate_options){ .baseline = "x.db", .baseline_db = db_handle(fine) },
			GATE_TEXT, NULL),
		EXIT_OK);
}

TEST(bad_references_are_told)
{
	_cleanup_db_ struct db *db = two_campaigns(fast, slow, 5);
	_cleanup_free_ char *itself = NULL, *two = NULL;
	struct boot b = new_boot();

	EXPECT_INT(gate_of(db, (struct gate_options){ .baseline = NEW }, GATE_TEXT, &itself),
		   EXIT_INPUT);
	EXPECT_HAS(itself, "is the candidate itself");
	b.campaign = "aaaa3333";
	b.started = "2024-05-01T09:00:00Z";
	boot(db, &b);
	EXPECT_INT(gate_of(db, (struct gate_options){ .baseline = "aaaa" }, GATE_TEXT, &two),
		   EXIT_INPUT);
	EXPECT_HAS(two, "2 campaigns begin with \"aaaa\"");
}

static int count_of(const char *text, const char *part)
{
	int n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

TEST(one_true_regression_among_many_metrics_is_the_one_found)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	char run[64], name[16];

	for (int i = 0; i < 16; i++) {
		struct boot b = i < 8 ? old_boot() : new_boot();

		b.rep = i % 8 + 1;
		insert_run(db, &b, run);
		for (int m = 0; m < 20; m++) {
			snprintf(name, sizeof(name), "m%d", m);
			metric(db, run, name, "ns", "lower",
			       1000 + (i * 37 + m * 101) % 97 + (m == 13 && i >= 8 ? 300 : 0),
			       "workload");
		}
	}
	EXPECT_INT(gate_of(db, (struct gate_options){ 0 }, GATE_KTAP, &text), EXIT_FINDING);
	EXPECT_HAS(text, "not ok 6 m13\n");
	EXPECT_INT(count_of(text, "not ok"), 2);
	EXPECT_HAS(text, "not ok 1 debian-6.1 · burst");
}

TEST(ktap_is_as_the_kernel_writes_it)
{
	_cleanup_db_ struct db *db = two_campaigns(fast, slow, 5);
	_cleanup_free_ char *text = NULL;
	struct boot b = new_boot();

	b.outcome = "hang";
	b.rep = 6;
	boot(db, &b);
	gate_of(db, (struct gate_options){ 0 }, GATE_KTAP, &text);
	EXPECT_STR(text, "KTAP version 1\n1..2\n  KTAP version 1\n  1..1\n  not ok 1 fault_p99\n"
			 "not ok 1 debian-6.1 · burst · tcg · stock\n"
			 "not ok 2 debian-6.1 · stock · burst · tcg  6 # ERROR\n");
}

TEST(junit_counts_and_escapes)
{
	_cleanup_db_ struct db *db = open_db();
	_cleanup_free_ char *text = NULL;
	struct boot before = old_boot(), after = new_boot();

	before.kernel = after.kernel = "a<b>&\"c\"";
	boots(db, before, fast, 5);
	boots(db, after, slow, 5);
	gate_of(db, (struct gate_options){ 0 }, GATE_JUNIT, &text);
	EXPECT_HAS(text, "<testsuites tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\">");
	EXPECT_HAS(text, "classname=\"a&lt;b&gt;&amp;&quot;c&quot; · burst");
	EXPECT_HAS(text, "<failure type=\"regression\" message=\"fault_p99: 52 to 100 ns, +92.3 %");
}

TEST(markdown_has_a_heading_and_a_table)
{
	_cleanup_db_ struct db *db = two_campaigns(fast, slow, 5);
	_cleanup_free_ char *text = NULL;

	gate_of(db, (struct gate_options){ 0 }, GATE_MARKDOWN, &text);
	EXPECT_HAS(text, "## Gate: regressed\n");
	EXPECT_HAS(text, "| where");
}

TEST(json_can_be_read)
{
	_cleanup_db_ struct db *db = two_campaigns(fast, slow, 5);
	_cleanup_free_ char *text = NULL;
	json_t *root;

	gate_of(db, (struct gate_options){ 0 }, GATE_JSON, &text);
	root = json_loads(text, 0, NULL);
	EXPECT(root);
	EXPECT_NEAR(json_integer_value(json_object_get(root, "status")), EXIT_FINDING, 0);
	EXPECT_NEAR(number(root, "regressed"), 1, 0);
	json_decref(root);
}

TEST_MAIN
