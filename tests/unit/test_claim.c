// SPDX-License-Identifier: GPL-2.0-or-later
/* Verdicts on claims, from planted values, and how often they are wrong. */
#include "analysis/claim.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "base/str.h"
#include "cmd/claim.h"
#include "fixture.h"
#include "report_db.h"

static struct claim_values values(const double *x, size_t n)
{
	struct claim_values v = { 0 };

	for (size_t i = 0; i < n; i++)
		*ARRAY_APPEND(v.x, v.n) = x[i];
	return v;
}

#define VALUES(...) \
	values((double[]){ __VA_ARGS__ }, sizeof((double[]){ __VA_ARGS__ }) / sizeof(double))

/* The policy lowers the metric by 10 % at least. */
static struct claim_case lowers(struct claim_values against, struct claim_values policy)
{
	return (struct claim_case){
		.least = { 10, true },
		.within = 10,
		.against = against,
		.policy = policy,
	};
}

#define BASE VALUES(100, 101, 99, 102, 98, 100.5)
#define FIFTH_LESS VALUES(80, 81, 79, 82, 78, 80.5)
#define SAME VALUES(100.2, 101.2, 99.2, 102.2, 98.2, 100.7)
#define MORE VALUES(120, 121, 119, 122, 118, 120.5)
#define WIDE VALUES(70, 120, 85, 100, 60, 110)

static void add_rival(struct claim_case *c, struct claim_values v)
{
	ARRAY_APPEND(c->rivals, c->n_rivals)->values = v;
}

#define EXPECT_VERDICT(c, v)                                                 \
	do {                                                                 \
		_cleanup_free_ char *why = NULL;                             \
		enum claim_verdict got;                                      \
                                                                             \
		claim_judge(&(c));                                           \
		got = (c).verdict;                                           \
		why = xstrdup((c).why ?: "");                                \
		claim_case_deinit(&(c));                                     \
		if (got != (v))                                              \
			FAIL("%s, expected %s: %s", claim_verdict_name(got), \
			     claim_verdict_name(v), why);                    \
	} while (0)

TEST(a_planted_effect_is_reproduced)
{
	struct claim_case c = lowers(BASE, FIFTH_LESS);

	EXPECT_VERDICT(c, CLAIM_REPRODUCED);
}

TEST(no_effect_is_refuted_and_so_is_the_opposite)
{
	struct claim_case none = lowers(BASE, SAME), opposite = lowers(BASE, MORE);

	EXPECT_VERDICT(none, CLAIM_REFUTED);
	EXPECT_VERDICT(opposite, CLAIM_REFUTED);
}

TEST(a_small_effect_is_not_what_was_claimed)
{
	/* 5 % less, and clearly so: 10 % were claimed. */
	struct claim_case c = lowers(BASE, VALUES(95, 96, 94, 97, 93, 95.5));

	EXPECT_VERDICT(c, CLAIM_REFUTED);
}

TEST(higher_is_a_direction_too)
{
	struct claim_case c = lowers(BASE, MORE), d = lowers(BASE, FIFTH_LESS);

	c.higher = d.higher = true;
	EXPECT_VERDICT(c, CLAIM_REPRODUCED);
	EXPECT_VERDICT(d, CLAIM_REFUTED);
}

TEST(noise_is_inconclusive_and_says_how_many_more)
{
	struct claim_case c = lowers(BASE, WIDE);

	claim_judge(&c);
	EXPECT_INT(c.verdict, CLAIM_INCONCLUSIVE);
	EXPECT(c.more > 1);
	claim_case_deinit(&c);
}

TEST(too_few_runs_are_inconclusive_whatever_they_say)
{
	struct claim_case c = lowers(VALUES(100, 101, 102), VALUES(50, 51, 52));

	claim_judge(&c);
	EXPECT_INT(c.verdict, CLAIM_INCONCLUSIVE);
	EXPECT_INT(c.more, 1);
	EXPECT_STR(c.why, "too few runs for an interval that holds in 95 %");
	claim_case_deinit(&c);
}

