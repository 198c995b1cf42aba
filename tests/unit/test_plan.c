// SPDX-License-Identifier: GPL-2.0-or-later
/* Which cells a matrix becomes, what their ids depend on, and their order. */
#include "plan/contract.h"
#include "plan/order.h"
#include "plan/plan.h"
#include "tests/unit/fixture.h"
#include "tests/unit/test.h"

/* A configuration and its plan, with the fixture left behind. */
struct planned {
	struct config *config;
	struct plan *plan;
	struct error *err;
};

static void planned_deinit(struct planned *p)
{
	plan_free(p->plan);
	config_free(p->config);
	error_free(p->err);
}
#define _cleanup_planned_ cleanup(planned_deinit)

/* Nothing below can be looked at without a plan. */
#define EXPECT_PLAN(p)                                                     \
	do {                                                               \
		if (!(p).plan)                                             \
			FAIL("no plan: %s", (p).err ? (p).err->msg : "?"); \
	} while (0)

/* Inside a fixture. */
static struct planned plan_now(const struct plan_filter *f)
{
	struct planned p = { 0 };

	p.config = config_load("harness.toml", &p.err);
	if (p.config)
		p.plan = plan_create(p.config, &p.config->matrices[0], f,
				     &(struct plan_host){ MODE_TCG }, &p.err);
	return p;
}

#define SWEPT_POLICY                                             \
	"title = \"p\"\n"                                        \
	"[[knob]]\nname = \"zz\"\ntype = \"int\"\ndefault = 1\n" \
	"[[knob]]\nname = \"aa\"\ntype = \"int\"\ndefault = 2\n" \
	"[[knob]]\nname = \"fixed\"\ntype = \"string\"\ndefault = \"f\"\n"

#define SWEPT_WORKLOAD                                                     \
	"title = \"w\"\ncommand = [\"true\", \"${n}\"]\nestimate_s = 40\n" \
	"[[knob]]\nname = \"n\"\ntype = \"int\"\ndefault = 5\n"

#define TWO_BY_TWO                                                                        \
	FIXTURE_KERNEL                                                                    \
	"[kernel.l]\nsource = \"prebuilt\"\nimage = \"bzImage\"\n"                        \
	"[matrix.m]\nkernels = [\"k\", \"l\"]\npolicies = [\"plain\", \"swept\"]\n"       \
	"workloads = [\"work\", \"swept-work\"]\nmodes = [\"tcg\"]\nreps = 2\nseed = 7\n" \
	"[matrix.m.sweep]\nswept.zz = [10, 20, 30, 40]\nswept.aa = [1, 2]\n"              \
	"\"swept-work.n\" = [8, 9]\n"

static void enter_two_by_two(void)
{
	fixture_enter();
	fixture_write("policies/swept/policy.toml", SWEPT_POLICY);
	fixture_write("workloads/swept-work/workload.toml", SWEPT_WORKLOAD);
	fixture_write("harness.toml", TWO_BY_TWO);
}

static struct planned plan_two_by_two(const struct plan_filter *f)
{
	struct planned p;

	enter_two_by_two();
	p = plan_now(f);
	fixture_leave();
	return p;
}

static size_t count(const struct plan *p, const char *title)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_cells; i++) {
		_cleanup_free_ char *t = cell_title(&p->cells[i]);

		n += streq(t, title);
	}
	return n;
}

TEST(a_matrix_is_the_product_of_its_axes_and_sweeps)
{
	_cleanup_planned_ struct planned p = plan_two_by_two(NULL);

	EXPECT_PLAN(p);
	/* 2 kernels, 1 + 4 * 2 policies, 1 + 2 workloads, 1 mode, 2 repetitions */
	EXPECT_INT(p.plan->n_cells, 2 * 9 * 3 * 2);
	EXPECT_INT(count(p.plan, "k plain work tcg #1"), 1);
	EXPECT_INT(count(p.plan, "l swept(aa=2 zz=30) swept-work(n=9) tcg #2"), 1);
	for (size_t i = 0; i < p.plan->n_cells; i++) {
		for (size_t j = 0; j < i; j++)
			EXPECT(!streq(p.plan->cells[i].id, p.plan->cells[j].id));
		EXPECT(!p.plan->cells[i].refused);
	}
}

