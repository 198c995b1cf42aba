// SPDX-License-Identifier: GPL-2.0-or-later
/* guest/trace → rows_SYSTEM_NAME, event_type, trace_cpu, symbol. */
#include <fnmatch.h>
#include <string.h>

#include "base/file.h"
#include "base/progress.h"
#include "db/event_tables.h"
#include "ingest/internal.h"
#include "trace/batch.h"
#include "trace/cache.h"
#include "trace/columns.h"

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
static int make_table(struct ingest *in, const struct trace_event *ev, const char *table,
		      struct error **err)
{
	_cleanup_strv_ char **columns = NULL;
	_cleanup_strbuf_ struct strbuf fields = {};

	/* All columns at once: with each one that is added SQLite reads the whole schema again. */
	strbuf_puts(&fields, "");
	trace_columns_sql(ev, &fields);
	if (db_exec(in->db, err,
		    "CREATE TABLE IF NOT EXISTS \"%w\" (ts_ns INTEGER, cpu INTEGER, pid INTEGER%s)",
		    table, fields.data) < 0 ||
	    list_columns(in, table, &columns, err) < 0)
		return -1;
	for (size_t i = 0; i < ev->n_fields; i++) {
		const struct trace_field *f = &ev->fields[i];

		if (!has_column(columns, f->column) &&
		    db_exec(in->db, err, "ALTER TABLE \"%w\" ADD COLUMN \"%w\" %s", table,
			    f->column, trace_field_type(f)) < 0)
			return -1;
	}
	return 0;
}

/* An event type on its way into its table. */
struct filling {
	char *table;
	sqlite3_stmt *insert; /* the rows of a batch; NULL until there are any */
	int64_t last_row;     /* that the table had before */
};

static void filling_deinit(struct filling *f)
{
	sqlite3_finalize(f->insert);
	free(f->table);
}

static int last_row(struct ingest *in, const char *table, int64_t *ret, struct error **err)
{
	char *sql = sqlite3_mprintf("SELECT max(rowid) FROM \"%w\"", table);
	int r = db_int(in->db, ret, 0, err, sql);

	sqlite3_free(sql);
	return r;
}

static int prepare_insert(struct ingest *in, const struct trace_event *ev, size_t i,
			  struct filling *f, struct error **err)
{
	_cleanup_strbuf_ struct strbuf columns = {};
	char *sql;

	strbuf_puts(&columns, "ts_ns, cpu, pid");
	for (size_t k = 0; k < ev->n_fields; k++)
		strbuf_printf(&columns, ", \"%s\"", ev->fields[k].column);
	if (db_exec(in->db, err, "CREATE VIRTUAL TABLE temp.batch_%d USING trace_batch(%d)", (int)i,
		    (int)i) < 0)
		return -1;
	sql = sqlite3_mprintf("INSERT INTO main.\"%w\"(%s) SELECT %s FROM temp.batch_%d", f->table,
			      columns.data, columns.data, (int)i);
	f->insert = db_prepare(in->db, err, sql);
	sqlite3_free(sql);
	return f->insert ? 0 : -1;
}

static int begin_filling(struct ingest *in, const struct trace_event *ev, size_t i,
			 struct filling *f, struct error **err)
{
	f->table = xasprintf("rows_%s_%s", ev->system, ev->name);
	if (make_table(in, ev, f->table, err) < 0 || last_row(in, f->table, &f->last_row, err) < 0)
		return -1;
	return prepare_insert(in, ev, i, f, err);
}

static int insert_batch(struct ingest *in, const struct trace *t, const struct trace_batch *b,
			struct filling *fillings, struct error **err)
{
	for (size_t i = 0; i < t->n_events; i++) {
		struct filling *f = &fillings[i];

		if (!trace_batch_count(b, i))
			continue;
		if ((!f->insert && begin_filling(in, t->events[i], i, f, err) < 0) ||
		    db_run(in->db, f->insert, err) < 0)
			return error_wrap(err, "%s:%s", t->events[i]->system, t->events[i]->name);
	}
	return 0;
}

static int drop_batch_tables(struct ingest *in, const struct trace *t, struct filling *fillings,
			     struct error **err)
{
	for (size_t i = 0; i < t->n_events; i++) {
		if (!fillings[i].insert)
			continue;
		sqlite3_finalize(steal_ptr(&fillings[i].insert));
		if (db_exec(in->db, err, "DROP TABLE temp.batch_%d", (int)i) < 0)
			return -1;
	}
	return 0;
}

static int fill_tables(struct ingest *in, struct trace *t, struct trace_batch *b,
		       struct filling *fillings, struct error **err)
{
	double start = now_s();
	int r;

