/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open traces, shared by the tables and cursors that read them, so that a
 * dozen statements about one run parse and index it once.  The trace used last
 * stays open when nobody uses it any more.
 */
#ifndef HARNESS_TRACE_CACHE_H
#define HARNESS_TRACE_CACHE_H

#include "trace/trace.h"

struct trace_cache;

/* It goes away with the last of its holders. */
struct trace_cache *trace_cache_create(void);
struct trace_cache *trace_cache_hold(struct trace_cache *c);
void trace_cache_release(void *cache); /* void: SQLite's destructor type */

struct trace *trace_cache_get(struct trace_cache *c, const char *dir, struct error **err);
/* Takes the trace over, for those who get() it next by its path, which isn't in the cache yet. */
void trace_cache_add(struct trace_cache *c, struct trace *t);
/* Takes what get() gave, or NULL. */
void trace_cache_put(struct trace_cache *c, struct trace *t);

#endif
