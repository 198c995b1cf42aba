// SPDX-License-Identifier: GPL-2.0-or-later
/* What a cell traces: everybody's wishes; and the twin that isn't traced. */
#include "fixture.h"
#include "plan/plan.h"
#include "test.h"

#define MATRIX                                                                 \
	"[matrix.m]\nkernels = [\"k\"]\npolicies = [\"plain\", \"curious\"]\n" \
	"workloads = [\"work\"]\nmodes = [\"tcg\"]\nreps = 2\n"

struct planned {
	struct config *config;
	struct plan *plan;
};

static void planned_deinit(struct planned *p)
{
	plan_free(p->plan);
	config_free(p->config);
}

static struct planned plan_text(const char *text)
{
	struct planned p = { 0 };

	fixture_enter();
	fixture_write("policies/curious/policy.toml",
		      FIXTURE_POLICY "[trace]\nevents = [\"sched:*\", \"vmscan:*\"]\n"
				     "kprobes = [\"p:mine shrink_node\"]\n");
	fixture_write("harness.toml", text);
	p.config = config_load("harness.toml", NULL);
	if (p.config)
		p.plan = plan_create(p.config, &p.config->matrices[0], NULL,
				     &(struct plan_host){ MODE_TCG }, NULL);
	fixture_leave();
	return p;
}

static const struct cell *cell_of(const struct plan *p, const char *policy, unsigned int rep,
				  bool twin)
{
	for (size_t i = 0; i < p->n_cells; i++) {
		const struct cell *c = &p->cells[i];

		if (streq(c->policy->name, policy) && c->rep == rep && c->twin == twin)
			return c;
	}
	return NULL;
}

TEST(wishes_are_put_together_once_each)
{
	cleanup(planned_deinit) struct planned p =
		plan_text("[trace]\nevents = [\"vmscan:*\"]\n" FIXTURE_KERNEL MATRIX);
	const struct cell *plain, *curious;

	EXPECT(p.plan);
	plain = cell_of(p.plan, "plain", 1, false);
	curious = cell_of(p.plan, "curious", 1, false);
	EXPECT_INT(strv_len(plain->trace->wishes.events), 1);
	EXPECT_INT(strv_len(plain->trace->wishes.kprobes), 0);
	EXPECT_INT(strv_len(curious->trace->wishes.events), 2);
	EXPECT_STR(curious->trace->wishes.events[1], "sched:*");
	EXPECT_STR(curious->trace->wishes.kprobes[0], "p:mine shrink_node");
}

TEST(the_first_repetition_has_untraced_twins)
{
	cleanup(planned_deinit) struct planned p =
		plan_text(FIXTURE_KERNEL MATRIX "twins = \"untraced\"\n");
	const struct cell *traced, *twin;

	EXPECT(p.plan);
	EXPECT_INT(p.plan->n_cells, 6);
	traced = cell_of(p.plan, "plain", 1, false);
	twin = cell_of(p.plan, "plain", 1, true);
	EXPECT(traced && twin && traced->trace->enabled && !twin->trace->enabled);
	EXPECT(traced->seed == twin->seed && !streq(traced->group, twin->group));
	EXPECT(!cell_of(p.plan, "plain", 2, true));
}

TEST(a_matrix_that_is_not_traced_has_none)
{
	cleanup(planned_deinit) struct planned p = plan_text(
		"[trace]\nenabled = false\n" FIXTURE_KERNEL MATRIX "twins = \"untraced\"\n");

	EXPECT(p.plan);
	EXPECT_INT(p.plan->n_cells, 4);
	EXPECT(!p.plan->cells[0].twin);
}

TEST_MAIN
