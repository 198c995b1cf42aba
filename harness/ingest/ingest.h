/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run directories → rows.  The same directory always gives the same rows, so
 * the database can be deleted and made again.  A run goes in within one
 * transaction: it is there with all its rows or not at all.
 *
 * Rows of a run whose directory was removed stay: the database may outlive the
 * raw data.  Delete a run's rows with `DELETE FROM run WHERE run_id = …` (its
 * event rows are in the event_* tables of the same run_id).
 */
#ifndef HARNESS_INGEST_H
#define HARNESS_INGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "db/db.h"

/*
 * Reads results/runs/RUN_ID, unless the run has its rows already: directories
 * never change once they are there.  A damaged one is an EXIT_FAULT error that
 * names the file, and changes nothing.
 */
int ingest_run(struct db *db, const char *results, const char *run_id, struct error **err);

struct ingest_summary {
	size_t ingested, present, damaged;
};

/*
 * Every run directory that has no rows yet (or each one with `again`), in the
 * order of their names.  Damaged ones are reported as warnings, skipped and
 * counted; the return value is 0 then too.  -1 only when nothing can go on (a
 * full disk, Ctrl-C); what was ingested so far is kept.
 */
int ingest_all(struct db *db, const char *results, bool again, struct ingest_summary *ret,
	       struct error **err);

#endif
