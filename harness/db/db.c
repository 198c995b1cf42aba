// SPDX-License-Identifier: GPL-2.0-or-later
#include "db/db.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "db/event_tables.h"
#include "db/sql.h"
#include "trace/vtab.h"

/* A report or a query may be reading just now; nobody reads for longer than that. */
#define BUSY_TIMEOUT_MS 30000

struct db {
	sqlite3 *h;
	char *path;
	struct trace_cache *traces;
};

sqlite3 *db_handle(struct db *db)
{
	return db->h;
}

struct trace_cache *db_traces(struct db *db)
{
	return db->traces;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	sqlite3_close(db->h);
	if (db->traces)
		trace_cache_release(db->traces);
	free(db->path);
	free(db);
}

int db_error(struct db *db, struct error **err, const char *what)
{
	int rc = sqlite3_errcode(db->h) & 0xff;
	enum exit_code code = EXIT_FAULT;

	if (rc == SQLITE_FULL || rc == SQLITE_READONLY || rc == SQLITE_CANTOPEN ||
	    rc == SQLITE_PERM || rc == SQLITE_IOERR)
		code = EXIT_HOST;
	if (rc == SQLITE_NOTADB)
		code = EXIT_INPUT;
	return error_set(err, code, "%s: %s%s%s", db->path, what, *what ? ": " : "",
			 sqlite3_errmsg(db->h));
}

int db_exec(struct db *db, struct error **err, const char *fmt, ...)
{
	char *sql;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	sql = sqlite3_vmprintf(fmt, ap);
	va_end(ap);
	if (!sql)
		abort();
	rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
	return rc == SQLITE_OK ? 0 : db_error(db, err, "");
}

sqlite3_stmt *db_prepare(struct db *db, struct error **err, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db->h, sql, -1, &stmt, NULL) != SQLITE_OK)
		db_error(db, err, "");
	return stmt;
}

void db_bind(sqlite3_stmt *stmt, const char *types, ...)
{
	va_list ap;

	va_start(ap, types);
	for (int i = 0; types[i]; i++) {
		switch (types[i]) {
		case 's':
			sqlite3_bind_text(stmt, i + 1, va_arg(ap, const char *), -1,
					  SQLITE_TRANSIENT);
			break;
		case 'i':
			sqlite3_bind_int64(stmt, i + 1, va_arg(ap, int64_t));
			break;
		case 'd':
			sqlite3_bind_double(stmt, i + 1, va_arg(ap, double));
			break;
		default:
			abort();
		}
	}
	va_end(ap);
}

int db_step(struct db *db, sqlite3_stmt *stmt, struct error **err)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		db_error(db, err, "");
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

int db_run(struct db *db, sqlite3_stmt *stmt, struct error **err)
{
	int r;

	do {
		r = db_step(db, stmt, err);
	} while (r > 0);
	return r;
}

int db_int(struct db *db, int64_t *ret, int64_t fallback, struct error **err, const char *sql)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(db, err, sql);
	int r;

	if (!stmt)
		return -1;
	r = db_step(db, stmt, err);
	if (r < 0)
		return -1;
	*ret = r > 0 && sqlite3_column_type(stmt, 0) != SQLITE_NULL ? sqlite3_column_int64(stmt, 0)
								    : fallback;
	return 0;
}

/* --- schema ------------------------------------------------------------------ */

static int drop_views(struct db *db, struct error **err)
{
	_cleanup_strbuf_ struct strbuf sql = {};
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(
		db, err, "SELECT name FROM sqlite_schema WHERE type = 'view' AND name GLOB 'v_*'");
	int r;

	if (!stmt)
		return -1;
	strbuf_puts(&sql, "");
	while ((r = db_step(db, stmt, err)) > 0)
		strbuf_printf(&sql, "DROP VIEW \"%s\";",
			      (const char *)sqlite3_column_text(stmt, 0));
	return r < 0 ? -1 : db_exec(db, err, "%s", sql.data);
}

