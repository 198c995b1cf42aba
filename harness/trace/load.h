/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that open a trace; others include trace/trace.h. */
#ifndef HARNESS_TRACE_LOAD_H
#define HARNESS_TRACE_LOAD_H

#include "trace/trace.h"

/* Walks all pages of a CPU: fills entries, bytes, page_types, damage, and adds to t->counts. */
int trace_index_cpu(struct trace *t, struct trace_cpu *c, struct error **err);

/* Index of a record's event type, or -1 if its format is unknown or it is too short for one. */
static inline int trace_record_type(const struct trace *t, const struct ring_event *ev)
{
	if (ev->len < 2)
		return -1;
	return t->by_id[ev->data[0] | ev->data[1] << 8];
}

#endif
