// SPDX-License-Identifier: GPL-2.0-or-later
/* From the rows of a claim's cells to its verdict. */
#include "analysis/scope.h"
#include "base/str.h"
#include "cmd/claim.h"

/*
 * Of the plan's cells and no others: how many boots are looked at was settled
 * before any of them was seen.  The last run of a cell counts.
 */
static const char value_sql[] =
	"SELECT m.value FROM run r JOIN metric m USING (run_id)"
	" WHERE r.cell_id = ? AND r.outcome = 'ok' AND m.name = ?"
	" AND NOT (m.source = 'trace' AND EXISTS (SELECT 1 FROM trace_cpu t"
	"          WHERE t.run_id = r.run_id AND t.overrun + t.dropped > 0))"
	" ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1";

static int collect(struct db *db, const struct claim_result *r, const struct claim_trial *t,
		   const char *policy, const char *metric, struct claim_values *ret,
		   struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(db, err, value_sql);

	if (!stmt)
		return -1;
	for (size_t i = 0; i < r->plan->n_cells; i++) {
		const struct cell *cell = &r->plan->cells[i];
		int got;

		if (!streq(cell->policy->name, policy) || !streq(cell->kernel->name, t->kernel))
			continue;
		db_bind(stmt, "ss", cell->id, metric);
		got = db_step(db, stmt, err);
		if (got < 0)
			return -1;
		if (got)
			*ARRAY_APPEND(ret->x, ret->n) = sqlite3_column_double(stmt, 0);
		sqlite3_reset(stmt);
	}
	return 0;
}

static int collect_rivals(struct db *db, const struct claim_result *r, struct claim_trial *t,
			  struct error **err)
{
	for (size_t i = 0; r->claim->rivals[i]; i++) {
		struct claim_rival *rival = ARRAY_APPEND(t->found.rivals, t->found.n_rivals);

		if (collect(db, r, t, r->claim->rivals[i], r->claim->metric, &rival->values, err) <
		    0)
			return -1;
	}
	return 0;
}

static int collect_equal(struct db *db, const struct claim_result *r, struct claim_trial *t,
			 struct error **err)
{
	if (!r->claim->equal)
		return 0;
	if (collect(db, r, t, r->policy->name, r->claim->equal, &t->found.equal_policy, err) < 0)
		return -1;
	return collect(db, r, t, r->claim->against, r->claim->equal, &t->found.equal_against, err);
}

/* Cells of a trial; and why the first that can't run can't. */
static const char *look_at_cells(struct db *db, const struct claim_result *r, struct claim_trial *t)
{
	const char *refused = NULL;

	for (size_t i = 0; i < r->plan->n_cells; i++) {
		const struct cell *cell = &r->plan->cells[i];
		_cleanup_free_ char *sql = NULL;

		if (!streq(cell->kernel->name, t->kernel))
			continue;
		if (!t->where)
			t->where = xasprintf("%s · %s · %s", t->kernel, cell->workload->name,
					     mode_name(cell->mode));
		t->found.deterministic = cell->mode == MODE_DETERMINISTIC;
		refused = refused ?: cell->refused;
		sql = xasprintf("SELECT count(*) FROM run WHERE cell_id = '%s' AND outcome = 'ok'",
				cell->id);
		t->voids += !cell->refused && sql_int(db_handle(db), sql, 0) <= 0;
	}
	return refused;
}

/* What makes the runs checkable to the bit: one fingerprint a policy and seed. */
static void add_fingerprints(struct db *db, const struct claim_result *r, struct claim_trial *t)
{
	struct strbuf b = { 0 };

	if (!t->found.deterministic || !sql_has_column(db_handle(db), "run", "fingerprint"))
		return;
	for (size_t i = 0; i < r->plan->n_cells; i++) {
		const struct cell *cell = &r->plan->cells[i];
		_cleanup_free_ char *sql =
			xasprintf("SELECT fingerprint FROM run WHERE cell_id = '%s'"
				  " AND outcome = 'ok' ORDER BY run_id DESC LIMIT 1",
				  cell->id);
		_cleanup_free_ char *print = sql_text(db_handle(db), sql);

		if (print && streq(cell->kernel->name, t->kernel))
			strbuf_printf(&b, "%s%s %s", b.len ? "\n" : "", cell->id, print);
	}
	t->fingerprints = b.len ? strbuf_steal(&b) : NULL;
}

static void say_why(const struct claim_result *r, struct claim_trial *t, const char *refused)
{
	struct claim_case *c = &t->found;

	if (c->policy.n && c->against.n)
		return;
	if (refused) {
		free(c->why);
		c->why = xasprintf("it can't run: %s", refused);
	} else if (!t->voids) {
		free(c->why);
		c->why = xasprintf("the runs have no metric \"%s\"", r->claim->metric);
	}
}

static int try_kernel(struct db *db, const struct claim_result *r, struct claim_trial *t,
		      struct error **err)
{
	const char *refused = look_at_cells(db, r, t);
	struct claim_case *c = &t->found;

	c->higher = r->claim->direction == BETTER_HIGHER;
	c->least = claim_amount(r->claim->least);
	c->within = claim_amount(r->claim->within).x;
	if (collect(db, r, t, r->policy->name, r->claim->metric, &c->policy, err) < 0 ||
	    collect(db, r, t, r->claim->against, r->claim->metric, &c->against, err) < 0 ||
	    collect_rivals(db, r, t, err) < 0 || collect_equal(db, r, t, err) < 0)
		return -1;
	claim_judge(c);
	say_why(r, t, refused);
	add_fingerprints(db, r, t);
	return 0;
}

static bool is_known(const struct claim_result *r, const char *kernel)
{
	for (size_t i = 0; i < r->n_trials; i++) {
		if (streq(r->trials[i].kernel, kernel))
			return true;
	}
	return false;
}

int claim_try(struct db *db, struct claim_result *r, struct error **err)
{
	for (size_t i = 0; i < r->plan->n_cells; i++) {
		const char *kernel = r->plan->cells[i].kernel->name;
		struct claim_trial *t;

		if (is_known(r, kernel))
			continue;
		t = ARRAY_APPEND(r->trials, r->n_trials);
		t->kernel = kernel;
		if (try_kernel(db, r, t, err) < 0)
			return -1;
	}
	return 0;
}

void claim_result_deinit(struct claim_result *r)
{
	for (size_t i = 0; i < r->n_trials; i++) {
		claim_case_deinit(&r->trials[i].found);
		free(r->trials[i].where);
		free(r->trials[i].fingerprints);
	}
	free(r->trials);
	plan_free(r->plan);
}