TEST(a_rival_that_does_as_well_makes_it_upstream)
{
	struct claim_case c = lowers(BASE, FIFTH_LESS);

	add_rival(&c, VALUES(81, 82, 80, 83, 79, 81.5));
	EXPECT_VERDICT(c, CLAIM_UPSTREAM);
}

TEST(a_rival_that_does_less_does_not)
{
	struct claim_case weak = lowers(BASE, FIFTH_LESS), vague = lowers(BASE, FIFTH_LESS);

	add_rival(&weak, VALUES(96, 97, 95, 98, 94, 96.5));
	EXPECT_VERDICT(weak, CLAIM_REPRODUCED);
	add_rival(&vague, WIDE);
	EXPECT_VERDICT(vague, CLAIM_REPRODUCED);
}

TEST(a_rival_saves_no_claim_that_fails)
{
	struct claim_case c = lowers(BASE, SAME);

	add_rival(&c, FIFTH_LESS);
	EXPECT_VERDICT(c, CLAIM_REFUTED);
}

TEST(from_zero_only_the_unit_counts)
{
	struct claim_case c = lowers(VALUES(0, 0, 0, 0, 0), VALUES(4, 5, 6, 5, 4)), d;

	c.higher = true;
	d = c;
	d.against = VALUES(0, 0, 0, 0, 0);
	d.policy = VALUES(4, 5, 6, 5, 4);
	EXPECT_VERDICT(c, CLAIM_INCONCLUSIVE);
	d.least = claim_amount("1");
	EXPECT_VERDICT(d, CLAIM_REPRODUCED);
}

TEST(unequal_costs_are_no_fair_comparison)
{
	struct claim_case c = lowers(BASE, FIFTH_LESS), fair = lowers(BASE, FIFTH_LESS);

	c.equal_against = BASE;
	c.equal_policy = MORE;
	EXPECT_VERDICT(c, CLAIM_INCONCLUSIVE);
	fair.equal_against = BASE;
	fair.equal_policy = SAME;
	EXPECT_VERDICT(fair, CLAIM_REPRODUCED);
}

TEST(equal_bits_are_facts)
{
	struct claim_case c = lowers(VALUES(100, 100), VALUES(80, 80)),
			  d = lowers(VALUES(100, 100), VALUES(95, 95)),
			  one_seed = lowers(VALUES(100), VALUES(80));

	c.deterministic = d.deterministic = one_seed.deterministic = true;
	EXPECT_VERDICT(c, CLAIM_REPRODUCED);
	EXPECT_VERDICT(d, CLAIM_REFUTED);
	EXPECT_VERDICT(one_seed, CLAIM_INCONCLUSIVE);
}

TEST(nothing_is_inconclusive)
{
	struct claim_case c = lowers(BASE, (struct claim_values){ 0 });

	EXPECT_VERDICT(c, CLAIM_INCONCLUSIVE);
}

/* --- by simulation ------------------------------------------------------------- */

#define ROUNDS 600

static struct claim_values draw(gsl_rng *rng, size_t n, double median, double sigma)
{
	struct claim_values v = { 0 };

	for (size_t i = 0; i < n; i++)
		*ARRAY_APPEND(v.x, v.n) = median * exp(gsl_ran_gaussian(rng, sigma));
	return v;
}

/* Verdicts on lognormal boots whose true change is `truth` percent. */
static void simulate(size_t n, double truth, double sigma, size_t ret[4])
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	memset(ret, 0, 4 * sizeof(*ret));
	gsl_rng_set(rng, 7);
	for (int i = 0; i < ROUNDS; i++) {
		struct claim_case c =
			lowers(draw(rng, n, 100, sigma), draw(rng, n, 100 + truth, sigma));

		claim_judge(&c);
		ret[c.verdict]++;
		claim_case_deinit(&c);
	}
	gsl_rng_free(rng);
}

