// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/vtab.h"

#include <string.h>

#include "base/file.h"
#include "trace/columns.h"
#include "trace/json.h"

/* Those of trace(), behind the ones that every table of events has. */
enum { COL_SYSTEM = TRACE_COL_FIELDS, COL_EVENT, COL_FIELDS, COL_DIR };

/* Nobody has counted yet; only that more constraints mean fewer rows matters to the planner. */
#define ROWS_GUESSED 1e6

struct vtab {
	sqlite3_vtab base;
	struct trace_cache *cache;
	struct trace *trace; /* of trace_event(); NULL for trace(), whose cursors have it */
	int event;           /* index into trace->events, or -1 */
};

struct cursor {
	sqlite3_vtab_cursor base;
	struct trace *trace; /* trace(): a reference of its own */
	struct trace_reader *reader;
	struct trace_record rec;
	bool eof;
	sqlite3_int64 row;
	struct strbuf scratch, json;
};

char *trace_dir_of(const char *dir)
{
	_cleanup_free_ char *header = xasprintf("%s/guest/trace/header_page", dir);

	return path_exists(header) ? xasprintf("%s/guest/trace", dir) : xstrdup(dir);
}

static int fail(char **ret, struct error *err)
{
	sqlite3_free(*ret);
	*ret = sqlite3_mprintf("%s", err ? err->msg : "unknown error");
	return SQLITE_ERROR;
}

static struct trace *get_trace(struct vtab *v, const char *dir, struct error **err)
{
	_cleanup_free_ char *path = trace_dir_of(dir);

	return trace_cache_get(v->cache, path, err);
}

static int disconnect(sqlite3_vtab *base)
{
	struct vtab *v = (struct vtab *)base;

	if (v->trace)
		trace_cache_put(v->cache, v->trace);
	free(v);
	return SQLITE_OK;
}

/* --- trace(DIR) ---------------------------------------------------------- */

static int connect_all(sqlite3 *db, void *aux, int argc, const char *const *argv,
		       sqlite3_vtab **ret, char **ret_msg)
{
	struct vtab *v;
	int rc;

	(void)argc, (void)argv, (void)ret_msg;
	rc = sqlite3_declare_vtab(db, "CREATE TABLE x(ts_ns INTEGER, cpu INTEGER, pid INTEGER, "
				      "system TEXT, event TEXT, fields TEXT, dir TEXT HIDDEN)");
	if (rc != SQLITE_OK)
		return rc;
	v = xcalloc(1, sizeof(*v));
	v->cache = aux;
	v->event = -1;
	*ret = &v->base;
	return SQLITE_OK;
}

/* --- trace_event(DIR, SYSTEM, EVENT) -------------------------------------- */

/* Module arguments come as they were written: 'it''s' → it's. */
static char *unquote(const char *s)
{
	size_t n = strlen(s);
	char *ret = xstrdup(s), *to = ret, quote = s[0];

	if (n < 2 || (quote != '\'' && quote != '"') || s[n - 1] != quote)
		return ret;
	for (size_t i = 1; i < n - 1; i++) {
		if (s[i] == quote)
			i++;
		*to++ = s[i];
	}
	*to = '\0';
	return ret;
}

static int find_event(struct vtab *v, const char *system, const char *name, struct error **err)
{
	v->event = trace_find(v->trace, system, name);
	if (v->event >= 0)
		return 0;
	return error_set(err, EXIT_INPUT, "no event %s:%s was recorded in %s", system, name,
			 v->trace->path);
}

static int connect_event(sqlite3 *db, void *aux, int argc, const char *const *argv,
			 sqlite3_vtab **ret, char **ret_msg)
{
	_cleanup_free_ char *dir = NULL, *system = NULL, *name = NULL;
	_cleanup_error_ struct error *err = NULL;
	struct vtab *v;
	int rc;

	if (argc != 6) {
		*ret_msg = sqlite3_mprintf("trace_event takes a folder, a system and an event");
		return SQLITE_ERROR;
	}
	dir = unquote(argv[3]);
	system = unquote(argv[4]);
	name = unquote(argv[5]);
	v = xcalloc(1, sizeof(*v));
	v->cache = aux;
	v->trace = get_trace(v, dir, &err);
	if (!v->trace || find_event(v, system, name, &err) < 0) {
		disconnect(&v->base);
		return fail(ret_msg, err);
	}
	rc = trace_declare(db, v->trace->events[v->event]);
	if (rc != SQLITE_OK) {
		disconnect(&v->base);
		return rc;
	}
	*ret = &v->base;
	return SQLITE_OK;
}

