// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs metrics.sql.  For it the database is narrowed to one run by temporary
 * views, which hide the tables of the same name: a metric then costs what the
 * run costs, however many runs there are, and its definition stays short.
 */
#include <string.h>

#include "db/sql.h"
#include "ingest/internal.h"

static const char setup[] =
	"CREATE TEMP TABLE this(run_id TEXT, complete INTEGER);"
	"INSERT INTO this VALUES (%Q, %d);"
	"CREATE TEMP TABLE counter_metric(name, unit, better, value);"
	"CREATE TEMP TABLE trace_metric(name, unit, better, value);"
	"CREATE TEMP VIEW phase AS SELECT * FROM main.phase "
	"	WHERE run_id = (SELECT run_id FROM this);"
	"CREATE TEMP VIEW counter AS SELECT * FROM main.counter "
	"	WHERE run_id = (SELECT run_id FROM this);"
	"CREATE TEMP VIEW vmstat AS SELECT name, before, after, delta FROM counter "
	"	WHERE source = 'vmstat';"
	"CREATE TEMP VIEW irq AS SELECT name, before, after, delta FROM counter "
	"	WHERE source = 'interrupts' AND cpu = -1;"
	"CREATE TEMP VIEW psi AS SELECT name, before, after, delta FROM counter "
	"	WHERE source = 'psi';"
	"CREATE TEMP VIEW traced AS SELECT system || ':' || event AS event "
	"	FROM main.event_type WHERE run_id = (SELECT run_id FROM this);";

/* The workload's own metric of the same name stays. */
static const char store[] =
	"INSERT INTO main.metric SELECT run_id, name, unit, better, value, 'counter' "
	"	FROM counter_metric, this WHERE value IS NOT NULL ON CONFLICT DO NOTHING;"
	"INSERT INTO main.metric SELECT run_id, name, unit, better, value, 'trace' "
	"	FROM trace_metric, this WHERE value IS NOT NULL AND complete "
	"	ON CONFLICT DO NOTHING;";

static const struct event_mark *find_mark(const struct ingest *in, const char *table)
{
	for (size_t i = 0; i < in->n_marks; i++) {
		if (streq(in->marks[i].table, table))
			return &in->marks[i];
	}
	return NULL;
}

/* A run's rows are those behind the mark; a table that it has no events for looks empty. */
static int narrow_events(struct ingest *in, struct error **err)
{
	_cleanup_strv_ char **tables = NULL;
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(
		in->db, err,
		"SELECT name FROM main.sqlite_schema "
		"WHERE type = 'table' AND name GLOB 'event_*_*' AND name <> 'event_type'");
	int r;

	if (!stmt)
		return -1;
	while ((r = db_step(in->db, stmt, err)) > 0)
		strv_add(&tables, (const char *)sqlite3_column_text(stmt, 0));
	for (size_t i = 0; r == 0 && tables && tables[i]; i++) {
		const struct event_mark *m = find_mark(in, tables[i]);

		r = db_exec(in->db, err,
			    "CREATE TEMP VIEW \"%w\" AS SELECT e.* FROM main.\"%w\" AS e, "
			    "phase AS p WHERE e.rowid > %lld AND p.name = 'workload' "
			    "AND e.ts_ns >= p.start_ns "
			    "AND (p.end_ns IS NULL OR e.ts_ns < p.end_ns)",
			    tables[i], tables[i], m ? (long long)m->last_rowid : INT64_MAX);
	}
	return r;
}

/* Everything temporary goes: the next run makes its own. */
static int drop_temporary(struct ingest *in, struct error **err)
{
	_cleanup_strbuf_ struct strbuf sql = {};
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(
		in->db, err,
		"SELECT type, name FROM sqlite_temp_schema WHERE type IN ('table', 'view')");
	int r;

	if (!stmt)
		return -1;
	strbuf_puts(&sql, "");
	while ((r = db_step(in->db, stmt, err)) > 0)
		strbuf_printf(&sql, "DROP %s temp.\"%s\";",
			      (const char *)sqlite3_column_text(stmt, 0),
			      (const char *)sqlite3_column_text(stmt, 1));
	return r < 0 ? -1 : db_exec(in->db, err, "%s", sql.data);
}

int ingest_derived(struct ingest *in, struct error **err)
{
	if (db_exec(in->db, err, setup, in->run_id, in->complete) < 0 ||
	    narrow_events(in, err) < 0 || db_temp_views(in->db, err) < 0)
		return -1;
	if (db_exec(in->db, err, "%s", sql_metrics) < 0)
		return error_wrap(err, "metrics.sql");
	return db_exec(in->db, err, store) < 0 ? -1 : drop_temporary(in, err);
}
