// SPDX-License-Identifier: GPL-2.0-or-later
/* `aa = true`: stock once more, and nothing else changes. */
#include "fixture.h"
#include "plan/plan.h"
#include "test.h"

#define MATRIX(policies, more)                                               \
	FIXTURE_KERNEL "[matrix.m]\nkernels = [\"k\"]\npolicies = " policies \
		       "\nworkloads = [\"work\"]\nmodes = [\"tcg\"]\nreps = 2\n" more

static void write_policies(void)
{
	fixture_write("policies/stock/policy.toml", FIXTURE_POLICY);
	fixture_write("policies/stock-again/policy.toml", FIXTURE_POLICY);
}

struct planned {
	struct config *config;
	struct plan *plan;
};

static void planned_deinit(struct planned *p)
{
	plan_free(p->plan);
	config_free(p->config);
}

static struct planned plan_matrix(const char *toml)
{
	_cleanup_error_ struct error *err = NULL;
	struct planned p = { 0 };

	fixture_enter();
	write_policies();
	fixture_write("harness.toml", toml);
	p.config = config_load("harness.toml", &err);
	if (p.config)
		p.plan = plan_create(p.config, p.config->matrices, NULL,
				     &(struct plan_host){ MODE_TCG }, &err);
	if (!p.plan)
		printf("# %s\n", err->msg);
	fixture_leave();
	return p;
}

static const struct cell *cell_of(const struct plan *p, const char *policy, unsigned int rep)
{
	for (size_t i = 0; i < p->n_cells; i++) {
		if (streq(p->cells[i].policy->name, policy) && p->cells[i].rep == rep)
			return &p->cells[i];
	}
	return NULL;
}

TEST(stock_again_has_seeds_of_its_own)
{
	cleanup(planned_deinit) struct planned p =
		plan_matrix(MATRIX("[\"stock\", \"plain\"]", "aa = true\n"));

	EXPECT(p.plan);
	EXPECT_INT(p.plan->n_cells, 6);
	for (unsigned int rep = 1; rep <= 2; rep++) {
		const struct cell *stock = cell_of(p.plan, "stock", rep);
		const struct cell *again = cell_of(p.plan, "stock-again", rep);

		EXPECT(stock && again);
		EXPECT(stock->seed == cell_of(p.plan, "plain", rep)->seed);
		EXPECT(again->seed != stock->seed && again->seed <= INT64_MAX);
		EXPECT(!streq(again->group, stock->group));
	}
	EXPECT(cell_of(p.plan, "stock-again", 1)->seed != cell_of(p.plan, "stock-again", 2)->seed);
}

TEST(the_other_cells_stay_what_they_were)
{
	cleanup(planned_deinit) struct planned with =
		plan_matrix(MATRIX("[\"stock\", \"plain\"]", "aa = true\n"));
	cleanup(planned_deinit) struct planned without =
		plan_matrix(MATRIX("[\"stock\", \"plain\"]", ""));

	EXPECT(with.plan && without.plan);
	EXPECT_INT(without.plan->n_cells, 4);
	for (size_t i = 0; i < without.plan->n_cells; i++)
		EXPECT(plan_cell(with.plan, without.plan->cells[i].id, NULL));
}

TEST(named_as_well_it_still_runs_once)
{
	cleanup(planned_deinit) struct planned p =
		plan_matrix(MATRIX("[\"stock\", \"stock-again\"]", "aa = true\n"));

	EXPECT(p.plan);
	EXPECT_INT(p.plan->n_cells, 4);
}

TEST(without_stock_there_is_nothing_to_repeat)
{
	_cleanup_free_ char *error = NULL;

	fixture_enter();
	write_policies();
	fixture_write("harness.toml", MATRIX("[\"plain\"]", "aa = true\n"));
	error = fixture_error();
	fixture_leave();
	EXPECT_STR(error, "harness.toml:10:1: aa = true compares \"stock\" with itself, and "
			  "\"policies\" lacks it");
}

TEST_MAIN
