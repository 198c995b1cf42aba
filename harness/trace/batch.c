// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/batch.h"

#include <string.h>

#include "trace/columns.h"

/* Long enough that starting a statement costs nothing, short enough to stay in the CPU's cache. */
#define BATCH_BYTES (4u << 20)

/* A record as it stands in a batch, its bytes behind it, padded to 8. */
struct row {
	uint64_t ts;
	int32_t pid;
	uint16_t cpu;
	uint16_t len;
	uint8_t data[];
};

/* Of one event type. */
struct rows {
	uint8_t *data;
	size_t used, room;
	size_t n;
	struct distinct **flags; /* of each field of flags; NULL for others */
};

struct trace_batch {
	sqlite3 *db;
	struct trace *trace;
	struct trace_reader *reader;
	const bool *wanted;
	struct rows *types; /* of trace->events */
	size_t bytes;
};

struct vtab {
	sqlite3_vtab base;
	const struct trace_event *event;
	const struct rows *rows;
};

struct cursor {
	sqlite3_vtab_cursor base;
	const struct trace_event *event;
	struct distinct **flags;
	const uint8_t *at, *end;
	struct strbuf scratch;
};

static void add_row(struct rows *to, const struct trace_record *rec)
{
	size_t size = sizeof(struct row) + ((rec->len + 7) & ~7u);
	struct row *row;

	if (to->used + size > to->room) {
		to->room = to->room ? to->room * 2 + size : 4096 + size;
		to->data = xrealloc(to->data, to->room);
	}
	row = (struct row *)(to->data + to->used);
	row->ts = rec->ts;
	row->pid = rec->pid;
	row->cpu = rec->cpu;
	row->len = rec->len;
	memcpy(row->data, rec->data, rec->len);
	to->used += size;
	to->n++;
}

int trace_batch_next(struct trace_batch *b, struct error **err)
{
	struct trace_record rec;
	int got;

	for (size_t i = 0; i < b->trace->n_events; i++)
		b->types[i].used = b->types[i].n = 0;
	for (size_t bytes = 0; bytes < BATCH_BYTES; bytes += sizeof(struct row) + rec.len) {
		got = trace_reader_next(b->reader, &rec, err);
		if (got <= 0)
			return got < 0 ? -1 : bytes > 0;
		if (b->wanted[rec.event])
			add_row(&b->types[rec.event], &rec);
	}
	return 1;
}

size_t trace_batch_count(const struct trace_batch *b, size_t event)
{
	return b->types[event].n;
}

/* --- flags -------------------------------------------------------------------------------- */

static struct distinct **make_flags(const struct trace_event *ev)
{
	struct distinct **ret = xcalloc(ev->n_fields + 1, sizeof(*ret));

	for (size_t i = 0; i < ev->n_symbols; i++) {
		size_t field = ev->symbols[i].field - ev->fields;

		if (ev->symbols[i].kind == SYMBOL_FLAG && !ret[field])
			ret[field] = xcalloc(1, sizeof(**ret));
	}
	return ret;
}

static void free_flags(const struct trace_event *ev, struct distinct **flags)
{
	for (size_t i = 0; i < ev->n_fields; i++)
		free(flags[i]);
	free(flags);
}

const struct distinct *trace_batch_flags(const struct trace_batch *b, size_t event, size_t field)
{
	return b->types[event].flags[field];
}

/* --- the module ------------------------------------------------------------------------- */

