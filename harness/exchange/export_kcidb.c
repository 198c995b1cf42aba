// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A campaign as a KCIDB report, version 5 (github.com/kernelci/kcidb-io): each
 * kernel is a checkout and its build, each run a test, each metric of its
 * workload a test below that with a number, and what a console told of a kernel's
 * end is an issue and its incident.
 */
#include "base/str.h"
#include "db/sql.h"
#include "exchange/exchange.h"

int export_kcidb(struct db *db, const char *campaign, const char *origin, FILE *out,
		 struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(db, err, sql_kcidb);
	int r;

	if (!stmt)
		return -1;
	sqlite3_bind_text(stmt, sqlite3_bind_parameter_index(stmt, ":campaign"), campaign, -1,
			  SQLITE_STATIC);
	sqlite3_bind_text(stmt, sqlite3_bind_parameter_index(stmt, ":origin"), origin, -1,
			  SQLITE_STATIC);
	r = db_step(db, stmt, err);
	if (r > 0)
		fprintf(out, "%s\n", (const char *)sqlite3_column_text(stmt, 0));
	return r < 0 ? -1 : 0;
}
