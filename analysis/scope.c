// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/scope.h"

#include <stdint.h>
#include <string.h>

#include "analysis/axes.h"

const char *pair_kind_name(enum pair_kind k)
{
	static const char *const names[N_PAIR_KINDS] = { "main", "hooks", "again" };

	return names[k];
}

int sql_error(sqlite3 *db, struct error **err, const char *what)
{
	return error_set(err, EXIT_FAULT, "%s: %s", what, sqlite3_errmsg(db));
}

int sql_exec(sqlite3 *db, struct error **err, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sql_error(db, err, "report");
	return 0;
}

int sql_int(sqlite3 *db, const char *sql, int fallback)
{
	_cleanup_finalize_ sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		return fallback;
	return sqlite3_column_int(stmt, 0);
}

char *sql_text(sqlite3 *db, const char *sql)
{
	_cleanup_finalize_ sqlite3_stmt *stmt = NULL;
	const char *text;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		return NULL;
	text = (const char *)sqlite3_column_text(stmt, 0);
	return text ? xstrdup(text) : NULL;
}

bool sql_has_column(sqlite3 *db, const char *table, const char *column)
{
	_cleanup_free_ char *sql = xasprintf(
		"SELECT count(*) FROM pragma_table_info('%s') WHERE name = '%s'", table, column);

	return sql_int(db, sql, 0) > 0;
}

void scope_drop(sqlite3 *db)
{
	sqlite3_exec(db,
		     "DROP TABLE IF EXISTS temp.report_metric;"
		     "DROP TABLE IF EXISTS temp.report_value;"
		     "DROP TABLE IF EXISTS temp.report_name;"
		     "DROP TABLE IF EXISTS temp.report_shown;"
		     "DROP TABLE IF EXISTS temp.report_cell;"
		     "DROP TABLE IF EXISTS temp.report_paired;"
		     "DROP TABLE IF EXISTS temp.report_member;"
		     "DROP TABLE IF EXISTS temp.report_pair;"
		     "DROP TABLE IF EXISTS temp.report_left;"
		     "DROP TABLE IF EXISTS temp.report_run;"
		     "DROP TABLE IF EXISTS temp.report_match;",
		     NULL, NULL, NULL);
}

/* Everything that says which experiment a run belongs to, as a list of columns. */
#define IDENTITY \
	"side, kernel, workload, workload_knobs, mode, cpus, mem_bytes, swap, policy, knobs"

/*
 * Contents are told apart by the cell group, which is a hash over them; the
 * newest is the one with the run that started last.
 */
static const char choose_runs[] =
	"CREATE TEMP TABLE report_run AS "
	"WITH matched AS (SELECT m.side, r.*, max(started_at) OVER (PARTITION BY side, cell_group)"
	"                 AS newest FROM report_match m JOIN run r USING (run_id)),"
	" ranked AS (SELECT *, dense_rank() OVER (PARTITION BY " IDENTITY
	"            ORDER BY newest DESC, cell_group) AS age FROM matched) "
	"SELECT outcome = 'ok' AS usable,"
	" EXISTS (SELECT 1 FROM trace_cpu t WHERE t.run_id = ranked.run_id"
	"         AND t.overrun + t.dropped > 0) AS lost, * FROM ranked;"
	"CREATE TEMP TABLE report_left AS SELECT count(*) AS left_out FROM report_run WHERE age > 1;"
	"DELETE FROM report_run WHERE age > 1;"
	"CREATE INDEX temp.report_run_id ON report_run(run_id);"
	"CREATE TEMP TABLE report_metric AS SELECT m.*"
	" FROM (SELECT DISTINCT run_id, lost FROM report_run WHERE usable) r"
	" CROSS JOIN metric m ON m.run_id = r.run_id AND NOT (m.source = 'trace' AND r.lost);"
	"CREATE INDEX temp.report_metric_name ON report_metric(name);";

const char *scope_no_twin(sqlite3 *db)
{
	return sql_has_column(db, "run", "twin") ? "coalesce(twin, 0) = 0" : "1";
}