/*
 * Views are made anew when this program's differ from those in the file: its
 * text is remembered by a hash, so that opening changes nothing otherwise.
 */
static int update_views(struct db *db, struct error **err)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	int64_t have;

	for (const char *p = sql_views; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	if (db_int(db, &have, -1, err, "SELECT views FROM harness_meta") < 0)
		return -1;
	if (have == hash)
		return 0;
	if (drop_views(db, err) < 0 || db_exec(db, err, "%s", sql_events) < 0 ||
	    db_event_views(db, err) < 0 || db_exec(db, err, "%s", sql_views) < 0)
		return -1;
	return db_exec(db, err, "UPDATE harness_meta SET views = %u", hash);
}

static int create(struct db *db, struct error **err)
{
	int64_t tables;

	if (db_int(db, &tables, 0, err, "SELECT count(*) FROM sqlite_schema") < 0)
		return -1;
	if (tables)
		return error_set(err, EXIT_INPUT, "%s: an SQLite file, but not one of harness",
				 db->path);
	return db_exec(db, err, "%s PRAGMA application_id = %d; PRAGMA user_version = %d;",
		       sql_schema, DB_APPLICATION_ID, DB_VERSION);
}

/* To version i + 2.  A change of schema.sql adds a row here that does the same to old files. */
static const struct {
	const char *sql;
	int (*run)(struct db *db, struct error **err); /* where SQL alone can't say it */
} migrations[DB_VERSION - 1] = {
	{ "ALTER TABLE run ADD COLUMN fingerprint TEXT; ALTER TABLE run ADD COLUMN inputs_hash TEXT;" },
	{ "ALTER TABLE run ADD COLUMN kernel_baseline TEXT;" },
	{ .run = db_migrate_events },
	{ "ALTER TABLE run ADD COLUMN twin INTEGER NOT NULL DEFAULT 0;" },
	{ "CREATE TABLE region (run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE, source "
	  "TEXT NOT NULL, ns INTEGER NOT NULL, start_pfn INTEGER NOT NULL, pages INTEGER, "
	  "present INTEGER NOT NULL, free INTEGER NOT NULL, held INTEGER, movable INTEGER, node "
	  "INTEGER, zone TEXT, state TEXT, PRIMARY KEY (run_id, source, ns, start_pfn)) STRICT, "
	  "WITHOUT ROWID;"
	  "CREATE TABLE span (run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE, name TEXT "
	  "NOT NULL, n INTEGER NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, "
	  "PRIMARY KEY (run_id, name)) STRICT, WITHOUT ROWID;" },
};

static int migrate(struct db *db, int64_t version, struct error **err)
{
	for (; version < DB_VERSION; version++) {
		const char *sql = migrations[version - 1].sql;

		if ((sql ? db_exec(db, err, "%s", sql) : migrations[version - 1].run(db, err)) <
			    0 ||
		    db_exec(db, err, "PRAGMA user_version = %d", (int)version + 1) < 0)
			return -1;
	}
	return 0;
}

static int check_version(struct db *db, int64_t *ret, struct error **err)
{
	int64_t id;

	if (db_int(db, ret, 0, err, "PRAGMA user_version") < 0 ||
	    db_int(db, &id, 0, err, "PRAGMA application_id") < 0)
		return -1;
	if (*ret && id != DB_APPLICATION_ID)
		return error_set(err, EXIT_INPUT, "%s: an SQLite file, but not one of harness",
				 db->path);
	if (*ret > DB_VERSION)
		return error_set(err, EXIT_INPUT,
				 "%s: version %" PRId64 " was made by a newer "
				 "harness; this one knows %d",
				 db->path, *ret, DB_VERSION);
	return 0;
}

static int bring_up(struct db *db, struct error **err)
{
	int64_t version;

	if (check_version(db, &version, err) < 0)
		return -1;
	if ((version ? migrate(db, version, err) : create(db, err)) < 0)
		return -1;
	return update_views(db, err);
}

