/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The results database.  One process writes (ingest), any number read.
 *
 * It uses SQLite's rollback journal: a SIGKILL at any moment leaves the last
 * committed run, one file can be copied and opened by any sqlite3, also from
 * a read-only place, and bulk appends are not written twice as in WAL mode.
 */
#ifndef HARNESS_DB_H
#define HARNESS_DB_H

#include <sqlite3.h>

#include "base/error.h"

#define DB_VERSION 6                 /* PRAGMA user_version */
#define DB_APPLICATION_ID 0x4d4d4831 /* "MMH1", PRAGMA application_id */

struct db;
struct trace_cache;

/*
 * Made or migrated as needed, its views brought up to date.  EXIT_INPUT when
 * the file isn't ours or was made by a newer version.  The trace modules
 * (trace/vtab.h) are registered.
 */
struct db *db_open(const char *path, struct error **err);
/* It must exist (EXIT_INPUT), and nothing can be changed, whatever a statement says. */
struct db *db_open_readonly(const char *path, struct error **err);
void db_close(struct db *db);
DEFINE_GUARD(db, struct db *, db_close)
#define _cleanup_db_ cleanup(db_guard)

sqlite3 *db_handle(struct db *db);
/* The traces that the connection's trace modules have open. */
struct trace_cache *db_traces(struct db *db);

/* Runs statements that give no rows; the text is a printf format with SQLite's %q, %Q, %w. */
int db_exec(struct db *db, struct error **err, const char *fmt, ...);
/* Makes *err from the connection's last error.  Returns -1. */
int db_error(struct db *db, struct error **err, const char *what);

/*
 * One prepared statement; `types` says how the values after it are bound:
 * 's' const char * (NULL is NULL), 'i' int64_t, 'd' double.  NULL on error.
 */
sqlite3_stmt *db_prepare(struct db *db, struct error **err, const char *sql);
void db_bind(sqlite3_stmt *stmt, const char *types, ...);
/* Steps once: 1 a row, 0 done (and reset), -1 error (and reset). */
int db_step(struct db *db, sqlite3_stmt *stmt, struct error **err);
/* Steps a statement that gives no rows to its end and resets it. */
int db_run(struct db *db, sqlite3_stmt *stmt, struct error **err);

static inline void db_stmt_guard(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
}
#define _cleanup_stmt_ cleanup(db_stmt_guard)

/* The one integer that a query gives; `fallback` when it gives no row or NULL. */
int db_int(struct db *db, int64_t *ret, int64_t fallback, struct error **err, const char *sql);

/* The views, made as temporary ones that see tables of the temporary schema first (ingest). */
int db_temp_views(struct db *db, struct error **err);

#endif