/* --- constraints ------------------------------------------------------------ */

/*
 * The letter by which best_index() tells filter() what an argument is, or 0.
 * SQLite checks all but DIR again, so that bounds may be wider than asked for.
 */
static char letter(const struct vtab *v, int column, unsigned char op)
{
	bool eq = op == SQLITE_INDEX_CONSTRAINT_EQ;

	switch (column) {
	case TRACE_COL_TS:
		if (op == SQLITE_INDEX_CONSTRAINT_GE || op == SQLITE_INDEX_CONSTRAINT_GT)
			return '>';
		if (op == SQLITE_INDEX_CONSTRAINT_LE || op == SQLITE_INDEX_CONSTRAINT_LT)
			return '<';
		return eq ? '=' : 0;
	case TRACE_COL_CPU:
		return eq ? 'c' : 0;
	}
	if (v->trace || !eq)
		return 0;
	return column == COL_SYSTEM ? 's' : column == COL_EVENT ? 'e' : column == COL_DIR ? 'd' : 0;
}

/* An order that a reading has by itself: by time, or by CPU, one after the other. */
static bool order_by(const sqlite3_index_info *info, int column)
{
	return info->nOrderBy == 1 && info->aOrderBy[0].iColumn == column &&
	       !info->aOrderBy[0].desc;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	struct vtab *v = (struct vtab *)base;
	char *plan = sqlite3_malloc(info->nConstraint + 1);
	double cost = ROWS_GUESSED;
	bool dir = v->trace != NULL;
	int n = 0;

	if (!plan)
		return SQLITE_NOMEM;
	for (int i = 0; i < info->nConstraint; i++) {
		char c = letter(v, info->aConstraint[i].iColumn, info->aConstraint[i].op);

		if (!c || !info->aConstraint[i].usable)
			continue;
		plan[n++] = c;
		info->aConstraintUsage[i].argvIndex = n;
		info->aConstraintUsage[i].omit = c == 'd';
		dir |= c == 'd';
		cost /= c == 'd' ? 1 : 2;
	}
	plan[n] = '\0';
	info->idxStr = plan;
	info->needToFreeIdxStr = 1;
	info->estimatedCost = cost;
	info->estimatedRows = (sqlite3_int64)cost;
	info->idxNum = order_by(info, TRACE_COL_CPU);
	info->orderByConsumed = info->idxNum || order_by(info, TRACE_COL_TS);
	if (dir)
		return SQLITE_OK;
	/* Not an error yet: the planner may find a join order in which DIR is known. */
	return SQLITE_CONSTRAINT;
}

/* --- cursor ------------------------------------------------------------------ */

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **ret)
{
	struct cursor *c = xcalloc(1, sizeof(*c));

	(void)base;
	*ret = &c->base;
	return SQLITE_OK;
}

static void reset_cursor(struct cursor *c)
{
	struct vtab *v = (struct vtab *)c->base.pVtab;

	trace_reader_close(steal_ptr(&c->reader));
	if (c->trace && !v->trace)
		trace_cache_put(v->cache, c->trace);
	c->trace = NULL;
	c->row = 0;
	c->eof = true;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	reset_cursor(c);
	strbuf_deinit(&c->scratch);
	strbuf_deinit(&c->json);
	free(c);
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	_cleanup_error_ struct error *err = NULL;
	int got = trace_reader_next(c->reader, &c->rec, &err);

	c->eof = got <= 0;
	c->row++;
	return got < 0 ? fail(&base->pVtab->zErrMsg, err) : SQLITE_OK;
}

/* A bound on time.  Only numbers: by SQL's rules any text is larger than all of them. */
static void bound_time(struct trace_filter *f, char how, sqlite3_value *value)
{
	sqlite3_int64 ns = sqlite3_value_int64(value);
	int type = sqlite3_value_type(value);

	if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
		return;
	if (how != '<' && ns > 0 && (uint64_t)ns > f->from_ns)
		f->from_ns = ns;
	if (how != '>' && (uint64_t)(ns < 0 ? 0 : ns) < f->to_ns)
		f->to_ns = ns < 0 ? 0 : ns;
}

/* Pushes system and event down where they name one type; false: no row can match. */
static bool bound_event(const struct trace *t, struct trace_filter *f, const char *system,
			const char *name)
{
	int found = -1, n = 0;

	if (!system && !name)
		return true;
	for (size_t i = 0; i < t->n_events; i++) {
		if ((!system || streq(t->events[i]->system, system)) &&
		    (!name || streq(t->events[i]->name, name))) {
			found = (int)i;
			n++;
		}
	}
	if (n == 1)
		f->event = found;
	return n > 0;
}

