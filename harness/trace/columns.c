// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/columns.h"

void trace_columns_sql(const struct trace_event *ev, struct strbuf *ret)
{
	for (size_t i = 0; i < ev->n_fields; i++)
		strbuf_printf(ret, ", \"%s\" %s", ev->fields[i].column,
			      trace_field_type(&ev->fields[i]));
}

int trace_declare(sqlite3 *db, const struct trace_event *ev)
{
	_cleanup_strbuf_ struct strbuf sql = {};

	strbuf_puts(&sql, "CREATE TABLE x(ts_ns INTEGER, cpu INTEGER, pid INTEGER");
	trace_columns_sql(ev, &sql);
	strbuf_puts(&sql, ")");
	return sqlite3_declare_vtab(db, sql.data);
}

void trace_result_value(sqlite3_context *ctx, const struct trace_field *f, const uint8_t *data,
			size_t len, struct strbuf *scratch, enum trace_lifetime life)
{
	struct trace_value v = trace_field_get(f, data, len, scratch);
	/* What was put together in `scratch` is overwritten by the next field. */
	bool stays = life == TRACE_STATIC && v.p != scratch->data;
	sqlite3_destructor_type how = stays ? SQLITE_STATIC : SQLITE_TRANSIENT;

	switch (v.type) {
	case VALUE_INT:
		sqlite3_result_int64(ctx, v.i);
		break;
	case VALUE_TEXT:
		sqlite3_result_text(ctx, v.p, (int)v.n, how);
		break;
	case VALUE_BLOB:
		sqlite3_result_blob(ctx, v.p, (int)v.n, how);
		break;
	default:
		sqlite3_result_null(ctx);
	}
}
