/* SPDX-License-Identifier: GPL-2.0 */
/* The policy's decisions, in the same trace as vmscan's, compaction's and migration's. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM KM_TRACE_SYSTEM

#if !defined(KM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KM_TRACE_H

#include <linux/tracepoint.h>

#include "kmempowerd.h"

TRACE_DEFINE_ENUM(KM_DONE);
TRACE_DEFINE_ENUM(KM_FAILED_UNMOVABLE);
TRACE_DEFINE_ENUM(KM_FAILED_PINNED);
TRACE_DEFINE_ENUM(KM_FAILED_BUSY);
TRACE_DEFINE_ENUM(KM_FAILED_TARGET);
TRACE_DEFINE_ENUM(KM_FAILED_OFFLINE);
TRACE_DEFINE_ENUM(KM_FAILED_HOLE);
TRACE_DEFINE_ENUM(KM_CANCELLED);
TRACE_DEFINE_ENUM(KM_RELEASED_SHRINKER);
TRACE_DEFINE_ENUM(KM_RELEASED_OOM);
TRACE_DEFINE_ENUM(KM_RELEASED_OFFLINE);
TRACE_DEFINE_ENUM(KM_RELEASED_OFF);

#define km_show_result(result)				\
	__print_symbolic(result,			\
		{ KM_DONE, "done" },			\
		{ KM_FAILED_UNMOVABLE, "failed_unmovable" }, \
		{ KM_FAILED_PINNED, "failed_pinned" },	\
		{ KM_FAILED_BUSY, "failed_busy" },	\
		{ KM_FAILED_TARGET, "failed_target" },	\
		{ KM_FAILED_OFFLINE, "failed_offline" }, \
		{ KM_FAILED_HOLE, "failed_hole" },	\
		{ KM_CANCELLED, "cancelled" })

#define km_show_release(why)				\
	__print_symbolic(why,				\
		{ KM_RELEASED_SHRINKER, "shrinker" },	\
		{ KM_RELEASED_OOM, "oom" },		\
		{ KM_RELEASED_OFFLINE, "offline" },	\
		{ KM_RELEASED_OFF, "off" })

/* A pass over a node's regions is over. */
TRACE_EVENT(scan,
	TP_PROTO(int nid, unsigned int seen, unsigned int light, unsigned int requested),
	TP_ARGS(nid, seen, light, requested),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(unsigned int, seen)
		__field(unsigned int, light)
		__field(unsigned int, requested)
	),
	TP_fast_assign(
		__entry->nid = nid;
		__entry->seen = seen;
		__entry->light = light;
		__entry->requested = requested;
	),
	TP_printk("nid=%d seen=%u light=%u requested=%u", __entry->nid, __entry->seen,
		  __entry->light, __entry->requested)
);

TRACE_EVENT(request,
	TP_PROTO(const struct km_zone *kz, unsigned int region, bool by_hand),
	TP_ARGS(kz, region, by_hand),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(int, zid)
		__field(unsigned int, region)
		__field(bool, by_hand)
	),
	TP_fast_assign(
		__entry->nid = kz->node->nid;
		__entry->zid = zone_idx(kz->zone);
		__entry->region = region;
		__entry->by_hand = by_hand;
	),
	TP_printk("nid=%d zid=%d region=%u by_hand=%d", __entry->nid, __entry->zid,
		  __entry->region, __entry->by_hand)
);

/* moved and dropped are pages; us is how long it took, without waiting for its turn. */
TRACE_EVENT(evacuate,
	TP_PROTO(const struct km_zone *kz, unsigned int region, int result, u64 moved,
		 u64 dropped, u64 us),
	TP_ARGS(kz, region, result, moved, dropped, us),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(int, zid)
		__field(unsigned int, region)
		__field(int, result)
		__field(u64, moved)
		__field(u64, dropped)
		__field(u64, us)
	),
	TP_fast_assign(
		__entry->nid = kz->node->nid;
		__entry->zid = zone_idx(kz->zone);
		__entry->region = region;
		__entry->result = result;
		__entry->moved = moved;
		__entry->dropped = dropped;
		__entry->us = us;
	),
	TP_printk("nid=%d zid=%d region=%u result=%s moved=%llu dropped=%llu us=%llu",
		  __entry->nid, __entry->zid, __entry->region,
		  km_show_result(__entry->result), __entry->moved, __entry->dropped,
		  __entry->us)
);

/* What had been won is in use again. */
TRACE_EVENT(refill,
	TP_PROTO(const struct km_zone *kz, unsigned int region, unsigned int allocated),
	TP_ARGS(kz, region, allocated),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(int, zid)
		__field(unsigned int, region)
		__field(unsigned int, allocated)
	),
	TP_fast_assign(
		__entry->nid = kz->node->nid;
		__entry->zid = zone_idx(kz->zone);
		__entry->region = region;
		__entry->allocated = allocated;
	),
	TP_printk("nid=%d zid=%d region=%u allocated=%u", __entry->nid, __entry->zid,
		  __entry->region, __entry->allocated)
);

TRACE_EVENT(hold,
	TP_PROTO(int nid, unsigned long start_pfn, unsigned long pages),
	TP_ARGS(nid, start_pfn, pages),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(unsigned long, start_pfn)
		__field(unsigned long, pages)
	),
	TP_fast_assign(
		__entry->nid = nid;
		__entry->start_pfn = start_pfn;
		__entry->pages = pages;
	),
	TP_printk("nid=%d start_pfn=%lu pages=%lu", __entry->nid, __entry->start_pfn,
		  __entry->pages)
);

TRACE_EVENT(release,
	TP_PROTO(int nid, unsigned long start_pfn, unsigned long pages, int why),
	TP_ARGS(nid, start_pfn, pages, why),
	TP_STRUCT__entry(
		__field(int, nid)
		__field(unsigned long, start_pfn)
		__field(unsigned long, pages)
		__field(int, why)
	),
	TP_fast_assign(
		__entry->nid = nid;
		__entry->start_pfn = start_pfn;
		__entry->pages = pages;
		__entry->why = why;
	),
	TP_printk("nid=%d start_pfn=%lu pages=%lu why=%s", __entry->nid, __entry->start_pfn,
		  __entry->pages, km_show_release(__entry->why))
);

#endif /* KM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE km_trace
#include <trace/define_trace.h>