	while ((r = trace_batch_next(b, err)) > 0) {
		if (insert_batch(in, t, b, fillings, err) < 0)
			return -1;
	}
	if (r < 0 || drop_batch_tables(in, t, fillings, err) < 0)
		return -1;
	progress_detail("run %s: its events are in tables after %.3f s", in->run_id,
			now_s() - start);
	return 0;
}

/* --- symbols --------------------------------------------------------------------------- */

static int add_symbol(struct ingest *in, sqlite3_stmt *stmt, const struct trace_event *ev,
		      const struct trace_field *f, const char *kind, int64_t value,
		      const char *name, struct error **err)
{
	db_bind(stmt, "sssssis", in->kernel_id, ev->system, ev->name, f->column, kind, value, name);
	return db_run(in->db, stmt, err);
}

/*
 * The combinations of flags that occur, spelled out, so that views only have to look them up.
 * A kernel has some dozens; a guest that invents them shall not fill the database.
 */
static int add_flags(struct ingest *in, sqlite3_stmt *insert, const struct trace_event *ev,
		     const struct trace_field *f, const struct distinct *seen, struct error **err)
{
	for (size_t i = 0; i < seen->n; i++) {
		_cleanup_strbuf_ struct strbuf text = {};

		if (trace_flags_text(ev, f, seen->values[i], &text) &&
		    add_symbol(in, insert, ev, f, "flags", seen->values[i], text.data, err) < 0)
			return -1;
	}
	return 0;
}

static int add_symbols(struct ingest *in, const struct trace_batch *b, const struct trace *t,
		       size_t event, struct error **err)
{
	const struct trace_event *ev = t->events[event];
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
		const struct distinct *seen = trace_batch_flags(b, event, i);

		if (seen && add_flags(in, stmt, ev, &ev->fields[i], seen, err) < 0)
			return -1;
	}
	return 0;
}

/* --- the whole trace --------------------------------------------------------------------- */

static int add_event(struct ingest *in, const struct trace *t, const struct trace_batch *b,
		     size_t i, const struct filling *f, struct error **err)
{
	const struct trace_event *ev = t->events[i];
	int64_t last;

	if (!f->table)
		return db_exec(in->db, err,
			       "INSERT INTO event_type VALUES (%Q, %Q, %Q, %llu, NULL, NULL)",
			       in->run_id, ev->system, ev->name, (unsigned long long)t->counts[i]);
	if (last_row(in, f->table, &last, err) < 0 ||
	    db_exec(in->db, err, "INSERT INTO event_type VALUES (%Q, %Q, %Q, %llu, %lld, %lld)",
		    in->run_id, ev->system, ev->name, (unsigned long long)t->counts[i],
		    (long long)f->last_row + 1, (long long)last) < 0 ||
	    add_symbols(in, b, t, i, err) < 0)
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
		(int64_t)c->overrun, (int64_t)(c->dropped + c->n_damaged),
		(int64_t)c->section.bytes);
	if (db_run(in->db, stmt, err) < 0)
		return -1;
	return c->damage ? incident_add(in, "trace-damaged", c->damage, NULL, err) : 0;
}

/* trace.store in run.json: patterns of SYSTEM:EVENT; without it everything is stored. */
static bool is_stored(const struct ingest *in, const struct trace_event *ev)
{
	const json_t *patterns = source_at(in->run, "trace.store"), *p;
	_cleanup_free_ char *name = xasprintf("%s:%s", ev->system, ev->name);
	size_t i;

	if (!json_is_array(patterns))
		return true;
	json_array_foreach(patterns, i, p)
	{
		if (json_is_string(p) && fnmatch(json_string_value(p), name, 0) == 0)
			return true;
	}
	return false;
}

static int add_events(struct ingest *in, struct trace *t, struct filling *fillings,
		      struct error **err)
{
	_cleanup_free_ bool *wanted = xcalloc(t->n_events + 1, sizeof(*wanted));
	_cleanup_trace_batch_ struct trace_batch *b = NULL;

	for (size_t i = 0; i < t->n_events; i++)
		wanted[i] = is_stored(in, t->events[i]);
	b = trace_batch_open(db_handle(in->db), t, wanted, err);
	if (!b || fill_tables(in, t, b, fillings, err) < 0)
		return -1;
	for (size_t i = 0; i < t->n_events; i++) {
		if (add_event(in, t, b, i, &fillings[i], err) < 0)
			return -1;
	}
	return db_event_views(in->db, err);
}

static int add_trace(struct ingest *in, struct trace *t, struct error **err)
{
	struct filling *fillings = xcalloc(t->n_events + 1, sizeof(*fillings));
	int r = add_events(in, t, fillings, err);

	for (size_t i = 0; i < t->n_events; i++)
		filling_deinit(&fillings[i]);
	free(fillings);
	if (r < 0)
		return -1;
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
