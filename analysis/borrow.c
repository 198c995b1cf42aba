// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/borrow.h"

#include "analysis/scope.h"
#include "base/str.h"

/* What a comparison reads; ids are renamed in each. */
static const char *const tables[] = { "run", "metric", "trace_cpu" };

static bool is_id(const char *column)
{
	return streq(column, "run_id") || streq(column, "campaign_id");
}

static char **columns_of(sqlite3 *db, const char *table)
{
	_cleanup_finalize_ sqlite3_stmt *stmt = NULL;
	char **names = xcalloc(1, sizeof(*names));

	if (sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info(?)", -1, &stmt, NULL) !=
	    SQLITE_OK)
		return names;
	sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		strv_add(&names, (const char *)sqlite3_column_text(stmt, 0));
	return names;
}

/* Ours, read from the other: ids renamed, NULL where it has no such column. */
static char *select_sql(char *const *ours, char *const *theirs, const char *table)
{
	struct strbuf sql = { 0 };

	for (size_t i = 0; ours[i]; i++) {
		strbuf_puts(&sql, i ? ", " : "SELECT ");
		if (!strv_has(theirs, ours[i]))
			strbuf_puts(&sql, "NULL");
		else if (is_id(ours[i]))
			strbuf_printf(&sql, "'" BORROWED "' || %s", ours[i]);
		else
			strbuf_puts(&sql, ours[i]);
	}
	strbuf_printf(&sql, " FROM %s", table);
	return strbuf_steal(&sql);
}

static char *insert_sql(const char *table, size_t n)
{
	struct strbuf sql = { 0 };

	strbuf_printf(&sql, "INSERT INTO temp.borrowed_%s VALUES (", table);
	for (size_t i = 0; i < n; i++)
		strbuf_puts(&sql, i ? ", ?" : "?");
	strbuf_puts(&sql, ")");
	return strbuf_steal(&sql);
}

static int copy_rows(sqlite3 *db, sqlite3_stmt *from, sqlite3_stmt *to, struct error **err)
{
	int rc;

	while ((rc = sqlite3_step(from)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(from); i++)
			sqlite3_bind_value(to, i + 1, sqlite3_column_value(from, i));
		if (sqlite3_step(to) != SQLITE_DONE)
			return sql_error(db, err, "baseline");
		sqlite3_reset(to);
	}
	return rc == SQLITE_DONE ? 0 : sql_error(sqlite3_db_handle(from), err, "baseline");
}

static int borrow_table(sqlite3 *db, sqlite3 *other, const char *table, struct error **err)
{
	_cleanup_strv_ char **ours = columns_of(db, table), **theirs = columns_of(other, table);
	_cleanup_free_ char *select = select_sql(ours, theirs, table),
			    *insert = insert_sql(table, strv_len(ours)),
			    *create = xasprintf("CREATE TEMP TABLE borrowed_%s AS SELECT * FROM"
						" main.%s LIMIT 0",
						table, table),
			    *view = xasprintf(
				    "CREATE INDEX temp.borrowed_%s_i ON borrowed_%s(run_id);"
				    "CREATE TEMP VIEW %s AS SELECT * FROM main.%s"
				    " UNION ALL SELECT * FROM temp.borrowed_%s",
				    table, table, table, table, table);
	_cleanup_finalize_ sqlite3_stmt *from = NULL, *to = NULL;

	if (sql_exec(db, err, create) < 0)
		return -1;
	if (sqlite3_prepare_v2(other, select, -1, &from, NULL) != SQLITE_OK)
		return sql_error(other, err, "baseline");
	if (sqlite3_prepare_v2(db, insert, -1, &to, NULL) != SQLITE_OK)
		return sql_error(db, err, "baseline");
	return copy_rows(db, from, to, err) < 0 ? -1 : sql_exec(db, err, view);
}

int borrow_runs(sqlite3 *db, sqlite3 *other, struct error **err)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (borrow_table(db, other, tables[i], err) < 0)
			return -1;
	}
	return 0;
}