static int connect_batch(sqlite3 *db, void *aux, int argc, const char *const *argv,
			 sqlite3_vtab **ret, char **ret_msg)
{
	struct trace_batch *b = aux;
	size_t event = argc == 4 ? strtoul(argv[3], NULL, 10) : SIZE_MAX;
	struct vtab *v;
	int rc;

	if (event >= b->trace->n_events) {
		*ret_msg = sqlite3_mprintf("trace_batch takes the index of an event type");
		return SQLITE_ERROR;
	}
	rc = trace_declare(db, b->trace->events[event]);
	if (rc != SQLITE_OK)
		return rc;
	v = xcalloc(1, sizeof(*v));
	v->event = b->trace->events[event];
	v->rows = &b->types[event];
	*ret = &v->base;
	return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	(void)base;
	info->estimatedCost = BATCH_BYTES / sizeof(struct row);
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **ret)
{
	struct cursor *c = xcalloc(1, sizeof(*c));

	c->event = ((struct vtab *)base)->event;
	c->flags = ((struct vtab *)base)->rows->flags;
	*ret = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	strbuf_deinit(&((struct cursor *)base)->scratch);
	free(base);
	return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int num, const char *plan, int argc,
		  sqlite3_value **argv)
{
	const struct rows *rows = ((struct vtab *)base->pVtab)->rows;
	struct cursor *c = (struct cursor *)base;

	(void)num, (void)plan, (void)argc, (void)argv;
	c->at = rows->data;
	c->end = rows->data + rows->used;
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	c->at += sizeof(struct row) + ((((const struct row *)c->at)->len + 7) & ~7u);
	return SQLITE_OK;
}

static int eof(sqlite3_vtab_cursor *base)
{
	return ((struct cursor *)base)->at >= ((struct cursor *)base)->end;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
	*ret = ((struct cursor *)base)->at - ((struct vtab *)base->pVtab)->rows->data;
	return SQLITE_OK;
}

/* Nearly all fields are integers, so these come first. */
static void field_column(struct cursor *c, sqlite3_context *ctx, const struct row *row, size_t i)
{
	const struct trace_field *f = &c->event->fields[i];
	int64_t v;

	if (f->kind != FIELD_INT || (size_t)f->offset + f->size > row->len) {
		/* The batch outlives the statement that reads it: no copies. */
		trace_result_value(ctx, f, row->data, row->len, &c->scratch, TRACE_STATIC);
		return;
	}
	v = trace_int(row->data + f->offset, f->size, f->is_signed, f->big_endian);
	if (c->flags[i])
		distinct_add(c->flags[i], v);
	sqlite3_result_int64(ctx, v);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int col)
{
	struct cursor *c = (struct cursor *)base;
	const struct row *row = (const struct row *)c->at;

	switch (col) {
	case TRACE_COL_TS:
		sqlite3_result_int64(ctx, (sqlite3_int64)row->ts);
		break;
	case TRACE_COL_CPU:
		sqlite3_result_int(ctx, row->cpu);
		break;
	case TRACE_COL_PID:
		sqlite3_result_int(ctx, row->pid);
		break;
	default:
		field_column(c, ctx, row, col - TRACE_COL_FIELDS);
	}
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.xCreate = connect_batch,
	.xConnect = connect_batch,
	.xBestIndex = best_index,
	.xDisconnect = disconnect,
	.xDestroy = disconnect,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = filter,
	.xNext = next,
	.xEof = eof,
	.xColumn = column,
	.xRowid = rowid,
};

struct trace_batch *trace_batch_open(sqlite3 *db, struct trace *t, const bool *wanted,
				     struct error **err)
{
	/* What somebody counted already isn't counted again. */
	const struct trace_filter all = {
		.event = -1,
		.cpu = -1,
		.to_ns = UINT64_MAX,
		.survey = !t->surveyed,
	};
	_cleanup_trace_batch_ struct trace_batch *b = xcalloc(1, sizeof(*b));

	b->db = db;
	b->trace = t;
	b->wanted = wanted;
	b->types = xcalloc(t->n_events + 1, sizeof(*b->types));
	for (size_t i = 0; i < t->n_events; i++)
		b->types[i].flags = make_flags(t->events[i]);
	b->reader = trace_reader_open(t, &all, err);
	if (!b->reader)
		return NULL;
	if (sqlite3_create_module(db, "trace_batch", &module, b) != SQLITE_OK) {
		error_set(err, EXIT_FAULT, "trace_batch: %s", sqlite3_errmsg(db));
		return NULL;
	}
	t->surveyed = true;
	return steal_ptr(&b);
}

void trace_batch_close(struct trace_batch *b)
{
	if (!b)
		return;
	sqlite3_create_module(b->db, "trace_batch", NULL, NULL);
	trace_reader_close(b->reader);
	for (size_t i = 0; i < b->trace->n_events; i++) {
		free(b->types[i].data);
		free_flags(b->trace->events[i], b->types[i].flags);
	}
	free(b->types);
	free(b);
}
