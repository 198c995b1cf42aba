/* SPDX-License-Identifier: GPL-2.0 */
/* The policy's decisions, in the same trace as vmscan's. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM policy_pps

#if !defined(PPS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define PPS_TRACE_H

#include <linux/tracepoint.h>

/* A series has moved on: `done` of its `length` pages have. */
TRACE_EVENT(series,
	TP_PROTO(unsigned long start, int stage, unsigned int length, unsigned int done),
	TP_ARGS(start, stage, length, done),
	TP_STRUCT__entry(
		__field(unsigned long, start)
		__field(int, stage)
		__field(unsigned int, length)
		__field(unsigned int, done)
	),
	TP_fast_assign(
		__entry->start = start;
		__entry->stage = stage;
		__entry->length = length;
		__entry->done = done;
	),
	TP_printk("start=%#lx stage=%d length=%u done=%u",
		  __entry->start, __entry->stage, __entry->length, __entry->done)
);

/* A round of kppsd; pte, unmapped and swapped are what it has found, in pages. */
TRACE_EVENT(round,
	TP_PROTO(bool woken, bool full, u64 pte, u64 unmapped, u64 swapped, u64 us),
	TP_ARGS(woken, full, pte, unmapped, swapped, us),
	TP_STRUCT__entry(
		__field(bool, woken)
		__field(bool, full)
		__field(u64, pte)
		__field(u64, unmapped)
		__field(u64, swapped)
		__field(u64, us)
	),
	TP_fast_assign(
		__entry->woken = woken;
		__entry->full = full;
		__entry->pte = pte;
		__entry->unmapped = unmapped;
		__entry->swapped = swapped;
		__entry->us = us;
	),
	TP_printk("woken=%d full=%d pte=%llu unmapped=%llu swapped=%llu us=%llu",
		  __entry->woken, __entry->full, __entry->pte, __entry->unmapped,
		  __entry->swapped, __entry->us)
);

#endif /* PPS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE pps_trace
#include <trace/define_trace.h>
