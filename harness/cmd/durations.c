// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/durations.h"

#include "base/file.h"
#include "db/db.h"

struct durations {
	struct db *db;
	sqlite3_stmt *stmt;
	size_t known;
};

/* Policies aren't asked for: their effect on the duration is small, and a new one has none yet. */
static const char sql[] =
	"SELECT avg(duration_s) FROM run WHERE outcome = 'ok'"
	" AND kernel = ? AND workload = ? AND mode = ? AND cpus = ? AND mem_bytes = ?";

static double mean_duration(const struct cell *cell, void *arg)
{
	struct durations *h = arg;
	double mean = -1;

	db_bind(h->stmt, "sssii", cell->kernel->name, cell->workload->name, mode_name(cell->mode),
		(int64_t)cell->machine->cpus, (int64_t)cell->machine->mem_bytes);
	if (db_step(h->db, h->stmt, NULL) == 1 && sqlite3_column_type(h->stmt, 0) != SQLITE_NULL) {
		mean = sqlite3_column_double(h->stmt, 0);
		h->known++;
	}
	sqlite3_reset(h->stmt);
	return mean;
}

void durations_estimate(struct plan *p, const char *db, size_t *ret_known)
{
	_cleanup_db_ struct db *opened = path_exists(db) ? db_open_readonly(db, NULL) : NULL;
	_cleanup_stmt_ sqlite3_stmt *stmt = opened ? db_prepare(opened, NULL, sql) : NULL;
	struct durations h = { .db = opened, .stmt = stmt };

	if (stmt)
		plan_estimate(p, mean_duration, &h);
	*ret_known = h.known;
}
