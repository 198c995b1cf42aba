/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An event type as a table: its columns, and a field as the value of one. */
#ifndef HARNESS_TRACE_COLUMNS_H
#define HARNESS_TRACE_COLUMNS_H

#include <sqlite3.h>

#include "trace/format.h"

/* Columns that every table of events starts with. */
enum { TRACE_COL_TS, TRACE_COL_CPU, TRACE_COL_PID, TRACE_COL_FIELDS };

/* Name and SQL type of each column after ts_ns, cpu, pid: `, "order" INTEGER, …`. */
void trace_columns_sql(const struct trace_event *ev, struct strbuf *ret);
/* sqlite3_declare_vtab() for an event type. */
int trace_declare(sqlite3 *db, const struct trace_event *ev);

/* Whether a record's bytes live as long as the statement that asks for them. */
enum trace_lifetime { TRACE_TRANSIENT, TRACE_STATIC };

/* Gives SQLite a field's value. */
void trace_result_value(sqlite3_context *ctx, const struct trace_field *f, const uint8_t *data,
			size_t len, struct strbuf *scratch, enum trace_lifetime life);

/* The same; nearly all fields are integers of the machine's own order, so these come first. */
static inline void trace_result(sqlite3_context *ctx, const struct trace_field *f,
				const uint8_t *data, size_t len, struct strbuf *scratch,
				enum trace_lifetime life)
{
	if (f->kind == FIELD_INT && (size_t)f->offset + f->size <= len)
		sqlite3_result_int64(ctx, trace_int(data + f->offset, f->size, f->is_signed,
						    f->big_endian));
	else
		trace_result_value(ctx, f, data, len, scratch, life);
}

#endif