TEST(repetitions_are_blocks_and_share_a_seed)
{
	_cleanup_planned_ struct planned p = plan_two_by_two(NULL);
	uint64_t first, second;
	size_t half;

	EXPECT_PLAN(p);
	half = p.plan->n_cells / 2;
	first = p.plan->cells[0].seed;
	second = p.plan->cells[half].seed;
	EXPECT(first != second);
	EXPECT(first <= INT64_MAX && second <= INT64_MAX);
	for (size_t i = 0; i < p.plan->n_cells; i++) {
		EXPECT_INT(p.plan->cells[i].rep, i < half ? 1 : 2);
		EXPECT(p.plan->cells[i].seed == (i < half ? first : second));
	}
}

/* Same cells in another order: how many stay in their place. */
static size_t in_place(const struct plan *p, size_t a, size_t b, size_t n)
{
	size_t same = 0;

	for (size_t i = 0; i < n; i++)
		same += streq(p->cells[a + i].group, p->cells[b + i].group);
	return same;
}

TEST(order_is_shuffled_within_each_repetition_and_repeatable)
{
	_cleanup_planned_ struct planned p = plan_two_by_two(NULL);
	_cleanup_planned_ struct planned q = plan_two_by_two(NULL);
	size_t half;

	EXPECT_PLAN(p);
	EXPECT_PLAN(q);
	half = p.plan->n_cells / 2;
	EXPECT(in_place(p.plan, 0, half, half) < half / 2);
	for (size_t i = 0; i < p.plan->n_cells; i++)
		EXPECT_STR(p.plan->cells[i].id, q.plan->cells[i].id);
	EXPECT_STR(p.plan->campaign_id, q.plan->campaign_id);
}

/* Pinned: another machine, libc or version of the program must not give another order. */
TEST(the_generator_is_what_it_was)
{
	static const size_t want[] = { 6, 0, 1, 5, 2, 7, 3, 4 };
	size_t got[ARRAY_SIZE(want)];

	EXPECT_INT(order_seed(1, 1), 7305877280828701598);
	order_shuffle(got, ARRAY_SIZE(want), 1, 1);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		EXPECT_INT(got[i], want[i]);
}

TEST(every_order_is_as_likely_as_any_other)
{
	size_t seen[6] = { 0 };

	for (unsigned int rep = 1; rep <= 6000; rep++) {
		size_t o[3];

		order_shuffle(o, 3, 99, rep);
		seen[o[0] * 2 + (o[1] > o[2])]++;
	}
	/* 1000 each; five standard deviations are 144. */
	for (size_t i = 0; i < 6; i++)
		EXPECT_NEAR((double)seen[i], 1000, 144);
}

TEST(a_group_is_all_repetitions_of_a_cell)
{
	_cleanup_planned_ struct planned p = plan_two_by_two(NULL);
	size_t half;

	EXPECT_PLAN(p);
	half = p.plan->n_cells / 2;
	for (size_t i = 0; i < half; i++) {
		size_t partners = 0;

		for (size_t j = half; j < p.plan->n_cells; j++)
			partners += streq(p.plan->cells[i].group, p.plan->cells[j].group);
		EXPECT_INT(partners, 1);
	}
}

/* The id of the one cell of the plain fixture, after `path` got `text`. */
static char *id_after(const char *path, const char *text)
{
	_cleanup_planned_ struct planned p = { 0 };
	char *id;

	fixture_enter();
	if (path)
		fixture_write(path, text);
	p = plan_now(NULL);
	fixture_leave();
	id = xstrdup(p.plan ? p.plan->cells[0].id : p.err->msg);
	return id;
}

