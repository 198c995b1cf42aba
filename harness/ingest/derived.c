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
	"CREATE TEMP VIEW region AS SELECT * FROM main.region "
	"	WHERE run_id = (SELECT run_id FROM this);"
	"CREATE TEMP VIEW sample AS SELECT * FROM main.sample "
	"	WHERE run_id = (SELECT run_id FROM this);"
	"CREATE TEMP VIEW span AS SELECT * FROM main.span "
	"	WHERE run_id = (SELECT run_id FROM this);"
	"CREATE TEMP VIEW traced AS SELECT system || ':' || event AS event "
	"	FROM main.event_type WHERE run_id = (SELECT run_id FROM this);";

/* The workload's own metric of the same name stays. */
static const char store[] =
	"INSERT INTO main.metric SELECT run_id, name, unit, better, value, 'counter' "
	"	FROM counter_metric, this WHERE value IS NOT NULL ON CONFLICT DO NOTHING;"
	"INSERT INTO main.metric SELECT run_id, name, unit, better, value, 'trace' "
	"	FROM trace_metric, this WHERE value IS NOT NULL AND complete "
	"	ON CONFLICT DO NOTHING;";

/* A run's rows stand in one piece; a table that it has no events for looks empty. */
static const char narrow[] =
	"SELECT printf('CREATE TEMP VIEW \"event_%w\" AS SELECT %Q AS run_id, e.* "
	"	FROM main.\"rows_%w\" AS e, phase AS p WHERE e.rowid BETWEEN %d AND %d "
	"	AND p.name = ''workload'' AND e.ts_ns >= p.start_ns "
	"	AND (p.end_ns IS NULL OR e.ts_ns < p.end_ns);', "
	"	r.name, this.run_id, r.name, coalesce(t.first_row, 0), coalesce(t.last_row, -1)) "
	"FROM (SELECT substr(name, 6) AS name FROM main.sqlite_schema "
	"	WHERE type = 'table' AND name GLOB 'rows_*_*') AS r, this "
	"LEFT JOIN main.event_type AS t "
	"	ON t.run_id = this.run_id AND t.system || '_' || t.event = r.name";

static int narrow_events(struct ingest *in, struct error **err)
{
	_cleanup_strbuf_ struct strbuf sql = {};
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(in->db, err, narrow);
	int r;

	if (!stmt)
		return -1;
	strbuf_puts(&sql, "");
	while ((r = db_step(in->db, stmt, err)) > 0)
		strbuf_puts(&sql, (const char *)sqlite3_column_text(stmt, 0));
	return r < 0 ? -1 : db_exec(in->db, err, "%s", sql.data);
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
