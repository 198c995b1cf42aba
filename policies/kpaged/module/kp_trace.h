/* SPDX-License-Identifier: GPL-2.0 */
/* The policy's decisions, in the same trace as vmscan's. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM policy_kpaged

#if !defined(KP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KP_TRACE_H

#include <linux/jiffies.h>
#include <linux/mm_types.h>
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

/* What came of kswapd's round. */
TRACE_EVENT(round,
	TP_PROTO(const struct kp_round *round, int way),
	TP_ARGS(round, way),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(int, way)
		__field(unsigned long, wanted)
		__field(unsigned long, nr_taken)
		__field(unsigned long, nr_reclaimed)
	),
	TP_fast_assign(
		__entry->nid = round->nid;
		__entry->way = way;
		__entry->wanted = round->wanted;
		__entry->nr_taken = round->nr_taken;
		__entry->nr_reclaimed = round->nr_reclaimed;
	),
	TP_printk("nid=%d way=%s wanted=%lu nr_taken=%lu nr_reclaimed=%lu",
		  __entry->nid, kp_show_way(__entry->way), __entry->wanted,
		  __entry->nr_taken, __entry->nr_reclaimed)
);

TRACE_DEFINE_ENUM(KP_WOKEN);
TRACE_DEFINE_ENUM(KP_ESCAPED_TIMEOUT);
TRACE_DEFINE_ENUM(KP_ESCAPED_NOFS);
TRACE_DEFINE_ENUM(KP_ESCAPED_SWAP_FULL);
TRACE_DEFINE_ENUM(KP_ESCAPED_KSWAPD);
TRACE_DEFINE_ENUM(KP_ESCAPED_DYING);

/* Of those that slept. */
#define kp_show_end(end)				\
	__print_symbolic(end,				\
		{ KP_WOKEN, "woken" },			\
		{ KP_ESCAPED_TIMEOUT, "timeout" },	\
		{ KP_ESCAPED_NOFS, "nofs" },		\
		{ KP_ESCAPED_SWAP_FULL, "swap_full" },	\
		{ KP_ESCAPED_KSWAPD, "kswapd" },	\
		{ KP_ESCAPED_DYING, "dying" })

/* An allocation has waited for so long. */
TRACE_EVENT(wait,
	TP_PROTO(int order, gfp_t gfp, unsigned long took, int end),
	TP_ARGS(order, gfp, took, end),
	TP_STRUCT__entry(
		__field(int, order)
		__field(unsigned long, gfp_flags)
		__field(unsigned int, ms)
		__field(int, end)
	),
	TP_fast_assign(
		__entry->order = order;
		__entry->gfp_flags = (__force unsigned long)gfp;
		__entry->ms = jiffies_to_msecs(took);
		__entry->end = end;
	),
	TP_printk("order=%d gfp_flags=%#lx ms=%u end=%s", __entry->order,
		  __entry->gfp_flags, __entry->ms, kp_show_end(__entry->end))
);

#endif /* KP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE kp_trace
#include <trace/define_trace.h>
