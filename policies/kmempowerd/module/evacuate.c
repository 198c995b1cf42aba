// SPDX-License-Identifier: GPL-2.0
/*
 * One region: is it to be had, is there room for what is in it, then the engine,
 * alloc_contig_range(). That isolates the region's blocks, moves what can be
 * moved, drops what is clean page cache, and leaves all pages allocated to us.
 */
#include <linux/cpumask.h>
#include <linux/freezer.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pagevec.h>
#include <linux/percpu.h>
#include <linux/vmstat.h>
#include <linux/workqueue.h>

#include "kmempowerd.h"
#include "km_trace.h"

#define LOOKS	3	/* a page may be isolated, or held, for a moment only */
#define TRIES	3	/* of the engine, which itself has five for each batch */
#define PAUSE	max(HZ / 50, 1)

/* For tests: how long a region is "busy" before anything else happens. */
static unsigned int delay_ms;
module_param(delay_ms, uint, 0644);
MODULE_PARM_DESC(delay_ms, "for tests: wait so long at the start of each evacuation");

/* Within km_offlining, so that the freezer has to wait. */
static void pause(struct km_node *node)
{
	wait_event_timeout(node->wait, !km_may_run(node), PAUSE);
}

/*
 * A page that is on its way to a list of the LRU, in some CPU's batch, is
 * neither movable for the engine nor to be told from one that somebody holds.
 * lru_add_drain() is not exported; releasing a batch of pages does it first.
 */
static void drain_this_cpu(struct work_struct *work)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	struct folio_batch batch;

	if (!page)
		return;
	folio_batch_init(&batch);
	folio_batch_add(&batch, page_folio(page));
	folio_batch_release(&batch);
}

static DEFINE_MUTEX(drain_mutex);	/* protects these two */
static DEFINE_PER_CPU(struct work_struct, drain_works);
static struct cpumask drain_cpus;

/*
 * Not within cpus_read_lock(): who waits for us may hold it. The work of a CPU
 * that goes meanwhile runs on another, which does no harm.
 */
static void drain_lru(void)
{
	int cpu;

	mutex_lock(&drain_mutex);
	cpumask_copy(&drain_cpus, cpu_online_mask);
	for_each_cpu(cpu, &drain_cpus) {
		INIT_WORK(per_cpu_ptr(&drain_works, cpu), drain_this_cpu);
		schedule_work_on(cpu, per_cpu_ptr(&drain_works, cpu));
	}
	for_each_cpu(cpu, &drain_cpus)
		flush_work(per_cpu_ptr(&drain_works, cpu));
	mutex_unlock(&drain_mutex);
}

static enum km_result judge(const struct km_zone *kz, unsigned int r, const struct km_fill *fill)
{
	unsigned long start, end;

	km_range(kz, r, &start, &end);
	if (start >= end || fill->present != end - start)
		return KM_FAILED_HOLE;
	if (fill->held == fill->present)
		return KM_DONE;
	if (!km_can_be_moved(kz, r, fill))
		return KM_FAILED_UNMOVABLE;
	if (fill->pinned)
		return KM_FAILED_PINNED;
	return fill->away ? KM_FAILED_BUSY : KM_DONE;
}

unsigned long km_spare(struct zone *zone, enum zone_type highest)
{
	unsigned long kept = high_wmark_pages(zone) + zone->lowmem_reserve[highest];
	unsigned long free = zone_page_state(zone, NR_FREE_PAGES);

	return free > kept ? free - kept : 0;
}

/* The engine asks for pages of the node, as for user memory. */
static bool has_room(struct zone *zone, const struct km_fill *fill)
{
	enum zone_type highest = km_highest_zone(zone);
	struct pglist_data *pgdat = zone->zone_pgdat;
	unsigned long room = 0;
	int i;

	for (i = 0; i <= highest && i < pgdat->nr_zones; i++) {
		if (managed_zone(&pgdat->node_zones[i]))
			room += km_spare(&pgdat->node_zones[i], highest);
	}
	/* The region's own free pages are no place to go. */
	return room >= (unsigned long)fill->free + fill->movable;
}

static enum km_result check(struct km_zone *kz, unsigned int r, bool by_hand,
			    struct km_fill *fill)
{
	enum km_result result;
	int looks = 0;

	for (;;) {
		km_look(kz, r, fill);
		result = judge(kz, r, fill);
		if (result == KM_DONE || ++looks == LOOKS)
			break;
		pause(kz->node);
	}
	if (result != KM_DONE)
		return result;
	if (!by_hand && READ_ONCE(km_choice) == KM_CHOICE_LIGHT && !km_is_light(fill))
		return KM_CANCELLED;
	return has_room(kz->zone, fill) ? KM_DONE : KM_FAILED_TARGET;
}

static enum km_result run_engine(struct km_node *node, unsigned long start, unsigned long end)
{
	int ret, tries = 0;

	for (;;) {
		ret = alloc_contig_range(start, end, MIGRATE_MOVABLE, GFP_KERNEL | __GFP_NOWARN);
		if (!ret)
			return KM_DONE;
		if (ret == -ENOMEM)
			return KM_FAILED_TARGET;
		if (++tries == TRIES)
			return KM_FAILED_BUSY;
		pause(node);
		if (!km_may_run(node))
			return KM_CANCELLED;
	}
}

/* Within km_offlining, so that the range stays what it is. */
static enum km_result evacuate(struct km_zone *kz, unsigned int r, bool by_hand,
			       struct km_fill *fill)
{
	unsigned long start, end;
	enum km_result result;

	km_range(kz, r, &start, &end);
	if (km_goes_offline(start, end))
		return KM_FAILED_OFFLINE;
	result = check(kz, r, by_hand, fill);
	if (result != KM_DONE || fill->held)
		return result;
	if (!fill->movable && !READ_ONCE(km_hold))
		return KM_DONE;

	if (!km_targets_begin(kz, r, fill))
		return KM_FAILED_TARGET;
	result = run_engine(kz->node, start, end);
	km_targets_end(kz);
	if (result == KM_DONE)
		km_hold_or_free(kz, r, start, end);
	return result;
}

enum km_result km_evacuate(struct km_zone *kz, unsigned int r, bool by_hand)
{
	struct km_node *node = kz->node;
	u64 moved = node->moved, dropped = 0;
	struct km_fill fill = {};
	enum km_result result;
	ktime_t began;
	s64 us;

	wait_event_freezable_timeout(node->wait, !km_may_run(node),
				     msecs_to_jiffies(READ_ONCE(delay_ms)));
	began = ktime_get();
	if (km_may_run(node)) {
		drain_lru();
		down_read(&km_offlining);
		result = evacuate(kz, r, by_hand, &fill);
		up_read(&km_offlining);
	} else {
		result = KM_CANCELLED;
	}
	us = ktime_us_delta(ktime_get(), began);
	moved = node->moved - moved;
	if (result == KM_DONE && fill.movable > moved)
		dropped = fill.movable - moved;

	km_count(node, KM_PAGES_MOVED, moved);
	km_count(node, KM_PAGES_DROPPED, dropped);
	km_count(node, KM_TIME_US, us);
	trace_evacuate(kz, r, result, moved, dropped, us);
	return result;
}