/* --- opening ------------------------------------------------------------------ */

static struct db *open_file(const char *path, int flags, struct error **err)
{
	_cleanup_db_ struct db *db = xcalloc(1, sizeof(*db));

	db->path = xstrdup(path);
	if (sqlite3_open_v2(path, &db->h, flags, NULL) != SQLITE_OK) {
		db_error(db, err, "");
		return NULL;
	}
	sqlite3_busy_timeout(db->h, BUSY_TIMEOUT_MS);
	sqlite3_extended_result_codes(db->h, 1);
	db->traces = trace_cache_create();
	if (trace_vtab_register(db->h, db->traces) != SQLITE_OK) {
		db_error(db, err, "trace modules");
		return NULL;
	}
	return steal_ptr(&db);
}

/*
 * 8 MiB of page cache and sorts in files keep memory small whatever a trace's
 * size.  Pages of 16 KiB, in a database that is new, are a quarter of the writes
 * of SQLite's own choice.  Foreign keys make `DELETE FROM run` take a run's rows along.
 */
static const char pragmas[] =
	"PRAGMA page_size = 16384; PRAGMA cache_size = -8192; PRAGMA temp_store = FILE;"
	"PRAGMA foreign_keys = ON; PRAGMA journal_mode = DELETE;";

struct db *db_open(const char *path, struct error **err)
{
	_cleanup_db_ struct db *db =
		open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);

	if (!db || db_exec(db, err, pragmas) < 0 || db_exec(db, err, "BEGIN IMMEDIATE") < 0)
		return NULL;
	if (bring_up(db, err) < 0 || db_exec(db, err, "COMMIT") < 0)
		return NULL;
	return steal_ptr(&db);
}

/*
 * A writer that was killed leaves a journal that the next one rolls back; a
 * reader may not.  Opening the file once for writing does it.
 */
static struct db *open_recovered(const char *path, int64_t *ret_version, struct error **err)
{
	_cleanup_db_ struct db *db = open_file(path, SQLITE_OPEN_READONLY, err), *writer = NULL;
	int64_t ignored;

	if (!db)
		return NULL;
	if (check_version(db, ret_version, err) == 0)
		return steal_ptr(&db);
	if (sqlite3_extended_errcode(db->h) != SQLITE_READONLY_ROLLBACK)
		return NULL;
	writer = open_file(path, SQLITE_OPEN_READWRITE, err);
	if (!writer || db_int(writer, &ignored, 0, err, "SELECT count(*) FROM sqlite_schema") < 0 ||
	    check_version(db, ret_version, err) < 0)
		return NULL;
	return steal_ptr(&db);
}

struct db *db_open_readonly(const char *path, struct error **err)
{
	_cleanup_db_ struct db *db = NULL;
	int64_t version;

	if (!path_exists(path)) {
		error_set(err, EXIT_INPUT,
			  "%s: there is no database yet; `harness ingest` makes it "
			  "from run directories",
			  path);
		return NULL;
	}
	db = open_recovered(path, &version, err);
	if (!db)
		return NULL;
	if (!version) {
		error_set(err, EXIT_INPUT, "%s: not a database of harness", path);
		return NULL;
	}
	/* ATTACH could write elsewhere. */
	sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 0);
	return steal_ptr(&db);
}

int db_temp_views(struct db *db, struct error **err)
{
	static const char create_view[] = "\nCREATE VIEW ";
	_cleanup_strbuf_ struct strbuf sql = {};
	const char *from = sql_views, *at;

	while ((at = strstr(from, create_view))) {
		strbuf_add(&sql, from, at - from);
		strbuf_puts(&sql, "\nCREATE TEMP VIEW ");
		from = at + strlen(create_view);
	}
	strbuf_puts(&sql, from);
	return db_exec(db, err, "%s", sql.data);
}