TEST(wrong_verdicts_are_as_rare_as_they_should_be)
{
	size_t none[4], edge[4], large[4];

	simulate(8, 0, 0.1, none);
	simulate(8, -10, 0.1, edge);
	simulate(8, -30, 0.1, large);
	printf("# 8+8 boots, sd 10 %%: no effect: %zu of %d reproduced; exactly the least: %zu "
	       "reproduced, %zu refuted; three times it: %zu reproduced\n",
	       none[CLAIM_REPRODUCED], ROUNDS, edge[CLAIM_REPRODUCED], edge[CLAIM_REFUTED],
	       large[CLAIM_REPRODUCED]);
	EXPECT(none[CLAIM_REPRODUCED] == 0);
	/* 2.5 % each, and three standard errors. */
	EXPECT(edge[CLAIM_REPRODUCED] <= ROUNDS * 0.045);
	EXPECT(edge[CLAIM_REFUTED] <= ROUNDS * 0.045);
	EXPECT(large[CLAIM_REPRODUCED] >= ROUNDS * 0.8);
	EXPECT_INT(large[CLAIM_REFUTED], 0);
}

/* What was said to be needed is what is needed, mostly: it is an estimate from few boots itself. */
TEST(so_many_more_runs_do_decide)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t asked = 0, decided = 0;

	gsl_rng_set(rng, 11);
	for (int i = 0; i < ROUNDS / 3; i++) {
		struct claim_case c = lowers(draw(rng, 6, 100, 0.15), draw(rng, 6, 80, 0.15)), d;
		size_t n;

		claim_judge(&c);
		n = 6 + c.more;
		if (c.verdict == CLAIM_INCONCLUSIVE && c.more && n < 100) {
			d = lowers(draw(rng, n, 100, 0.15), draw(rng, n, 80, 0.15));
			claim_judge(&d);
			asked++;
			decided += d.verdict != CLAIM_INCONCLUSIVE;
			claim_case_deinit(&d);
		}
		claim_case_deinit(&c);
	}
	gsl_rng_free(rng);
	printf("# of %zu inconclusive claims %zu were decided by the number that was said\n", asked,
	       decided);
	EXPECT(asked > 40);
	EXPECT((double)decided >= 0.6 * (double)asked);
}

/* --- from the configuration to the verdict ----------------------------------------- */

#define CLAIM                                                                         \
	"[[claim]]\nname = \"less\"\nsource = \"a mail\"\nsays = \"it is faster\"\n"  \
	"hypothesis = \"p99 falls\"\nmetric = \"fault_p99\"\ndirection = \"lower\"\n" \
	"kernels = [\"k\"]\nworkload = \"work\"\nmode = \"tcg\"\nreps = 5\n"

struct claimed {
	struct config *config;
	struct claim_result result;
};

static void claimed_deinit(struct claimed *c)
{
	claim_result_deinit(&c->result);
	config_free(c->config);
}

static const struct policy_def *first_claimant(const struct config *c)
{
	for (size_t i = 0; i < c->n_policies; i++) {
		if (c->policies[i].n_claims)
			return &c->policies[i];
	}
	return NULL;
}

/* The error's message, or NULL. */
static char *plan_claim(const char *claims, struct claimed *ret)
{
	_cleanup_error_ struct error *err = NULL;
	struct claim_matrix cm;

	*ret = (struct claimed){ 0 };
	fixture_enter();
	fixture_write("policies/stock/policy.toml", FIXTURE_POLICY);
	fixture_write("policies/plain/claims.toml", claims);
	ret->config = config_load("harness.toml", &err);
	if (ret->config) {
		ret->result.policy = first_claimant(ret->config);
		ret->result.claim = ret->result.policy->claims;
		ret->result.reps = ret->result.claim->reps;
		if (claim_matrix_init(&cm, ret->config, ret->result.policy, ret->result.claim, 0,
				      &err) == 0)
			ret->result.plan = plan_create(ret->config, &cm.m, NULL,
						       &(struct plan_host){ MODE_TCG }, &err);
		claim_matrix_deinit(&cm);
	}
	fixture_leave();
	return err ? xstrdup(err->msg) : NULL;
}