static int match(sqlite3 *db, const struct selector *side0, const struct selector *side1,
		 struct error **err)
{
	const struct selector *const sides[] = { side0, side1 };

	scope_drop(db);
	if (sql_exec(db, err,
		     "CREATE TEMP TABLE report_match(side INTEGER, run_id TEXT,"
		     " PRIMARY KEY (side, run_id)) WITHOUT ROWID") < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		_cleanup_free_ char *sql =
			xasprintf("INSERT INTO report_match SELECT %d, run_id FROM run "
				  "WHERE %s AND (%s)",
				  i, scope_no_twin(db),
				  sides[i]->where.len ? sides[i]->where.data : "1");

		if (sql_exec(db, err, sql) < 0)
			return -1;
	}
	return sql_exec(db, err, choose_runs);
}

/*
 * One row an experiment, with n_COLUMN as the name of its place on that axis:
 * NULL where it need not be named, since all experiments agree.
 */
static int list_cells(sqlite3 *db, struct error **err)
{
	_cleanup_strbuf_ struct strbuf sql = { 0 };

	strbuf_puts(&sql, "CREATE TEMP TABLE report_cell AS SELECT *");
	for (size_t i = 0; i < N_AXES; i++) {
		const struct axis *x = &axes[i];

		if (x->within)
			strbuf_printf(
				&sql,
				", CASE WHEN %s <> '' AND (SELECT count(DISTINCT r.%s)"
				" FROM report_run r WHERE r.%s = g.%s) > 1 THEN %s END AS n_%s",
				x->column, x->column, x->within, x->within, x->show, x->column);
		else
			strbuf_printf(&sql, ", %s AS n_%s", x->show, x->column);
	}
	strbuf_printf(&sql,
		      " FROM (SELECT cell_group, kernel_id, %s AS kernel_baseline,"
		      " sum(usable) AS usable, " IDENTITY
		      " FROM report_run GROUP BY cell_group, " IDENTITY ") AS g",
		      sql_has_column(db, "run", "kernel_baseline") ? "max(kernel_baseline)" : "''");
	return sql_exec(db, err, sql.data);
}

/* SQL that joins the names of some axes by " · ". */
static void join_names(struct strbuf *sql, const char *table, unsigned int which)
{
	strbuf_puts(sql, "ltrim(''");
	for (unsigned int i = 0; i < N_AXES; i++) {
		if (which & 1u << i)
			strbuf_printf(sql, " || coalesce(' · ' || %s.n_%s, '')", table,
				      axes[i].column);
	}
	strbuf_puts(sql, ", ' ·')");
}

/* Which experiments are set against each other, and to what end. */
struct pairing {
	enum pair_kind kind;
	unsigned int same;     /* axes that both of a pair agree on */
	const char *condition; /* on cells a and b */
};

static int add_pairs(sqlite3 *db, const struct pairing *p, struct error **err)
{
	_cleanup_strbuf_ struct strbuf sql = { 0 };

	strbuf_printf(&sql, "INSERT INTO report_paired SELECT '%s', ", pair_kind_name(p->kind));
	join_names(&sql, "a", p->same);
	strbuf_puts(&sql, ", ");
	join_names(&sql, "a", ~p->same);
	strbuf_puts(&sql, ", ");
	join_names(&sql, "b", ~p->same);
	strbuf_printf(
		&sql,
		", a.cell_group, b.cell_group, a.side, b.side,"
		" iif(a.mode = b.mode, a.mode, '')"
		" FROM report_cell a JOIN report_cell b ON a.side = 0 AND a.usable AND b.usable"
		" AND %s",
		p->condition);
	for (unsigned int i = 0; i < N_AXES; i++) {
		if (p->same & 1u << i)
			strbuf_printf(&sql, " AND a.%s = b.%s", axes[i].column, axes[i].column);
	}
	return sql_exec(db, err, sql.data);
}

