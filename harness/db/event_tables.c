// SPDX-License-Identifier: GPL-2.0-or-later
#include "db/event_tables.h"

#include "base/str.h"

/* Runs the statements that a query gives, one a row. */
static int exec_each(struct db *db, const char *query, struct error **err)
{
	_cleanup_strbuf_ struct strbuf sql = {};
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(db, err, query);
	int r;

	if (!stmt)
		return -1;
	strbuf_puts(&sql, "");
	while ((r = db_step(db, stmt, err)) > 0)
		strbuf_puts(&sql, (const char *)sqlite3_column_text(stmt, 0));
	return r < 0 ? -1 : db_exec(db, err, "%s", sql.data);
}

/*
 * Where a name is cut into system and event can't be told from the name, and need not be.
 * e.* is looked up when the view is used: columns may be added to the table.
 */
int db_event_views(struct db *db, struct error **err)
{
	return exec_each(db,
			 "SELECT printf('CREATE VIEW \"event_%w\" AS SELECT t.run_id, e.* "
			 "FROM main.event_type AS t CROSS JOIN main.\"rows_%w\" AS e "
			 "ON e.rowid BETWEEN t.first_row AND t.last_row "
			 "WHERE t.system || ''_'' || t.event = %Q;', name, name, name) "
			 "FROM (SELECT substr(name, 6) AS name FROM main.sqlite_schema "
			 "      WHERE type = 'table' AND name GLOB 'rows_*_*') "
			 "WHERE 'event_' || name NOT IN (SELECT name FROM main.sqlite_schema)",
			 err);
}

/*
 * Tables are copied, not altered: ALTER TABLE would change the views, also a user's own, that
 * read them by the name that is a view's from now on.
 */
int db_migrate_events(struct db *db, struct error **err)
{
	static const char copy[] =
		"SELECT printf('CREATE TABLE \"rows_%w\" (%s);"
		"INSERT INTO \"rows_%w\"(rowid, %s) SELECT rowid, %s FROM \"event_%w\";"
		"UPDATE event_type SET first_row = r.first, last_row = r.last FROM "
		"(SELECT run_id, min(rowid) AS first, max(rowid) AS last FROM \"event_%w\" GROUP BY 1) "
		"AS r WHERE event_type.run_id = r.run_id AND system || ''_'' || event = %Q;"
		"DROP TABLE \"event_%w\";', name, declared, name, columns, columns, name, name, name, "
		"name) FROM (SELECT substr(t.name, 7) AS name, "
		"	group_concat(printf('\"%w\" %s', c.name, c.type)) AS declared, "
		"	group_concat(printf('\"%w\"', c.name)) AS columns "
		"	FROM sqlite_schema AS t, pragma_table_info(t.name) AS c "
		"	WHERE t.type = 'table' AND t.name GLOB 'event_*_*' AND c.name <> 'run_id' "
		"	GROUP BY t.name)";

	if (db_exec(db, err,
		    "ALTER TABLE event_type ADD COLUMN first_row INTEGER;"
		    "ALTER TABLE event_type ADD COLUMN last_row INTEGER;") < 0 ||
	    exec_each(db, copy, err) < 0)
		return -1;
	return db_exec(db, err, "UPDATE harness_meta SET views = NULL");
}