TEST(claims_name_what_is_wrong_with_them)
{
	static const struct {
		const char *more, *message;
	} cases[] = {
		{ "least = \"ten\"\n",
		  "policies/plain/claims.toml:12:9: \"least\" takes \"10%\" of the base or \"5\" in"
		  " the metric's unit, not \"ten\"" },
		{ "least = \"10%\"\nwithin = \"5\"\n",
		  "policies/plain/claims.toml:13:10: \"within\" takes a percentage such as \"10%\","
		  " not \"5\"" },
		{ "least = \"10%\"\nagainst = \"stokc\"\n",
		  "policies/plain/claims.toml:1:1: claim \"less\": unknown policy \"stokc\"; did you"
		  " mean \"stock\"?" },
		{ "least = \"10%\"\nagainst = \"plain\"\n",
		  "policies/plain/claims.toml:1:1: claim \"less\": it is compared with itself" },
		{ "least = \"10%\"\nknobs = [\"plain.x=1\"]\n",
		  "policies/plain/claims.toml:1:1: claim \"less\": \"plain\" has no knob \"x\"" },
		{ "least = \"10%\"\nknobs = [\"x\"]\n",
		  "policies/plain/claims.toml:1:1: claim \"less\": a knob is \"OWNER.KNOB=VALUE\", not"
		  " \"x\"" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *toml = xasprintf("%s%s", CLAIM, cases[i].more);
		cleanup(claimed_deinit) struct claimed c;
		_cleanup_free_ char *message = plan_claim(toml, &c);

		EXPECT_STR(message, cases[i].message);
	}
}

static void insert_cell(struct db *db, const struct cell *cell, double value)
{
	char run[64];

	insert_run(db, &(struct boot){ .policy = cell->policy->name, .kernel = "k" }, run);
	db_exec(db, NULL, "UPDATE run SET cell_id = %Q WHERE run_id = %Q", cell->id, run);
	metric(db, run, "fault_p99", "ns", "lower", value, "workload");
}

TEST(a_claim_is_judged_from_its_own_cells)
{
	_cleanup_db_ struct db *db = open_db();
	cleanup(claimed_deinit) struct claimed c;
	_cleanup_free_ char *message = plan_claim(CLAIM "least = \"10%\"\n", &c);
	_cleanup_error_ struct error *err = NULL;

	EXPECT(!message && c.result.plan);
	EXPECT_INT(c.result.plan->n_cells, 10);
	for (size_t i = 0; i < 10; i++) {
		const struct cell *cell = &c.result.plan->cells[i];
		bool stock = streq(cell->policy->name, "stock");

		if (i < 9)
			insert_cell(db, cell, (stock ? slow : fast)[cell->rep - 1]);
	}
	/* The same policy's boots from elsewhere don't count. */
	boots(db, (struct boot){ .policy = "plain", .kernel = "k" }, slow, 5);
	EXPECT_INT(claim_try(db, &c.result, &err), 0);
	EXPECT_INT(c.result.n_trials, 1);
	EXPECT_INT(c.result.trials[0].found.policy.n + c.result.trials[0].found.against.n, 9);
	EXPECT_INT(c.result.trials[0].voids, 1);
	EXPECT_STR(claim_verdict_name(c.result.trials[0].found.verdict), "reproduced");
}

TEST(other_words_leave_the_cells_as_they_are)
{
	cleanup(claimed_deinit) struct claimed a, b;
	_cleanup_free_ char *first = plan_claim(CLAIM "least = \"10%\"\n", &a),
			    *second = plan_claim(CLAIM "least = \"20%\"\n# new words\n", &b);

	EXPECT(!first && !second && a.result.plan && b.result.plan);
	EXPECT_STR(a.result.plan->cells[0].id, b.result.plan->cells[0].id);
}

TEST_MAIN
