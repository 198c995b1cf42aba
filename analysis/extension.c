// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What makes build/libharness_sqlite.so an extension of SQLite:
 *
 *	sqlite3 -cmd '.load build/libharness_sqlite' results/harness.db
 *
 * The name of the entry point is what SQLite derives from that of the file:
 * "lib" and everything that isn't a letter are left out.
 */
#include <sqlite3.h>
#define SQLITE_CORE 1 /* the type of the table only, no macros that call through it */
#include <sqlite3ext.h>

#include "analysis/sql_stats.h"
#include "trace/vtab.h"

__attribute__((visibility("default"))) int sqlite3_harnesssqlite_init(
	sqlite3 *db, char **ret_msg, const sqlite3_api_routines *api);

/*
 * The same object files are linked into the program, so they call SQLite's
 * functions by name and not through the table that an extension is handed.
 * A host with an SQLite of its own inside would then meet a second one: refuse.
 */
static int is_our_sqlite(const sqlite3_api_routines *api)
{
	return api->create_function_v2 == sqlite3_create_function_v2;
}

static int register_trace(sqlite3 *db)
{
	struct trace_cache *cache = trace_cache_create();
	int rc = trace_vtab_register(db, cache);

	trace_cache_release(cache); /* the modules hold it now */
	return rc;
}

int sqlite3_harnesssqlite_init(sqlite3 *db, char **ret_msg, const sqlite3_api_routines *api)
{
	int rc;

	if (!is_our_sqlite(api)) {
		*ret_msg = api->mprintf("this program has SQLite %s built in; load the extension "
					"into one that uses the system's libsqlite3 (%s)",
					api->libversion(), sqlite3_libversion());
		return SQLITE_ERROR;
	}
	rc = stats_register(db);
	return rc == SQLITE_OK ? register_trace(db) : rc;
}
