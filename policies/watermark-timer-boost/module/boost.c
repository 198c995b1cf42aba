// SPDX-License-Identifier: GPL-2.0
/*
 * How to make an unpatched kswapd reclaim more than it wants to: by a
 * watermark boost, as the page allocator sets it after fragmentation. kswapd
 * takes the boost back at the end of its pass. Meanwhile it is part of min, low
 * and high, so that allocations stall earlier: the flaw of this form.
 */
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/vmstat.h>
#include <linux/wait.h>

#include "boost.h"
#include "compat.h"

const char * const wt_extra_name = "boosts";	/* zones whose watermark was boosted */

static nodemask_t asked;	/* a pass of theirs is under way */

static unsigned long zone_free(struct zone *zone)
{
	long free = zone_page_state(zone, NR_FREE_PAGES);

	/* As zone_watermark_ok_safe(): exact where the drift could matter. */
	if (zone->percpu_drift_mark && free < zone->percpu_drift_mark)
		free = zone_page_state_snapshot(zone, NR_FREE_PAGES);

	/* Not for everyone: reserved for atomic high orders, and for CMA. */
	free -= compat_highatomic_pages(zone);
	free -= zone_page_state(zone, NR_FREE_CMA_PAGES);
	return max(free, 0L);
}

bool wt_zone_ok(struct zone *zone)
{
	return zone_free(zone) > wt_lots(zone);
}

/*
 * If no zone of the node is balanced, kswapd's target is high + boost, which
 * must not be above lots. Otherwise it reclaims as many pages as the boosts
 * add up to, so that it must not be more than are missing.
 */
static unsigned long boost_of(struct zone *zone)
{
	unsigned long lots = wt_lots(zone);
	unsigned long high = zone->_watermark[WMARK_HIGH];
	unsigned long free = zone_free(zone);

	if (lots <= high || free > lots)
		return 0;
	return min(lots - high, lots - free);
}

static bool boost_zone(struct zone *zone)
{
	unsigned long boost = boost_of(zone);
	unsigned long flags;
	bool raised;

	spin_lock_irqsave(&zone->lock, flags);
	raised = boost > zone->watermark_boost;
	if (raised)
		zone->watermark_boost = boost;
	spin_unlock_irqrestore(&zone->lock, flags);
	return raised;
}

static void boost_zones(struct wt_node *node)
{
	int i;

	for (i = 0; i < node->pgdat->nr_zones; i++) {
		struct zone *zone = node->pgdat->node_zones + i;

		if (managed_zone(zone) && !is_highmem(zone) && boost_zone(zone))
			wt_count(node, WT_EXTRA, 1);
	}
}

/*
 * kswapd counts a pass that reclaims nothing as a failure, the policy's passes
 * too, and stops working after 16 (MAX_RECLAIM_RETRIES, private to mm/). After
 * half of that the policy doesn't ask again until someone's reclaim succeeded.
 */
#define MAX_FAILURES 8

/*
 * kswapd reclaims from the zone index that it is given and below. Were that the
 * node's highest, it would go on taking from there for a lower zone that is
 * short, and never restore that.
 */
enum wt_counter wt_wake(struct wt_node *node, struct zone *zone)
{
	struct pglist_data *pgdat = node->pgdat;
	enum zone_type highest = zone_idx(zone);
	enum zone_type curr = READ_ONCE(pgdat->kswapd_highest_zoneidx);

	if (READ_ONCE(pgdat->kswapd_failures) >= MAX_FAILURES)
		return WT_SKIPPED_HOPELESS;

	boost_zones(node);
	if (curr == MAX_NR_ZONES || curr < highest)
		WRITE_ONCE(pgdat->kswapd_highest_zoneidx, highest);
	node_set(pgdat->node_id, asked);
	wake_up_interruptible(&pgdat->kswapd_wait);
	return WT_WOKE;
}

void boost_slept(struct pglist_data *pgdat)
{
	if (!node_isset(pgdat->node_id, asked))
		return;
	node_clear(pgdat->node_id, asked);
	wt_kswapd_done(pgdat, 0, !wt_short_zone(pgdat));
}

static int memory_changed(struct notifier_block *self, unsigned long action, void *arg)
{
	struct memory_notify *notify = arg;
	int nid = notify->status_change_nid;

	/* kswapd was started before, and stopped before. */
	if (nid >= 0 && action == MEM_ONLINE)
		wt_node_start(NODE_DATA(nid));
	else if (nid >= 0 && action == MEM_OFFLINE)
		wt_node_stop(NODE_DATA(nid));
	return NOTIFY_OK;
}

static struct notifier_block memory_nb = { .notifier_call = memory_changed };

static void stop_nodes(void)
{
	int nid;

	for_each_node(nid) {
		if (NODE_DATA(nid))
			wt_node_stop(NODE_DATA(nid));
	}
}

/* The notifier comes first, so that no node is missed; starting one twice does no harm. */
int wt_backend_init(void)
{
	int nid, ret;

	ret = load_init();
	if (ret)
		return ret;
	ret = register_memory_notifier(&memory_nb);
	if (ret)
		goto exit_load;
	for_each_node_state(nid, N_MEMORY)
		wt_node_start(NODE_DATA(nid));
	ret = probes_register();
	if (ret)
		goto stop;
	return 0;

stop:
	unregister_memory_notifier(&memory_nb);
	stop_nodes();
exit_load:
	load_exit();
	return ret;
}

void wt_backend_exit(void)
{
	probes_unregister();
	unregister_memory_notifier(&memory_nb);
	stop_nodes();
	load_exit();
}

MODULE_DESCRIPTION("Watermark timer for unpatched kernels, by watermark boosts");
MODULE_LICENSE("GPL");