/* An experiment may stand in several pairs, on either side of them, and with itself. */
static const char number_pairs[] =
	"CREATE TEMP TABLE report_pair AS SELECT"
	" row_number() OVER (ORDER BY kind <> 'main', kind, heading, a_label, b_label,"
	"                    a_group, b_group) AS pair,"
	" dense_rank() OVER (ORDER BY kind <> 'main', kind, heading) AS setting, *"
	" FROM report_paired;"
	"DROP TABLE temp.report_paired;"
	"DROP TABLE temp.report_cell;"
	"CREATE TEMP TABLE report_member AS WITH sides(side) AS (VALUES (0), (1)), usable_run AS"
	" (SELECT side AS from_side, cell_group, run_id FROM report_run WHERE usable)"
	" SELECT pair, side, run_id FROM report_pair JOIN sides"
	" JOIN usable_run ON from_side = iif(side, b_side, a_side)"
	" AND cell_group = iif(side, b_group, a_group);"
	"CREATE INDEX temp.report_member_run ON report_member(run_id);";

static int make_pairs(sqlite3 *db, const struct pairing *pairings, size_t n, struct error **err)
{
	if (list_cells(db, err) < 0 ||
	    sql_exec(db, err,
		     "CREATE TEMP TABLE report_paired(kind, heading, a_label, b_label, a_group,"
		     " b_group, a_side, b_side, mode)") < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (add_pairs(db, &pairings[i], err) < 0)
			return -1;
	}
	return sql_exec(db, err, number_pairs);
}

/* Another build of a kernel is another kernel. */
static const struct pairing against_stock[] = {
	{ PAIR_MAIN, ALL_AXES & ~(1u << AXIS_POLICY | 1u << AXIS_KNOBS),
	  "b.side = 1 AND b.policy <> '" POLICY_AGAIN "' AND a.kernel_id = b.kernel_id" },
	{ PAIR_HOOKS, ALL_AXES & ~(1u << AXIS_KERNEL),
	  "b.side = 0 AND a.kernel = b.kernel_baseline" },
	{ PAIR_AGAIN, ALL_AXES & ~(1u << AXIS_POLICY),
	  "b.side = 1 AND b.policy = '" POLICY_AGAIN "' AND a.kernel_id = b.kernel_id" },
};

int scope_against_stock(sqlite3 *db, const struct selector *runs, const struct selector *policies,
			struct error **err)
{
	_cleanup_selector_ struct selector stock = { 0 }, others = { 0 };
	const char *base = runs->where.len ? runs->where.data : "1";

	selector_add_sql(&stock, base);
	selector_add_sql(&stock, "policy = 'stock'");
	selector_add_sql(&others, base);
	selector_add_sql(&others, "policy <> 'stock'");
	if (policies->where.len) {
		_cleanup_free_ char *wanted =
			xasprintf("%s OR policy = '" POLICY_AGAIN "'", policies->where.data);

		selector_add_sql(&others, wanted);
	}
	if (match(db, &stock, &others, err) < 0)
		return -1;
	return make_pairs(db, against_stock, ARRAY_SIZE(against_stock), err);
}

int scope_pair(sqlite3 *db, const struct selector *a, const struct selector *b, unsigned int same,
	       struct error **err)
{
	if (match(db, a, b, err) < 0)
		return -1;
	return make_pairs(db, &(struct pairing){ PAIR_MAIN, same, "b.side = 1" }, 1, err);
}

int scope_compare(sqlite3 *db, const struct selector *a, const struct selector *b,
		  struct error **err)
{
	unsigned int same = 0;

	for (unsigned int i = 0; i < N_AXES; i++) {
		bool both = a->keys & b->keys & 1u << i;

		if (!both || streq(a->patterns[i], b->patterns[i]))
			same |= 1u << i;
	}
	/* Knobs belong to a policy: they are another's where the policy is. */
	if (!(same & 1u << AXIS_POLICY))
		same &= ~(1u << AXIS_KNOBS);
	if (!(same & 1u << AXIS_WORKLOAD))
		same &= ~(1u << AXIS_WORKLOAD_KNOBS);
	return scope_pair(db, a, b, same, err);
}
