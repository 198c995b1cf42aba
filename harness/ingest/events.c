// SPDX-License-Identifier: GPL-2.0-or-later
/* guest/trace → event_SYSTEM_NAME, event_type, trace_cpu, symbol. */
#include <string.h>

#include "base/file.h"
#include "ingest/internal.h"
#include "trace/vtab.h"

/* --- tables ------------------------------------------------------------------------- */

static bool has_column(char *const *columns, const char *name)
{
	for (size_t i = 0; columns && columns[i]; i++) {
		if (strcasecmp(columns[i], name) == 0)
			return true;
	}
	return false;
}

static int list_columns(struct ingest *in, const char *table, char ***ret, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err, "SELECT name FROM pragma_table_info(?)");
	int r;

	if (!stmt)
		return -1;
	db_bind(stmt, "s", table);
	while ((r = db_step(in->db, stmt, err)) > 0)
		strv_add(ret, (const char *)sqlite3_column_text(stmt, 0));
	return r;
}

/* Another kernel's event may have had fewer fields; rows from it get NULL in the new columns. */
static int make_table(struct ingest *in, const struct trace_event *ev, struct error **err)
{
	_cleanup_strv_ char **columns = NULL;

	if (db_exec(in->db, err,
		    "CREATE TABLE IF NOT EXISTS \"%w\" (run_id TEXT NOT NULL, "
		    "ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL)",
		    ev->table) < 0 ||
	    list_columns(in, ev->table, &columns, err) < 0)
		return -1;
	for (size_t i = 0; i < ev->n_fields; i++) {
		const struct trace_field *f = &ev->fields[i];

		if (!has_column(columns, f->column) &&
		    db_exec(in->db, err, "ALTER TABLE \"%w\" ADD COLUMN \"%w\" %s", ev->table,
			    f->column, trace_field_type(f)) < 0)
			return -1;
	}
	return 0;
}

static int mark_table(struct ingest *in, const char *table, int64_t *ret, struct error **err)
{
	char *sql = sqlite3_mprintf("SELECT max(rowid) FROM \"%w\"", table);
	struct event_mark *m;
	int r = db_int(in->db, ret, 0, err, sql);

	sqlite3_free(sql);
	if (r < 0)
		return -1;
	m = ARRAY_APPEND(in->marks, in->n_marks);
	m->table = xstrdup(table);
	m->last_rowid = *ret;
	return 0;
}

static int fill_table(struct ingest *in, const struct trace *t, const struct trace_event *ev,
		      struct error **err)
{
	_cleanup_strbuf_ struct strbuf columns = {};

	strbuf_puts(&columns, "ts_ns, cpu, pid");
	for (size_t i = 0; i < ev->n_fields; i++)
		strbuf_printf(&columns, ", \"%s\"", ev->fields[i].column);
	if (db_exec(in->db, err, "CREATE VIRTUAL TABLE temp.raw USING trace_event(%Q, %Q, %Q)",
		    t->dir, ev->system, ev->name) < 0 ||
	    db_exec(in->db, err, "INSERT INTO main.\"%w\"(run_id, %s) SELECT %Q, %s FROM temp.raw",
		    ev->table, columns.data, in->run_id, columns.data) < 0)
		return -1;
	return db_exec(in->db, err, "DROP TABLE temp.raw");
}

/* --- symbols --------------------------------------------------------------------------- */

static int add_symbol(struct ingest *in, sqlite3_stmt *stmt, const struct trace_event *ev,
		      const struct trace_field *f, const char *kind, int64_t value,
		      const char *name, struct error **err)
{
	db_bind(stmt, "sssssis", in->kernel_id, ev->system, ev->name, f->column, kind, value, name);
	return db_run(in->db, stmt, err);
}

/* The combinations of flags that occur, spelled out, so that views only have to look them up. */
static int add_flags(struct ingest *in, sqlite3_stmt *insert, const struct trace_event *ev,
		     const struct trace_field *f, int64_t after_rowid, struct error **err)
{
	char *sql = sqlite3_mprintf("SELECT DISTINCT \"%w\" FROM \"%w\" WHERE rowid > %lld",
				    f->column, ev->table, (long long)after_rowid);
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(in->db, err, sql);
	int r;

	sqlite3_free(sql);
	if (!stmt)
		return -1;
	while ((r = db_step(in->db, stmt, err)) > 0) {
		int64_t value = sqlite3_column_int64(stmt, 0);
		_cleanup_strbuf_ struct strbuf text = {};

		if (sqlite3_column_type(stmt, 0) != SQLITE_INTEGER ||
		    !trace_flags_text(ev, f, value, &text))
			continue;
		if (add_symbol(in, insert, ev, f, "flags", value, text.data, err) < 0)
			return -1;
	}
	return r;
}

