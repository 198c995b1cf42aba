/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traces of others in, and ours out. */
#ifndef HARNESS_EXCHANGE_H
#define HARNESS_EXCHANGE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "db/db.h"
#include "trace/cache.h"

/*
 * Makes a run directory of a trace.dat: results/runs/ID-1, ID being the hash of the file, so
 * that the same file is imported once; *ret_present says that it was there already.
 * `traces`, which may be NULL, gets the new run's trace, to be read next: its pages come from
 * `path`, which is in memory, and not from the copy, which isn't.
 */
int import_dat(const char *results, const char *path, struct trace_cache *traces, char **ret_run_id,
	       bool *ret_present, struct error **err);

/* Writes guest/trace of the run directory `dir` as a trace.dat, version 6. */
int export_dat(const char *dir, const char *to, struct error **err);

/*
 * Writes it in the Chrome trace event format, which ui.perfetto.dev and
 * chrome://tracing open: a track a task and a track a CPU.
 */
int export_timeline(const char *dir, FILE *out, struct error **err);

/*
 * Writes a campaign (its whole id) as a KCIDB report; `origin` is the name of the CI
 * system, of a-z, 0-9 and "_".
 */
int export_kcidb(struct db *db, const char *campaign, const char *origin, FILE *out,
		 struct error **err);

#endif
