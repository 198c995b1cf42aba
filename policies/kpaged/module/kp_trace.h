/* SPDX-License-Identifier: GPL-2.0 */
/* The policy's decisions, in the same trace as vmscan's. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM policy_kpaged

#if !defined(KP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KP_TRACE_H

#include <linux/jiffies.h>
#include <linux/mm_types.h>
#include <linux/policy_kpaged.h>
#include <linux/tracepoint.h>

#include "kpaged.h"

TRACE_DEFINE_ENUM(KP_EASY);
TRACE_DEFINE_ENUM(KP_CANDIDATES_USED);
TRACE_DEFINE_ENUM(KP_OVERLOAD);
TRACE_DEFINE_ENUM(KP_ORDINARY);

#define kp_show_way(way)				\
	__print_symbolic(way,				\
		{ KP_EASY, "easy" },			\
		{ KP_CANDIDATES_USED, "candidates" },	\
		{ KP_OVERLOAD, "overload" },		\
		{ KP_ORDINARY, "ordinary" })

/* A pass over a mapping is over, which took so long. */
TRACE_EVENT(pass,
	TP_PROTO(struct mm_struct *mm, unsigned int candidates, unsigned long took),
	TP_ARGS(mm, candidates, took),
	TP_STRUCT__entry(
		__field(unsigned long, mm)
		__field(unsigned int, candidates)
		__field(unsigned int, ms)
	),
	TP_fast_assign(
		__entry->mm = (unsigned long)mm;
		__entry->candidates = candidates;
		__entry->ms = jiffies_to_msecs(took);
	),
	TP_printk("mm=%lx candidates=%u ms=%u", __entry->mm, __entry->candidates, __entry->ms)
);

/* What came of kswapd's round. nr_reclaimed is what was free at once. */
TRACE_EVENT(round,
	TP_PROTO(const struct policy_kpaged_round *round, int way),
	TP_ARGS(round, way),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(int, way)
		__field(int, priority)
		__field(unsigned long, nr_to_reclaim)
		__field(unsigned long, nr_scanned)
		__field(unsigned long, nr_reclaimed)
	),
	TP_fast_assign(
		__entry->nid = round->pgdat->node_id;
		__entry->way = way;
		__entry->priority = round->priority;
		__entry->nr_to_reclaim = round->nr_to_reclaim;
		__entry->nr_scanned = round->nr_scanned;
		__entry->nr_reclaimed = round->nr_reclaimed;
	),
	TP_printk("nid=%d way=%s priority=%d nr_to_reclaim=%lu nr_scanned=%lu nr_reclaimed=%lu",
		  __entry->nid, kp_show_way(__entry->way), __entry->priority,
		  __entry->nr_to_reclaim, __entry->nr_scanned, __entry->nr_reclaimed)
);

#endif /* KP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE kp_trace
#include <trace/define_trace.h>
