// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/comparison.h"

#include <math.h>
#include <string.h>

#include "analysis/stats.h"
#include "base/str.h"

/*
 * Rows in the order of settings, then of the metrics as the section named them
 * first.  CROSS JOIN fixes the order of the loops: members are found by run.
 */
static const char values_sql[] =
	"SELECT p.pair, p.setting, p.heading, p.a_label, p.b_label, v.name, v.unit, v.better,"
	" m.side, v.value, p.mode, k.detail "
	"FROM report_value v"
	" CROSS JOIN report_member m ON m.run_id = v.run_id"
	" CROSS JOIN report_pair p ON p.pair = m.pair"
	" CROSS JOIN report_name k ON k.name = v.name "
	"WHERE v.value IS NOT NULL AND p.kind = ? "
	"ORDER BY p.setting, k.rank, p.pair";

enum { PAIR, SETTING, HEADING, A_LABEL, B_LABEL, NAME, UNIT, BETTER, SIDE, VALUE, MODE, DETAIL };

/* Values of the row that is being read. */
struct values {
	double *x[2];
	size_t n[2];
};

static char *text(sqlite3_stmt *stmt, int column)
{
	const char *s = (const char *)sqlite3_column_text(stmt, column);

	return xstrdup(s ?: "");
}

static void start_row(sqlite3_stmt *stmt, struct comparison *c)
{
	struct comparison_row *r = ARRAY_APPEND(c->rows, c->n);
	_cleanup_free_ char *better = text(stmt, BETTER), *mode = text(stmt, MODE);

	*r = (struct comparison_row){
		.pair = sqlite3_column_int(stmt, PAIR),
		.setting = sqlite3_column_int(stmt, SETTING),
		.heading = text(stmt, HEADING),
		.a_label = text(stmt, A_LABEL),
		.b_label = text(stmt, B_LABEL),
		.name = text(stmt, NAME),
		.unit = text(stmt, UNIT),
		.higher_is_better = streq(better, "higher"),
		.deterministic = streq(mode, "deterministic"),
		.detail = sqlite3_column_int(stmt, DETAIL),
	};
}

static void row_deinit(struct comparison_row *r)
{
	free(r->heading);
	free(r->a_label);
	free(r->b_label);
	free(r->name);
	free(r->unit);
}

/* A metric that one side doesn't have is no comparison; the row goes again. */
static void finish_row(struct comparison *c, struct values *v)
{
	if (!c->n)
		return;
	if (v->n[0] && v->n[1])
		effect_compute(v->x[0], v->n[0], v->x[1], v->n[1], &c->rows[c->n - 1].effect);
	else
		row_deinit(&c->rows[--c->n]);
	v->n[0] = v->n[1] = 0;
}

static bool same_row(sqlite3_stmt *stmt, const struct comparison *c)
{
	const struct comparison_row *r = c->n ? &c->rows[c->n - 1] : NULL;

	return r && r->pair == sqlite3_column_int(stmt, PAIR) &&
	       streq(r->name, (const char *)sqlite3_column_text(stmt, NAME));
}

static int read_rows(sqlite3 *db, sqlite3_stmt *stmt, struct comparison *c, struct error **err)
{
	struct values v = { 0 };
	int rc;

	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		int side = sqlite3_column_int(stmt, SIDE);

		if (!same_row(stmt, c)) {
			finish_row(c, &v);
			start_row(stmt, c);
		}
		*ARRAY_APPEND(v.x[side], v.n[side]) = sqlite3_column_double(stmt, VALUE);
	}
	finish_row(c, &v);
	free(v.x[0]);
	free(v.x[1]);
	return rc == SQLITE_DONE ? 0 : sql_error(db, err, "reading values");
}

/* Once: a section's query may be expensive, and its order is kept in the row ids. */
static int materialize(sqlite3 *db, const char *sql, bool has_detail, struct error **err)
{
	_cleanup_free_ char *create = xasprintf(
		"DROP TABLE IF EXISTS temp.report_value; DROP TABLE IF EXISTS temp.report_name;"
		"CREATE TEMP TABLE report_value AS %s",
		sql);
	_cleanup_free_ char *names = xasprintf(
		"CREATE TEMP TABLE report_name AS SELECT name, min(rowid) AS rank, %s AS detail"
		" FROM report_value GROUP BY name;"
		"CREATE INDEX temp.report_name_i ON report_name(name);",
		has_detail ? "max(detail)" : "0");

	return sql_exec(db, err, create) < 0 ? -1 : sql_exec(db, err, names);
}

int comparison_fill(sqlite3 *db, const char *sql, enum pair_kind pairs, bool has_detail,
		    struct comparison *ret, struct error **err)
{
	_cleanup_finalize_ sqlite3_stmt *stmt = NULL;

	if (materialize(db, sql, has_detail, err) < 0)
		return -1;
	if (sqlite3_prepare_v2(db, values_sql, -1, &stmt, NULL) != SQLITE_OK)
		return sql_error(db, err, "reading values");
	sqlite3_bind_text(stmt, 1, pair_kind_name(pairs), -1, SQLITE_STATIC);
	return read_rows(db, stmt, ret, err);
}

void comparison_deinit(struct comparison *c)
{
	for (size_t i = 0; i < c->n; i++)
		row_deinit(&c->rows[i]);
	free(c->rows);
	*c = (struct comparison){ 0 };
}

/* Rows that no data could have made a discovery don't count as looks at the data. */
static bool is_test(const struct comparison_row *r)
{
	return effect_testable(&r->effect) && !(r->deterministic && r->effect.constant);
}

size_t comparison_judge(struct comparison *const *all, size_t n)
{
	_cleanup_free_ double *p = NULL;
	size_t tests = 0, next = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < all[i]->n; j++) {
			if (is_test(&all[i]->rows[j]))
				*ARRAY_APPEND(p, tests) = all[i]->rows[j].effect.p;
		}
	}
	stats_bh(p, tests, p);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < all[i]->n; j++) {
			struct comparison_row *r = &all[i]->rows[j];

			r->q = is_test(r) ? p[next++] : r->effect.p;
			r->verdict = effect_verdict(&r->effect, r->q, r->deterministic);
		}
	}
	return tests;
}

bool comparison_improved(const struct comparison_row *r)
{
	double d = r->effect.median_b - r->effect.median_a;

	/* Medians may agree where the distributions don't. */
	if (d == 0)
		d = r->effect.shift;
	return r->higher_is_better ? d > 0 : d < 0;
}
