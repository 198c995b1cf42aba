// SPDX-License-Identifier: GPL-2.0
/*
 * An allocation that finds no page waits until kswapd has some, where it would
 * reclaim, and so swap, by itself. It stands before try_to_free_pages(), which
 * has what couldn't wait, or has waited for too long; each is counted.
 *
 * To catch up is to be above the low watermark, where allocations don't wake kswapd
 * any more. Who has waited for that for wait_low_ms and wants single pages takes
 * what he would have reclaimed himself, a batch above min, so that one stall isn't
 * long for the sake of others that there would be. Nor for a boost of the marks,
 * by which kswapd frees more than is needed, against fragmentation, and allocations
 * are kept out for whom there is room: it ends then.
 *
 * Whoever waits may hold locks: those that GFP_KERNEL allows for, none of which
 * kswapd waits for, or, without __GFP_FS, a file system's. Both waits end. Not to
 * wait at all are kernel threads, which writes may depend on, and tasks that say
 * the same of themselves.
 */
#include <linux/cpuset.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/wait.h>

#include "compat.h"
#include "divert.h"
#include "kpaged.h"
#include "kp_trace.h"
#include "probe.h"
#include "symbols.h"

/* After so long without a word kswapd is woken again (ours). */
#define SLICE (HZ / 10)

/* As MAX_RECLAIM_RETRIES, which isn't in the headers: kswapd has given this node up. */
#define MAX_FAILURES 16

static DECLARE_WAIT_QUEUE_HEAD(waiters);
static atomic_t waiting = ATOMIC_INIT(0);
static bool leaving;

struct request {
	struct zonelist *zonelist;
	nodemask_t *nodes;
	gfp_t gfp;
	int order;
	bool late;	/* it has waited for long enough to be content with less */
};

int kp_waiting(void)
{
	return atomic_read(&waiting);
}

void kp_wake_waiters(void)
{
	if (wq_has_sleeper(&waiters))
		wake_up_all(&waiters);
}

/* --- zones -------------------------------------------------------------------- */

static bool may_use(const struct request *r, struct zone *zone)
{
	int nid = zone_to_nid(zone);

	if (!managed_zone(zone) || zone_idx(zone) > gfp_zone(r->gfp))
		return false;
	if (r->nodes && !node_isset(nid, *r->nodes))
		return false;
#ifdef CONFIG_CPUSETS
	return node_isset(nid, current->mems_allowed);
#else
	return true;
#endif
}

/*
 * Never more than low: of a small zone the marks are less than a batch apart, and
 * kswapd rests when one zone is above high, which then has to be room for whoever
 * waits for it.
 */
static unsigned long room_mark(const struct request *r, struct zone *zone)
{
	if (r->late && !r->order)
		return min(zone->_watermark[WMARK_LOW],
			   zone->_watermark[WMARK_MIN] + SWAP_CLUSTER_MAX);
	return low_wmark_pages(zone);
}

/* Free, and not kept for others. */
static bool zone_has_room(const struct request *r, struct zone *zone)
{
	unsigned long free = zone_page_state(zone, NR_FREE_PAGES);
	unsigned long kept = compat_highatomic_pages(zone) + room_mark(r, zone) +
			     zone->lowmem_reserve[gfp_zone(r->gfp)];

#ifdef CONFIG_CMA
	kept += zone_page_state(zone, NR_FREE_CMA_PAGES);
#endif
	return free > kept;
}

static bool has_room(const struct request *r)
{
	struct zoneref *z;

	for (z = r->zonelist->_zonerefs; z->zone; z++) {
		if (may_use(r, z->zone) && zone_has_room(r, z->zone))
			return true;
	}
	return false;
}

/* The allocator wouldn't hand out what there is. */
static void end_boosts(const struct request *r)
{
	struct zoneref *z;

	for (z = r->zonelist->_zonerefs; z->zone; z++) {
		if (may_use(r, z->zone) && zone_has_room(r, z->zone))
			kp_end_boost(z->zone);
	}
}

/* Returns whether there is one that hasn't given up. */
static bool wake_kswapds(const struct request *r)
{
	bool hope = false;
	struct zoneref *z;

	for (z = r->zonelist->_zonerefs; z->zone; z++) {
		if (!may_use(r, z->zone) || !z->zone->zone_pgdat->kswapd ||
		    READ_ONCE(z->zone->zone_pgdat->kswapd_failures) >= MAX_FAILURES)
			continue;
		kp_kernel.wakeup_kswapd(z->zone, r->gfp, r->order, gfp_zone(r->gfp));
		hope = true;
	}
	return hope;
}

/* --- who doesn't wait ------------------------------------------------------------- */

/* KP_WOKEN: it may. */
static enum kp_counter exempt(const struct request *r)
{
	if (current->flags & (PF_KTHREAD | PF_WQ_WORKER))
		return KP_ESCAPED_KTHREAD;
	if (!(r->gfp & __GFP_IO) || (current->flags & PF_LOCAL_THROTTLE))
		return KP_ESCAPED_IO;
	if (fatal_signal_pending(current) || (current->flags & PF_EXITING))
		return KP_ESCAPED_DYING;
	if (has_room(r))
		return KP_ESCAPED_NOT_SHORT;
	return KP_WOKEN;
}

