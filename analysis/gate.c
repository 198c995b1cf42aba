// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/gate.h"

#include <math.h>
#include <string.h>

#include "analysis/borrow.h"
#include "analysis/rank.h"
#include "analysis/sql_stats.h"
#include "base/str.h"

static enum gate_result judge_row(const struct comparison_row *r, double margin)
{
	const struct effect *e = &r->effect;

	if (r->verdict == VERDICT_SHOWN || r->verdict == VERDICT_EXACT) {
		/* A margin in percent says nothing about a difference from 0. */
		bool matters = !e->percent || fabs(e->diff) >= margin;

		return !comparison_improved(r) && matters ? GATE_REGRESSED : GATE_PASSED;
	}
	if (r->verdict != VERDICT_SAME && rank_least_p(e->n_a, e->n_b) > EFFECT_FDR)
		return GATE_BLIND;
	return GATE_PASSED;
}

static void judge_rows(struct gate *g)
{
	struct comparison *all[] = { &g->rows };

	g->tests = comparison_judge(all, 1);
	g->judged = xcalloc(g->rows.n + 1, sizeof(*g->judged));
	for (size_t i = 0; i < g->rows.n; i++) {
		const struct comparison_row *r = &g->rows.rows[i];

		g->judged[i].row = r;
		g->judged[i].name =
			*r->b_label ? xasprintf("%s (%s)", r->name, r->b_label) : xstrdup(r->name);
		g->judged[i].result = judge_row(r, g->margin);
		g->seeing += g->judged[i].result != GATE_BLIND && r->verdict != VERDICT_SAME;
		g->regressed += g->judged[i].result == GATE_REGRESSED;
		g->blind += g->judged[i].result == GATE_BLIND;
	}
}

static char *rows_sql(const char *metric)
{
	char *quoted = sqlite3_mprintf("%Q", metric ?: "*");
	char *sql = xasprintf("SELECT run_id, name, unit, better, value FROM report_metric"
			      " WHERE name GLOB %s%s ORDER BY name",
			      quoted, metric ? "" : " AND source = 'workload'");

	sqlite3_free(quoted);
	return sql;
}

/* Boots of the candidate without a usable result, and experiments that only one side has. */
static const char voids_sql[] =
	"SELECT kernel || ' · ' || policy || ' · ' || workload || ' · ' || mode || ' #' || rep,"
	" outcome || iif(detail <> '', ': ' || substr(replace(detail, char(10), ' '), 1, 200), '')"
	" || ' (runs/' || run_id || '/console.log)', 1"
	" FROM report_run WHERE side = 1 AND NOT usable "
	"UNION ALL "
	"SELECT kernel || ' · ' || policy || iif(knobs <> '', '(' || knobs || ')', '') || ' · ' ||"
	" workload || ' · ' || mode, 'the baseline has no usable run of it', 0"
	" FROM report_run AS r WHERE side = 1 AND usable AND NOT EXISTS"
	" (SELECT 1 FROM report_pair AS p WHERE p.b_group = r.cell_group) GROUP BY cell_group";

static int find_voids(sqlite3 *db, struct gate *g, struct error **err)
{
	_cleanup_finalize_ sqlite3_stmt *stmt = NULL;
	int rc;

	if (sqlite3_prepare_v2(db, voids_sql, -1, &stmt, NULL) != SQLITE_OK)
		return sql_error(db, err, "void runs");
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct gate_void *v = ARRAY_APPEND(g->voids, g->n_voids);

		v->what = xstrdup((const char *)sqlite3_column_text(stmt, 0));
		v->why = xstrdup((const char *)sqlite3_column_text(stmt, 1));
		v->fault = sqlite3_column_int(stmt, 2);
		g->faults += v->fault;
	}
	return rc == SQLITE_DONE ? 0 : sql_error(db, err, "void runs");
}

static int fill(sqlite3 *db, const struct gate_options *o, struct gate *g, struct error **err)
{
	_cleanup_selector_ struct selector a = { 0 }, b = { 0 };
	_cleanup_free_ char *sql = rows_sql(o->metric);
	unsigned int same;

	if (o->baseline_db && borrow_runs(db, o->baseline_db, err) < 0)
		return -1;
	if (gate_sides(db, o, &a, &b, &same, err) < 0 || scope_pair(db, &a, &b, same, err) < 0 ||
	    comparison_fill(db, sql, PAIR_MAIN, false, &g->rows, err) < 0)
		return -1;
	return find_voids(db, g, err);
}

int gate_judge(sqlite3 *db, const struct gate_options *o, struct gate *ret, struct error **err)
{
	int r;

	*ret = (struct gate){ .margin = o->margin };
	if (stats_register(db) != SQLITE_OK)
		return sql_error(db, err, "statistics");
	r = fill(db, o, ret, err);
	scope_drop(db);
	if (r < 0) {
		gate_deinit(ret);
		return -1;
	}
	ret->title = xasprintf("Against %s", o->baseline);
	judge_rows(ret);
	return 0;
}

void gate_deinit(struct gate *g)
{
	for (size_t i = 0; g->judged && i < g->rows.n; i++)
		free(g->judged[i].name);
	comparison_deinit(&g->rows);
	for (size_t i = 0; i < g->n_voids; i++) {
		free(g->voids[i].what);
		free(g->voids[i].why);
	}
	free(g->voids);
	free(g->judged);
	free(g->title);
	*g = (struct gate){ 0 };
}

enum exit_code gate_status(const struct gate *g)
{
	if (g->faults || !g->rows.n || (g->blind && !g->seeing))
		return EXIT_FAULT;
	return g->regressed ? EXIT_FINDING : EXIT_OK;
}

char *gate_summary(const struct gate *g)
{
	struct strbuf b = { 0 };

	if (!g->rows.n)
		strbuf_puts(&b, "Nothing could be compared");
	else
		strbuf_printf(&b, "%zu regression%s in %zu comparisons", g->regressed,
			      g->regressed == 1 ? "" : "s", g->rows.n);
	if (g->blind)
		strbuf_printf(&b, "; %zu with too few runs to show any", g->blind);
	if (g->faults)
		strbuf_printf(&b, "; %zu boot%s failed", g->faults, g->faults == 1 ? "" : "s");
	return strbuf_steal(&b);
}

void gate_print(const struct gate *g, enum gate_format f, bool verbose, FILE *out)
{
	switch (f) {
	case GATE_TEXT:
	case GATE_MARKDOWN:
		return gate_print_text(g, f == GATE_MARKDOWN, verbose, out);
	case GATE_JUNIT:
		return gate_print_junit(g, out);
	case GATE_KTAP:
		return gate_print_ktap(g, out);
	case GATE_JSON:
		return gate_print_json(g, out);
	}
}