TEST(ids_change_with_all_that_can_change_a_result)
{
	static const struct {
		const char *path, *text;
		bool same;
	} cases[] = {
		{ "policies/plain/README.md", "words", true },
		{ "workloads/work/README.md", "words", true },
		{ "harness.toml", FIXTURE_KERNEL "# words\n" FIXTURE_MATRIX "reps = 5\n", true },
		{ "policies/plain/module/x.c", "int x;\n", false },
		{ "policies/plain/policy.toml", "title = \"another\"\n", false },
		{ "workloads/work/job.fio", "[x]\n", false },
		{ "bzImage", "ZM", false },
		{ "harness.toml", "[machine]\ncpus = 3\n" FIXTURE_KERNEL FIXTURE_MATRIX, false },
		{ "harness.toml", "[machine]\nmem = \"512M\"\n" FIXTURE_KERNEL FIXTURE_MATRIX,
		  false },
		{ "harness.toml", "[trace]\nenabled = false\n" FIXTURE_KERNEL FIXTURE_MATRIX,
		  false },
		{ "harness.toml", "[trace]\nbuffer_kb = 64\n" FIXTURE_KERNEL FIXTURE_MATRIX,
		  false },
		{ "harness.toml", "[trace]\nevents = []\n" FIXTURE_KERNEL FIXTURE_MATRIX, false },
		{ "harness.toml", FIXTURE_KERNEL FIXTURE_MATRIX "seed = 2\n", false },
		{ "harness.toml", FIXTURE_KERNEL FIXTURE_MATRIX "cpus = 2\n", true },
		{ "harness.toml", FIXTURE_KERNEL FIXTURE_MATRIX "cpus = 3\n", false },
	};
	_cleanup_free_ char *before = id_after(NULL, NULL);

	EXPECT_INT(strlen(before), SHORT_ID - 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *after = id_after(cases[i].path, cases[i].text);

		EXPECT_INT(strlen(after), SHORT_ID - 1);
		if (streq(before, after) != cases[i].same)
			FAIL("case %zu: %s %s the id", i, cases[i].path,
			     cases[i].same ? "changed" : "didn't change");
	}
}

TEST(ids_see_through_links)
{
	_cleanup_planned_ struct planned p = { 0 }, q = { 0 };

	fixture_enter();
	fixture_write("shared.c", "int a;\n");
	EXPECT_INT(symlink("../../shared.c", "policies/plain/shared.c"), 0);
	p = plan_now(NULL);
	fixture_write("shared.c", "int b;\n");
	q = plan_now(NULL);
	fixture_leave();
	EXPECT_PLAN(p);
	EXPECT_PLAN(q);
	EXPECT(!streq(p.plan->cells[0].id, q.plan->cells[0].id));
}

TEST(a_link_that_leads_back_is_an_error)
{
	_cleanup_planned_ struct planned p = { 0 };

	fixture_enter();
	EXPECT_INT(symlink(".", "policies/plain/loop"), 0);
	p = plan_now(NULL);
	fixture_leave();
	EXPECT(!p.plan);
	EXPECT_INT(p.err->code, EXIT_INPUT);
	EXPECT(strstr(p.err->msg, "does a link lead back?"));
}

TEST(filters_are_globs)
{
	const struct plan_filter f = {
		.kernel = "l", .policy = "sw*", .workload = "swept-*", .reps = 1
	};
	_cleanup_planned_ struct planned p = plan_two_by_two(&f);
	_cleanup_planned_ struct planned all = plan_two_by_two(NULL);

	EXPECT_PLAN(p);
	EXPECT_PLAN(all);
	EXPECT_INT(p.plan->n_cells, 8 * 2);
	for (size_t i = 0; i < p.plan->n_cells; i++)
		EXPECT(plan_cell(all.plan, p.plan->cells[i].id, NULL));
}

