// SPDX-License-Identifier: GPL-2.0-or-later
#include "ingest/ingest.h"

#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "ingest/internal.h"

static void ingest_deinit(struct ingest *in)
{
	json_decref(in->run);
	free(in->dir);
}

/*
 * What a guest that went down had half written is to be expected, and is an
 * incident; in a run that claims to be whole it is an error.
 */
static int station(struct ingest *in, int (*fill)(struct ingest *in, struct error **err),
		   struct error **err)
{
	_cleanup_error_ struct error *why = NULL;

	if (fill(in, &why) == 0)
		return 0;
	if (in->ok || why->code != EXIT_FAULT)
		return error_propagate(err, steal_ptr(&why));
	return incident_add(in, "damaged-file", why->msg, NULL, err);
}

/* The stations of a run on its way into the database, in order: later ones need earlier rows. */
static int all_tables(struct ingest *in, struct error **err)
{
	static int (*const guest_files[])(struct ingest * in, struct error * *err) = {
		ingest_knobs, ingest_counters, ingest_samples, ingest_output, ingest_events,
	};

	if (ingest_manifest(in, err) < 0 || ingest_incidents(in, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(guest_files); i++) {
		if (station(in, guest_files[i], err) < 0)
			return -1;
	}
	return ingest_derived(in, err);
}

/* Rows of event tables don't refer to `run` (that would cost a lookup an event). */
static int delete_run(struct db *db, const char *run_id, struct error **err)
{
	_cleanup_strbuf_ struct strbuf sql = {};
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(
		db, err,
		"SELECT printf('DELETE FROM \"rows_%w_%w\" WHERE rowid BETWEEN %d AND %d;', "
		"system, event, first_row, last_row) "
		"FROM event_type WHERE run_id = ? AND first_row IS NOT NULL");
	int r;

	if (!stmt)
		return -1;
	db_bind(stmt, "s", run_id);
	strbuf_puts(&sql, "");
	while ((r = db_step(db, stmt, err)) > 0)
		strbuf_puts(&sql, (const char *)sqlite3_column_text(stmt, 0));
	if (r < 0 || db_exec(db, err, "%s", sql.data) < 0)
		return -1;
	return db_exec(db, err, "DELETE FROM run WHERE run_id = %Q", run_id);
}

static int commit(struct db *db, const char *run_id, struct error **err)
{
	double start = now_s();

	if (db_exec(db, err, "COMMIT") < 0)
		return -1;
	progress_detail("run %s: on the disk after another %.3f s", run_id, now_s() - start);
	return 0;
}

static int ingest_one(struct db *db, const char *results, const char *run_id, struct error **err)
{
	cleanup(ingest_deinit) struct ingest in = {
		.db = db,
		.run_id = run_id,
		.dir = xasprintf("%s/runs/%s", results, run_id),
	};

	if (db_exec(db, err, "BEGIN IMMEDIATE") < 0)
		return -1;
	if (delete_run(db, run_id, err) < 0 || all_tables(&in, err) < 0 ||
	    commit(db, run_id, err) < 0) {
		db_exec(db, NULL, "ROLLBACK");
		return error_wrap(err, "run %s", run_id);
	}
	return 0;
}

static int is_present(struct db *db, const char *run_id, bool *ret, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(db, err, "SELECT 1 FROM run WHERE run_id = ?");
	int r;

	if (!stmt)
		return -1;
	db_bind(stmt, "s", run_id);
	r = db_step(db, stmt, err);
	*ret = r > 0;
	return r < 0 ? -1 : 0;
}

int ingest_run(struct db *db, const char *results, const char *run_id, struct error **err)
{
	bool present;

	if (is_present(db, run_id, &present, err) < 0)
		return -1;
	return present ? 0 : ingest_one(db, results, run_id, err);
}

/* A disk that is full or Ctrl-C stops everything; a damaged run only itself. */
static bool can_go_on(const struct error *err)
{
	return err->code != EXIT_HOST && err->code != EXIT_INTERRUPTED;
}

static int next_run(struct db *db, const char *results, const char *run_id, bool again,
		    struct ingest_summary *sum, struct error **err)
{
	_cleanup_error_ struct error *why = NULL;
	bool present;

	if (is_present(db, run_id, &present, err) < 0)
		return -1;
	if (present && !again) {
		sum->present++;
		return 0;
	}
	if (ingest_one(db, results, run_id, &why) == 0) {
		sum->ingested++;
		return 0;
	}
	if (!can_go_on(why))
		return error_propagate(err, steal_ptr(&why));
	progress_warn("%s", why->msg);
	sum->damaged++;
	return 0;
}

int ingest_all(struct db *db, const char *results, bool again, struct ingest_summary *ret,
	       struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/runs", results);
	_cleanup_strv_ char **runs = NULL;
	size_t n;

	*ret = (struct ingest_summary){};
	if (!path_is_dir(dir))
		return 0;
	if (dir_list(dir, &runs, err) < 0)
		return -1;
	n = strv_len(runs);
	for (size_t i = 0; i < n; i++) {
		if (proc_interrupted())
			return error_set(err, EXIT_INTERRUPTED,
					 "interrupted; %zu runs are in the database",
					 ret->ingested + ret->present);
		progress("ingest: run %zu of %zu: %s", i + 1, n, runs[i]);
		if (next_run(db, results, runs[i], again, ret, err) < 0)
			return -1;
	}
	return 0;
}