static const char *text_or(sqlite3_value *value, const char *fallback)
{
	const char *s = (const char *)sqlite3_value_text(value);

	return s ?: fallback;
}

static int start(struct cursor *c, const struct trace_filter *f)
{
	_cleanup_error_ struct error *err = NULL;

	c->reader = trace_reader_open(c->trace, f, &err);
	if (!c->reader)
		return fail(&c->base.pVtab->zErrMsg, err);
	return next(&c->base);
}

static int filter(sqlite3_vtab_cursor *base, int num, const char *plan, int argc,
		  sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	struct vtab *v = (struct vtab *)base->pVtab;
	struct trace_filter f = { .event = v->event, .cpu = -1, .to_ns = UINT64_MAX };
	const char *dir = "", *system = NULL, *name = NULL;
	_cleanup_error_ struct error *err = NULL;

	f.cpu_by_cpu = num;
	reset_cursor(c);
	for (int i = 0; i < argc; i++) {
		switch (plan[i]) {
		case 'c':
			if (sqlite3_value_type(argv[i]) == SQLITE_INTEGER)
				f.cpu = sqlite3_value_int(argv[i]);
			break;
		case 's':
			system = text_or(argv[i], "");
			break;
		case 'e':
			name = text_or(argv[i], "");
			break;
		case 'd':
			dir = text_or(argv[i], "");
			break;
		default:
			bound_time(&f, plan[i], argv[i]);
		}
	}
	c->trace = v->trace ?: get_trace(v, dir, &err);
	if (!c->trace)
		return fail(&base->pVtab->zErrMsg, err);
	if (!bound_event(c->trace, &f, system, name))
		return SQLITE_OK;
	return start(c, &f);
}

static int eof(sqlite3_vtab_cursor *base)
{
	return ((struct cursor *)base)->eof;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
	*ret = ((struct cursor *)base)->row;
	return SQLITE_OK;
}

/* --- values ---------------------------------------------------------------- */

/* An event of any type in one column. */
static void result_json(struct cursor *c, sqlite3_context *ctx)
{
	c->json.len = 0;
	trace_json(c->trace->events[c->rec.event], c->rec.data, c->rec.len, &c->scratch, &c->json);
	sqlite3_result_text(ctx, c->json.data, (int)c->json.len, SQLITE_TRANSIENT);
}

static void result_own(struct cursor *c, sqlite3_context *ctx, int col)
{
	const struct trace_event *ev = c->trace->events[c->rec.event];

	if (col == COL_SYSTEM)
		sqlite3_result_text(ctx, ev->system, -1, SQLITE_TRANSIENT);
	else if (col == COL_EVENT)
		sqlite3_result_text(ctx, ev->name, -1, SQLITE_TRANSIENT);
	else if (col == COL_FIELDS)
		result_json(c, ctx);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int col)
{
	struct cursor *c = (struct cursor *)base;

	if (col == TRACE_COL_TS)
		sqlite3_result_int64(ctx, (sqlite3_int64)c->rec.ts);
	else if (col == TRACE_COL_CPU)
		sqlite3_result_int(ctx, c->rec.cpu);
	else if (col == TRACE_COL_PID)
		sqlite3_result_int(ctx, c->rec.pid);
	else if (((struct vtab *)base->pVtab)->trace)
		trace_result(ctx, &c->trace->events[c->rec.event]->fields[col - TRACE_COL_FIELDS],
			     c->rec.data, c->rec.len, &c->scratch, TRACE_TRANSIENT);
	else
		result_own(c, ctx, col);
	return SQLITE_OK;
}

#define METHODS                                                                                   \
	.xBestIndex = best_index, .xDisconnect = disconnect, .xOpen = open_cursor,                \
	.xClose = close_cursor, .xFilter = filter, .xNext = next, .xEof = eof, .xColumn = column, \
	.xRowid = rowid

/* No xCreate: trace() needs no CREATE VIRTUAL TABLE. */
static const sqlite3_module module_all = { .xConnect = connect_all, METHODS };
static const sqlite3_module module_event = {
	.xCreate = connect_event,
	.xConnect = connect_event,
	.xDestroy = disconnect,
	METHODS,
};

int trace_vtab_register(sqlite3 *db, struct trace_cache *cache)
{
	int rc = sqlite3_create_module_v2(db, "trace", &module_all, trace_cache_hold(cache),
					  trace_cache_release);

	if (rc != SQLITE_OK)
		return rc;
	return sqlite3_create_module_v2(db, "trace_event", &module_event, trace_cache_hold(cache),
					trace_cache_release);
}
