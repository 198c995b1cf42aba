/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of all event types in one reading of a trace.  The next tens of
 * thousands of events are sorted by type into memory; then each type that has
 * any is inserted by a statement over the virtual table
 *
 *	CREATE VIRTUAL TABLE temp.x USING trace_batch(INDEX OF THE EVENT TYPE)
 *
 * whose rows (ts_ns, cpu, pid, fields) are those of the batch at hand.  One
 * INSERT … SELECT a type over the whole trace would walk all events as many
 * times as there are types.
 */
#ifndef HARNESS_TRACE_BATCH_H
#define HARNESS_TRACE_BATCH_H

#include <sqlite3.h>

#include "trace/distinct.h"
#include "trace/trace.h"

struct trace_batch;

/*
 * Registers the module trace_batch; one batch a connection, and its tables are gone before it.
 * Reading it to the end is the trace's survey.  Types of which wanted[i] is false are counted
 * only.
 */
struct trace_batch *trace_batch_open(sqlite3 *db, struct trace *t, const bool *wanted,
				     struct error **err);
void trace_batch_close(struct trace_batch *b);
DEFINE_GUARD(trace_batch, struct trace_batch *, trace_batch_close)
#define _cleanup_trace_batch_ cleanup(trace_batch_guard)

/* 1: there are rows; 0: the trace has ended; -1: error. */
int trace_batch_next(struct trace_batch *b, struct error **err);
/* How many rows of a type the batch at hand has. */
size_t trace_batch_count(const struct trace_batch *b, size_t event);
/* What a field of flags had in the rows that were read so far; NULL for other fields. */
const struct distinct *trace_batch_flags(const struct trace_batch *b, size_t event, size_t field);

#endif
