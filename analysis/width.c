// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/width.h"

#include <math.h>

#include "analysis/comparison.h"
#include "analysis/sql_stats.h"
#include "base/str.h"

static const char pairs_sql[] =
	"SELECT a_group, b_group, heading || ' · ' || b_label FROM report_pair"
	" WHERE kind = 'main' ORDER BY pair";

/* Pairs of kind main are numbered from 1 on, without a gap. */
static int list_pairs(sqlite3 *db, struct widths *w, struct error **err)
{
	_cleanup_finalize_ sqlite3_stmt *stmt = NULL;
	int rc;

	if (sqlite3_prepare_v2(db, pairs_sql, -1, &stmt, NULL) != SQLITE_OK)
		return sql_error(db, err, "pairs");
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		*ARRAY_APPEND(w->items, w->n) = (struct width){
			.a_group = xstrdup((const char *)sqlite3_column_text(stmt, 0)),
			.b_group = xstrdup((const char *)sqlite3_column_text(stmt, 1)),
			.where = xstrdup((const char *)sqlite3_column_text(stmt, 2)),
		};
	return rc == SQLITE_DONE ? 0 : sql_error(db, err, "pairs");
}

static void take_row(struct widths *w, const struct comparison_row *r)
{
	struct width *pair = &w->items[r->pair - 1];
	const struct effect *e = &r->effect;
	double half = e->level < EFFECT_LEVEL ? INFINITY : (e->hi - e->lo) / 2;

	if (!e->percent || (pair->metric && half <= pair->half))
		return;
	pair->half = half;
	free(pair->metric);
	pair->metric = xstrdup(r->name);
}

static int measure(sqlite3 *db, char *const *cells, const char *metric, struct widths *w,
		   struct error **err)
{
	_cleanup_selector_ struct selector runs = { 0 }, policies = { 0 };
	char *quoted = sqlite3_mprintf("%Q", metric ?: "*");
	_cleanup_free_ char *sql = xasprintf(
		"SELECT run_id, name, unit, better, value FROM report_metric WHERE name GLOB %s%s",
		quoted, metric ? "" : " AND source = 'workload'");
	struct comparison rows = { 0 };
	int r;

	sqlite3_free(quoted);
	selector_add_list(&runs, "cell_id", cells);
	if (scope_against_stock(db, &runs, &policies, err) < 0 || list_pairs(db, w, err) < 0)
		return -1;
	r = comparison_fill(db, sql, PAIR_MAIN, false, &rows, err);
	for (size_t i = 0; r == 0 && i < rows.n; i++)
		take_row(w, &rows.rows[i]);
	comparison_deinit(&rows);
	return r;
}

int widths_measure(sqlite3 *db, char *const *cells, const char *metric, struct widths *ret,
		   struct error **err)
{
	int r;

	*ret = (struct widths){ 0 };
	if (stats_register(db) != SQLITE_OK)
		return sql_error(db, err, "statistics");
	r = measure(db, cells, metric, ret, err);
	scope_drop(db);
	if (r < 0)
		widths_deinit(ret);
	return r;
}

bool widths_reached(const struct widths *w, const char *group, double half)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct width *p = &w->items[i];

		if ((streq(p->a_group, group) || streq(p->b_group, group)) && p->half > half)
			return false;
	}
	return true;
}

void widths_deinit(struct widths *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free(w->items[i].a_group);
		free(w->items[i].b_group);
		free(w->items[i].where);
		free(w->items[i].metric);
	}
	free(w->items);
	*w = (struct widths){ 0 };
}