TEST(filters_that_match_nothing_say_what_there_is)
{
	static const struct {
		struct plan_filter f;
		const char *msg;
	} cases[] = {
		{ { .kernel = "x*" }, "no kernel of matrix \"m\" matches \"x*\"; it has k, l" },
		{ { .policy = "x" },
		  "no policy of matrix \"m\" matches \"x\"; it has plain, swept" },
		{ { .workload = "burst" },
		  "no workload of matrix \"m\" matches \"burst\"; it has work, swept-work" },
		{ { .mode = "kvm" }, "no mode of matrix \"m\" matches \"kvm\"; it has tcg" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_planned_ struct planned p = plan_two_by_two(&cases[i].f);

		EXPECT(!p.plan);
		EXPECT_STR(p.err->msg, cases[i].msg);
		EXPECT_INT(p.err->code, EXIT_INPUT);
	}
}

static struct planned plan_modes(const char *modes, const char *wanted)
{
	_cleanup_free_ char *text =
		xasprintf(FIXTURE_KERNEL "[matrix.m]\nkernels = [\"k\"]\npolicies = [\"plain\"]\n"
					 "workloads = [\"work\"]\nreps = 1\nmodes = %s\n",
			  modes);
	const struct plan_filter f = { .mode = wanted };
	struct planned p;

	fixture_enter();
	fixture_write("harness.toml", text);
	p = plan_now(&f);
	fixture_leave();
	return p;
}

/* Of the modes, with that many CPUs, on a host that can count several or not. */
static struct planned plan_counted(const char *modes, unsigned int cpus, bool counts_cpus)
{
	const struct plan_host host = { .auto_mode = MODE_TCG, .counts_cpus = counts_cpus };
	_cleanup_free_ char *text =
		xasprintf("[machine]\ncpus = %u\n" FIXTURE_KERNEL
			  "[matrix.m]\nkernels = [\"k\"]\npolicies = [\"plain\"]\n"
			  "workloads = [\"work\"]\nreps = 1\nmodes = %s\n",
			  cpus, modes);
	struct planned p = { 0 };

	fixture_enter();
	fixture_write("harness.toml", text);
	p.config = config_load("harness.toml", &p.err);
	if (p.config)
		p.plan = plan_create(p.config, &p.config->matrices[0], NULL, &host, &p.err);
	fixture_leave();
	return p;
}

TEST(several_cpus_that_cant_be_counted_are_for_tcg)
{
	_cleanup_planned_ struct planned one = plan_counted("[\"deterministic\"]", 1, false);
	_cleanup_planned_ struct planned two = plan_counted("[\"deterministic\"]", 2, false);
	_cleanup_planned_ struct planned both =
		plan_counted("[\"deterministic\", \"tcg\"]", 2, false);
	_cleanup_planned_ struct planned able = plan_counted("[\"deterministic\"]", 2, true);

	EXPECT_PLAN(one);
	EXPECT_PLAN(two);
	EXPECT_PLAN(both);
	EXPECT_PLAN(able);
	EXPECT_INT(one.plan->cells[0].mode, MODE_DETERMINISTIC);
	EXPECT(!one.plan->sent_to_tcg);
	EXPECT_INT(two.plan->n_cells, 1);
	EXPECT_INT(two.plan->cells[0].mode, MODE_TCG);
	EXPECT(two.plan->sent_to_tcg);
	EXPECT_INT(both.plan->n_cells, 1);
	EXPECT_INT(both.plan->cells[0].mode, MODE_TCG);
	EXPECT_INT(able.plan->cells[0].mode, MODE_DETERMINISTIC);
	EXPECT(!able.plan->sent_to_tcg);
}

TEST(auto_is_one_mode)
{
	_cleanup_planned_ struct planned probed = plan_modes("[\"auto\"]", NULL);
	_cleanup_planned_ struct planned word = plan_modes("[\"auto\"]", "auto");
	_cleanup_planned_ struct planned told = plan_modes("[\"auto\"]", "kvm");
	_cleanup_planned_ struct planned twice = plan_modes("[\"tcg\", \"auto\"]", NULL);
	_cleanup_planned_ struct planned both = plan_modes("[\"tcg\", \"kvm\"]", NULL);

	EXPECT_PLAN(probed);
	EXPECT_PLAN(word);
	EXPECT_PLAN(told);
	EXPECT_PLAN(twice);
	EXPECT_PLAN(both);
	EXPECT_INT(probed.plan->n_cells, 1);
	EXPECT_INT(probed.plan->cells[0].mode, MODE_TCG);
	EXPECT_INT(word.plan->cells[0].mode, MODE_TCG);
	EXPECT_INT(told.plan->n_cells, 1);
	EXPECT_INT(told.plan->cells[0].mode, MODE_KVM);
	EXPECT_INT(twice.plan->n_cells, 1);
	EXPECT_INT(both.plan->n_cells, 2);
}

TEST(cells_that_cannot_be_stand_last_with_the_reason)
{
	_cleanup_planned_ struct planned p = { 0 };

	fixture_enter();
	fixture_write("policies/needy/policy.toml",
		      "title = \"n\"\n[needs]\nhooks = [\"nowhere\"]\n");
	fixture_write("workloads/bare/workload.toml",
		      "title = \"b\"\ncommand = [\"x\"]\nprograms = [\"no-such-program\"]\n");
	fixture_write("workloads/big/workload.toml",
		      "title = \"b\"\ncommand = [\"x\"]\ndata = \"64G\"\n");
	fixture_write(
		"harness.toml", FIXTURE_KERNEL
		"[trace]\nstream = \"always\"\n"
		"[matrix.m]\nkernels = [\"k\"]\npolicies = [\"needy\", \"plain\"]\n"
		"workloads = [\"bare\", \"big\", \"work\"]\nmodes = [\"deterministic\", \"tcg\"]\n"
		"reps = 1\ncpus = 1\n");
	p = plan_now(NULL);
	fixture_leave();
	EXPECT_PLAN(p);
	EXPECT_INT(p.plan->n_cells, 2 * 3 * 2);
	EXPECT(!p.plan->cells[0].refused);
	EXPECT_STR(p.plan->cells[0].workload->name, "work");
	for (size_t i = 1; i < p.plan->n_cells; i++) {
		const struct cell *c = &p.plan->cells[i];

		EXPECT(c->refused);
		if (streq(c->policy->name, "needy"))
			EXPECT(strstr(c->refused, "needs hook \"nowhere\""));
		else if (streq(c->workload->name, "bare"))
			EXPECT(strstr(c->refused, "no-such-program"));
		else if (c->mode == MODE_DETERMINISTIC)
			EXPECT(strstr(c->refused, "deterministic"));
		else
			EXPECT(strstr(c->refused, "PCI hole"));
	}
}

TEST(what_would_break_the_deterministic_contract_is_refused)
{
	struct machine_config machine = { .cpus = 1 };
	struct trace_config trace = { .enabled = true, .stream = STREAM_AUTO };
	struct cell cell = { .mode = MODE_DETERMINISTIC, .machine = &machine, .trace = &trace };
	_cleanup_free_ char *stream = NULL, *balloon = NULL;
	struct policy_def policy = { .name = "p" };

	EXPECT(!contract_breach(&cell));
	trace.stream = STREAM_ALWAYS;
	stream = contract_breach(&cell);
	EXPECT(stream && strstr(stream, "stream = \"never\""));
	trace.stream = STREAM_AUTO;
	cell.policy = &policy;
	EXPECT(!contract_breach(&cell));
	policy.needs_reporting = true;
	balloon = contract_breach(&cell);
	EXPECT(balloon && strstr(balloon, "no balloon"));
	cell.mode = MODE_TCG;
	EXPECT(!contract_breach(&cell));
}

static double ten_or_unknown(const struct cell *cell, void *arg)
{
	const char *known = arg;

	return streq(cell->workload->name, known) ? 10 : -1;
}

TEST(estimates_can_be_bettered)
{
	const struct plan_filter f = { .kernel = "k", .policy = "plain", .reps = 1 };
	_cleanup_planned_ struct planned p = plan_two_by_two(&f);
	double before, other = 0;

	EXPECT_PLAN(p);
	EXPECT_INT(p.plan->n_cells, 3);
	before = plan_total_s(p.plan);
	for (size_t i = 0; i < 3; i++)
		other += streq(p.plan->cells[i].workload->name, "work")
				 ? p.plan->cells[i].estimate_s
				 : 0;
	/* The same boot, and 40 s instead of the default 15. */
	EXPECT_NEAR(before, 3 * other + 2 * 25, 1e-9);
	plan_estimate(p.plan, ten_or_unknown, "work");
	EXPECT_NEAR(plan_total_s(p.plan), before - other + 10, 1e-9);
}

TEST(cells_are_found_by_a_prefix_that_fits_one)
{
	_cleanup_planned_ struct planned p = plan_two_by_two(NULL);
	_cleanup_error_ struct error *err = NULL;
	const struct cell *c;

	EXPECT_PLAN(p);
	c = &p.plan->cells[3];
	EXPECT(plan_cell(p.plan, c->id, &err) == c);
	EXPECT(!plan_cell(p.plan, "xyz", &err));
	EXPECT_STR(err->msg, "matrix \"m\" has no cell \"xyz\"; `harness plan m` lists them");
	EXPECT(!plan_cell(p.plan, "", &err));
	/* 108 ids: some two of them begin with the same digit. */
	for (char prefix[] = "0"; *prefix <= '9'; (*prefix)++) {
		if (plan_cell(p.plan, prefix, &err))
			continue;
		if (strstr(err->msg, "could be"))
			return;
	}
	FAIL("no digit was ambiguous");
}

static const struct cell *swept_cell(const struct plan *p)
{
	for (size_t i = 0; i < p->n_cells; i++) {
		const struct cell *c = &p->cells[i];

		if (c->n_policy_knobs && c->n_workload_knobs && streq(cell_knob(c, "zz"), "20") &&
		    streq(cell_knob(c, "n"), "9"))
			return c;
	}
	return NULL;
}

TEST(variables_are_replaced)
{
	_cleanup_planned_ struct planned p = plan_two_by_two(NULL);
	_cleanup_error_ struct error *err = NULL;
	char *vars[] = { "out=/out", "o=short", NULL };
	_cleanup_free_ char *all = NULL, *plain = NULL, *knobs = NULL;
	const struct cell *c;

	EXPECT_PLAN(p);
	c = swept_cell(p.plan);
	EXPECT(c);
	all = cell_expand(c, "a ${out}/${o}-${zz}${n}$ {}", vars, &err);
	EXPECT_STR(all, "a /out/short-209$ {}");
	plain = cell_expand(c, "", NULL, &err);
	EXPECT_STR(plain, "");
	EXPECT(!cell_expand(c, "${nix}", vars, &err));
	EXPECT_STR(err->msg, "unknown variable ${nix}");
	EXPECT(!cell_expand(c, "${out", vars, &err));
	EXPECT_STR(err->msg, "\"${\" without \"}\" in \"${out\"");
	EXPECT(!cell_knob(c, "nix"));
	knobs = cell_workload_knobs(c);
	EXPECT_STR(knobs, "n=9");
}

TEST(knobs_are_printed_in_the_order_of_their_names)
{
	_cleanup_planned_ struct planned p = plan_two_by_two(NULL);
	_cleanup_free_ char *knobs = NULL;

	EXPECT_PLAN(p);
	knobs = cell_knobs(swept_cell(p.plan));
	EXPECT(streq(knobs, "aa=1 fixed=f zz=20") || streq(knobs, "aa=2 fixed=f zz=20"));
}

TEST(more_cells_than_anyone_could_run_are_refused)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	_cleanup_planned_ struct planned p = { 0 };

	strbuf_puts(&text, FIXTURE_KERNEL FIXTURE_MATRIX "reps = 10000\n[matrix.default.sweep]\n"
							 "plain.x = [");
	for (int i = 0; i < 11; i++)
		strbuf_printf(&text, "%d,", i);
	strbuf_puts(&text, "]\n");
	fixture_enter();
	fixture_write("policies/plain/policy.toml",
		      "title = \"p\"\n[[knob]]\nname = \"x\"\ntype = \"int\"\n");
	fixture_write("harness.toml", text.data);
	p = plan_now(NULL);
	fixture_leave();
	EXPECT(!p.plan);
	EXPECT_STR(p.err->msg, "matrix \"default\" has 110000 cells; the most that can be planned "
			       "are 100000");
}

TEST(a_kernel_that_is_not_there_is_named_with_its_place)
{
	_cleanup_planned_ struct planned p = { 0 };

	fixture_enter();
	unlink("bzImage");
	p = plan_now(NULL);
	fixture_leave();
	EXPECT(!p.plan);
	EXPECT(str_starts(p.err->msg, "harness.toml:1:1: "));
	EXPECT(strstr(p.err->msg, "bzImage"));
}

TEST_MAIN
