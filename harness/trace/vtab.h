/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raw traces in SQL.
 *
 *	SELECT system, event, count(*) FROM trace('results/runs/X-1') GROUP BY 1, 2;
 *
 * trace(DIR) is a table-valued function over all events of a run directory (or
 * of its trace folder): ts_ns, cpu, pid, system, event, fields (JSON).
 *
 *	CREATE VIRTUAL TABLE temp.w USING trace_event('DIR', 'vmscan', 'mm_vmscan_write_folio');
 *
 * trace_event gives one event type: ts_ns, cpu, pid, then the columns that the
 * format recorded with the trace says.
 *
 * DIR is a run directory, its trace folder, or a trace.dat of trace-cmd.  Rows come in the
 * order of time.  Constraints on ts_ns, cpu, system and event skip: by the pages' time stamps,
 * and pages of which an earlier reading knows that the event type isn't in them.
 */
#ifndef HARNESS_VTAB_H
#define HARNESS_VTAB_H

#include <sqlite3.h>

#include "trace/cache.h"

/*
 * SQLITE_OK or an error code.  The modules hold `cache`, which others may use
 * too, until the connection is closed.
 */
int trace_vtab_register(sqlite3 *db, struct trace_cache *cache);

/* What to open for DIR: the trace folder of a run directory, else DIR itself.  Caller frees. */
char *trace_dir_of(const char *dir);

#endif
