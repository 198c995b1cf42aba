/* SPDX-License-Identifier: GPL-2.0 */
/* The policy's decisions, in the same trace as vmscan's. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM WT_TRACE_SYSTEM

#if !defined(WT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define WT_TRACE_H

#include <linux/jiffies.h>
#include <linux/mmzone.h>
#include <linux/tracepoint.h>
#include <linux/vmstat.h>

TRACE_DEFINE_ENUM(WT_SKIPPED_BUSY);
TRACE_DEFINE_ENUM(WT_SKIPPED_LOAD);
TRACE_DEFINE_ENUM(WT_SKIPPED_HOPELESS);
TRACE_DEFINE_ENUM(WT_SATISFIED);
TRACE_DEFINE_ENUM(WT_WOKE);

#define wt_show_result(result)				\
	__print_symbolic(result,			\
		{ WT_SKIPPED_BUSY, "skipped_busy" }, \
		{ WT_SKIPPED_LOAD, "skipped_load" }, \
		{ WT_SKIPPED_HOPELESS, "skipped_hopeless" }, \
		{ WT_SATISFIED, "satisfied" }, \
		{ WT_WOKE, "woke" })

/*
 * quiet_ms is how long kswapd has not worked, by the same clock as the timer's.
 * zid, free and lots are of the zone that was short, if one was looked for and
 * found.
 */
TRACE_EVENT(fired,
	TP_PROTO(struct pglist_data *pgdat, int result, unsigned long since_busy,
		 struct zone *zone, unsigned long lots),
	TP_ARGS(pgdat, result, since_busy, zone, lots),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(int, result)
		__field(unsigned int, quiet_ms)
		__field(int, zid)
		__field(unsigned long, free)
		__field(unsigned long, lots)
	),
	TP_fast_assign(
		__entry->nid = pgdat->node_id;
		__entry->result = result;
		__entry->quiet_ms = jiffies_to_msecs(since_busy);
		__entry->zid = zone ? zone_idx(zone) : -1;
		__entry->free = zone ? zone_page_state(zone, NR_FREE_PAGES) : 0;
		__entry->lots = lots;
	),
	TP_printk("nid=%d result=%s quiet_ms=%u zid=%d free=%lu lots=%lu",
		  __entry->nid, wt_show_result(__entry->result), __entry->quiet_ms,
		  __entry->zid, __entry->free, __entry->lots)
);

TRACE_EVENT(rearmed,
	TP_PROTO(struct pglist_data *pgdat, unsigned int expiry_ms),
	TP_ARGS(pgdat, expiry_ms),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(unsigned int, expiry_ms)
	),
	TP_fast_assign(
		__entry->nid = pgdat->node_id;
		__entry->expiry_ms = expiry_ms;
	),
	TP_printk("nid=%d expiry_ms=%u", __entry->nid, __entry->expiry_ms)
);

TRACE_EVENT(pass,
	TP_PROTO(struct pglist_data *pgdat, unsigned long nr_reclaimed, bool reached),
	TP_ARGS(pgdat, nr_reclaimed, reached),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(unsigned long, nr_reclaimed)
		__field(bool, reached)
	),
	TP_fast_assign(
		__entry->nid = pgdat->node_id;
		__entry->nr_reclaimed = nr_reclaimed;
		__entry->reached = reached;
	),
	TP_printk("nid=%d nr_reclaimed=%lu reached=%d",
		  __entry->nid, __entry->nr_reclaimed, __entry->reached)
);

#endif /* WT_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE wt_trace
#include <trace/define_trace.h>