static bool has_flags(const struct trace_event *ev, const struct trace_field *f)
{
	for (size_t i = 0; i < ev->n_symbols; i++) {
		if (ev->symbols[i].field == f && ev->symbols[i].kind == SYMBOL_FLAG)
			return true;
	}
	return false;
}

static int add_symbols(struct ingest *in, const struct trace_event *ev, int64_t after_rowid,
		       struct error **err)
{
	static const char *const kinds[] = { [SYMBOL_VALUE] = "value", [SYMBOL_FLAG] = "flag" };
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err,
			   "INSERT INTO symbol VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
			   "SET name = excluded.name WHERE kind = 'flags'");

	/* What an older harness understood of these formats makes way. */
	if (!stmt || db_exec(in->db, err,
			     "DELETE FROM symbol WHERE kernel_id = %Q AND system = %Q "
			     "AND event = %Q AND kind <> 'flags'",
			     in->kernel_id, ev->system, ev->name) < 0)
		return -1;
	for (size_t i = 0; i < ev->n_symbols; i++) {
		const struct trace_symbol *s = &ev->symbols[i];

		if (add_symbol(in, stmt, ev, s->field, kinds[s->kind], s->value, s->name, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < ev->n_fields; i++) {
		if (has_flags(ev, &ev->fields[i]) &&
		    add_flags(in, stmt, ev, &ev->fields[i], after_rowid, err) < 0)
			return -1;
	}
	return 0;
}

/* --- the whole trace --------------------------------------------------------------------- */

static int add_event(struct ingest *in, const struct trace *t, size_t i, struct error **err)
{
	const struct trace_event *ev = t->events[i];
	int64_t last_rowid;

	if (db_exec(in->db, err, "INSERT INTO event_type VALUES (%Q, %Q, %Q, %llu)", in->run_id,
		    ev->system, ev->name, (unsigned long long)t->counts[i]) < 0)
		return -1;
	if (!t->counts[i])
		return 0;
	if (make_table(in, ev, err) < 0 || mark_table(in, ev->table, &last_rowid, err) < 0 ||
	    fill_table(in, t, ev, err) < 0 || add_symbols(in, ev, last_rowid, err) < 0)
		return error_wrap(err, "%s:%s", ev->system, ev->name);
	return 0;
}

/* What stood behind damage can't be counted: one event a page, so that it is not nothing. */
static int add_cpu(struct ingest *in, const struct trace_cpu *c, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err,
			   "INSERT INTO trace_cpu(run_id, cpu, entries, overrun, dropped, bytes) "
			   "VALUES (?, ?, ?, ?, ?, ?)");

	if (!stmt)
		return -1;
	db_bind(stmt, "siiiii", in->run_id, (int64_t)c->cpu, (int64_t)c->entries,
		(int64_t)c->overrun, (int64_t)(c->dropped + c->n_damaged), (int64_t)c->bytes);
	if (db_run(in->db, stmt, err) < 0)
		return -1;
	return c->damage ? incident_add(in, "trace-damaged", c->damage, NULL, err) : 0;
}

static int add_trace(struct ingest *in, const struct trace *t, struct error **err)
{
	for (size_t i = 0; i < t->n_events; i++) {
		if (add_event(in, t, i, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < t->n_cpus; i++) {
		if (add_cpu(in, &t->cpus[i], err) < 0)
			return -1;
	}
	if (t->bad_format && incident_add(in, "trace-damaged", t->bad_format, NULL, err) < 0)
		return -1;
	in->complete = trace_complete(t);
	return 0;
}

int ingest_events(struct ingest *in, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/guest/trace", in->dir);
	_cleanup_free_ char *header = xasprintf("%s/header_page", dir);
	struct trace *t;
	int r;

	if (!path_exists(header)) /* an untraced run, or one that broke off before */
		return 0;
	t = trace_cache_get(db_traces(in->db), dir, err);
	if (!t)
		return -1;
	r = add_trace(in, t, err);
	trace_cache_put(db_traces(in->db), t);
	return r;
}