/* What ends a wait but room, or KP_WOKEN. */
static enum kp_counter give_up(const struct request *r, unsigned long end)
{
	if (fatal_signal_pending(current))
		return KP_ESCAPED_DYING;
	if (!get_nr_swap_pages())
		return KP_ESCAPED_SWAP_FULL;
	if (READ_ONCE(leaving) || !READ_ONCE(kp_wait) || !wake_kswapds(r))
		return KP_ESCAPED_KSWAPD;
	if (time_after_eq(jiffies, end))
		return r->gfp & __GFP_FS ? KP_ESCAPED_TIMEOUT : KP_ESCAPED_NOFS;
	return KP_WOKEN;
}

/* --- waiting ------------------------------------------------------------------------ */

static unsigned long longest(const struct request *r)
{
	return msecs_to_jiffies(r->gfp & __GFP_FS ? READ_ONCE(kp_wait_ms) :
						   READ_ONCE(kp_wait_nofs_ms));
}

/* Until something is to be looked at again: whether kswapd is awake, or the time. */
static long slice(const struct request *r, unsigned long late, unsigned long end)
{
	long ticks = min_t(long, SLICE, end - jiffies);

	if (!r->late)
		ticks = min_t(long, ticks, late - jiffies);
	return max(ticks, 1L);
}

static enum kp_counter wait_for_room(struct request *r)
{
	unsigned long begin = jiffies, end = begin + longest(r);
	unsigned long late = begin + msecs_to_jiffies(READ_ONCE(kp_wait_low_ms));
	enum kp_counter why = give_up(r, end);

	if (why != KP_WOKEN)
		return why;
	kp_count(KP_WAITS, 1);
	atomic_inc(&waiting);
	do {
		long left = wait_event_killable_timeout(waiters, has_room(r),
							slice(r, late, end));

		/* 1 is what is left too if there was room at the end of the time only. */
		if (left > 1)
			kp_count(KP_WAITS_TOLD, 1);
		if (left > 0)
			break;
		r->late = time_after_eq(jiffies, late);
		why = give_up(r, end);
	} while (why == KP_WOKEN);
	atomic_dec(&waiting);
	kp_count(KP_WAIT_MS, jiffies_to_msecs(jiffies - begin));
	trace_wait(r->order, r->gfp, jiffies - begin, why);
	return why;
}

/* Whether there is a page now, as far as one can tell. */
static bool wait_instead(struct request *r)
{
	enum kp_counter why = exempt(r);

	if (why == KP_WOKEN)
		why = wait_for_room(r);
	if (why == KP_WOKEN && r->late && !r->order)
		end_boosts(r);
	kp_count(KP_STALLS, 1);
	kp_count(why, 1);
	return why == KP_WOKEN;
}

static bool is_wanted(void)
{
	return READ_ONCE(kp_enable) && READ_ONCE(kp_wait);
}

static unsigned long wait_or_reclaim(struct zonelist *zonelist, int order, gfp_t gfp,
				     nodemask_t *nodes);

static struct kp_divert diverted = {
	.name = "try_to_free_pages",
	.to = wait_or_reclaim,
	.wanted = is_wanted,
};

static unsigned long wait_or_reclaim(struct zonelist *zonelist, int order, gfp_t gfp,
				     nodemask_t *nodes)
{
	unsigned long (*reclaim)(struct zonelist *zonelist, int order, gfp_t gfp,
				 nodemask_t *nodes) = diverted.original;
	struct request r = {
		.zonelist = zonelist,
		.nodes = nodes,
		.gfp = current_gfp_context(gfp),
		.order = order,
	};
	unsigned long ret = 1;

	if (!wait_instead(&r))
		ret = reclaim(zonelist, order, gfp, nodes);
	kp_divert_left(&diverted);
	return ret;
}

/* --- who ends it ---------------------------------------------------------------------- */

/* For a page of a user's, as most are. */
static bool node_has_room(struct pglist_data *pgdat)
{
	const struct request r = { .gfp = GFP_HIGHUSER_MOVABLE };
	int i;

	for (i = 0; i < pgdat->nr_zones; i++) {
		struct zone *zone = pgdat->node_zones + i;

		if (managed_zone(zone) && zone_has_room(&r, zone))
			return true;
	}
	return false;
}

/* A batch of the lists' turn, of which there may be hundreds: nobody has to wait for all. */
static void batch_done(void *data, int nid, unsigned long nr_scanned, unsigned long nr_reclaimed,
		       struct reclaim_stat *stat, int priority, int file)
{
	if (nr_reclaimed && current_is_kswapd() && kp_waiting() && node_has_room(NODE_DATA(nid)))
		kp_wake_waiters();
}

static struct kp_probe batches = { .name = "mm_vmscan_lru_shrink_inactive", .call = batch_done };

int kp_wait_init(void)
{
	int ret = kp_probe_start(&batches);

	if (ret)
		return ret;
	ret = kp_divert_start(&diverted);
	if (ret)
		kp_probe_stop(&batches);
	return ret;
}

void kp_wait_exit(void)
{
	WRITE_ONCE(leaving, true);
	kp_divert_stop(&diverted);
	kp_probe_stop(&batches);
}
