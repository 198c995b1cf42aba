// SPDX-License-Identifier: GPL-2.0
/*
 * One timer a node. Its life follows kswapd's: set up before that runs, shut
 * down when it has gone. So there is no moment at which kswapd could re-arm a
 * timer that has no callback yet, which killed the original at boot.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "timer.h"

#define CREATE_TRACE_POINTS
#include "wt_trace.h"

static struct wt_node *wt_nodes;	/* nr_node_ids of them */

/*
 * Starting, stopping, re-arming all. It nests inside whatever the backend is
 * called under: pgdat's kswapd lock, or the memory notifier's. Timers are waited
 * for under it, so that their callback takes no sleeping lock, and no lock at
 * all but leaves: a zone's (with interrupts off, since kswapd and allocators
 * hold it so), a run queue's, and that of kswapd's wait queue.
 */
static DEFINE_MUTEX(wt_mutex);

struct wt_node *wt_node(int nid)
{
	return &wt_nodes[nid];
}

bool wt_node_used(int nid)
{
	return READ_ONCE(wt_nodes[nid].pgdat);
}

static unsigned long expiry(void)
{
	return msecs_to_jiffies(READ_ONCE(wt_expiry_ms));
}

static void arm(struct wt_node *node)
{
	mod_timer(&node->timer, jiffies + expiry());
}

/*
 * Not only by the wait queue: kswapd may have been busy and gone to sleep while
 * the callback was on its way, which re-armed the timer too late to stop it.
 */
static bool quiet(struct wt_node *node, unsigned long since_busy)
{
	/* Without the queue's lock: at worst kswapd sees one wake-up too many. */
	return waitqueue_active(&node->pgdat->kswapd_wait) && since_busy >= expiry();
}

/* Highmem is better left full. */
struct zone *wt_short_zone(struct pglist_data *pgdat)
{
	int i;

	for (i = pgdat->nr_zones - 1; i >= 0; i--) {
		struct zone *zone = pgdat->node_zones + i;

		if (managed_zone(zone) && !is_highmem(zone) && !wt_zone_ok(zone))
			return zone;
	}
	return NULL;
}

static enum wt_counter decide(struct wt_node *node, unsigned long since_busy,
			      struct zone **ret_zone)
{
	*ret_zone = NULL;
	if (!quiet(node, since_busy))
		return WT_SKIPPED_BUSY;
	if (READ_ONCE(wt_load_gate) && wt_load(node))
		return WT_SKIPPED_LOAD;

	*ret_zone = wt_short_zone(node->pgdat);
	return *ret_zone ? wt_wake(node, *ret_zone) : WT_SATISFIED;
}

static void wt_fire(struct timer_list *timer)
{
	struct wt_node *node = from_timer(node, timer, timer);
	unsigned long since_busy = jiffies - READ_ONCE(node->last_busy);
	enum wt_counter result;
	struct zone *zone;

	if (!READ_ONCE(wt_enable))
		return;

	wt_count(node, WT_DECISIONS, 1);
	wt_count(node, WT_FIRED, 1);
	result = decide(node, since_busy, &zone);
	wt_count(node, result, 1);
	trace_fired(node->pgdat, result, since_busy, zone, zone ? wt_lots(zone) : 0);

	wt_load_start(node);
	arm(node);
}

void wt_kswapd_busy(struct pglist_data *pgdat)
{
	struct wt_node *node = wt_node(pgdat->node_id);

	/*
	 * A probe may see a new node's kswapd before its memory is announced,
	 * and a hook the old ones' before each was started. Pairs with the
	 * release in wt_node_start(): who sees the node started finds its timer
	 * set up.
	 */
	if (!smp_load_acquire(&node->started))
		return;
	WRITE_ONCE(node->last_busy, jiffies);
	if (!READ_ONCE(wt_enable))
		return;
	wt_count(node, WT_DECISIONS, 1);
	wt_count(node, WT_REARMED, 1);
	trace_rearmed(pgdat, READ_ONCE(wt_expiry_ms));
	wt_load_start(node);
	arm(node);
}

void wt_kswapd_done(struct pglist_data *pgdat, unsigned long nr_reclaimed, bool reached)
{
	struct wt_node *node = wt_node(pgdat->node_id);

	wt_count(node, WT_PASSES, 1);
	wt_count(node, reached ? WT_REACHED : WT_GAVE_UP, 1);
	trace_pass(pgdat, nr_reclaimed, reached);
}

void wt_node_start(struct pglist_data *pgdat)
{
	struct wt_node *node = wt_node(pgdat->node_id);

	mutex_lock(&wt_mutex);
	if (node->started)
		goto unlock;
	WRITE_ONCE(node->pgdat, pgdat);
	WRITE_ONCE(node->last_busy, jiffies);
	timer_setup(&node->timer, wt_fire, 0);
	smp_store_release(&node->started, true);	/* see wt_kswapd_busy() */
	wt_load_start(node);
	if (READ_ONCE(wt_enable))
		arm(node);
unlock:
	mutex_unlock(&wt_mutex);
}

void wt_node_stop(struct pglist_data *pgdat)
{
	struct wt_node *node = wt_node(pgdat->node_id);

	mutex_lock(&wt_mutex);
	/* Shut down: neither the callback nor kswapd can arm it again. */
	if (node->started)
		timer_shutdown_sync(&node->timer);
	WRITE_ONCE(node->started, false);
	mutex_unlock(&wt_mutex);
}

void wt_apply(void)
{
	int nid;

	mutex_lock(&wt_mutex);
	for (nid = 0; nid < nr_node_ids; nid++) {
		struct wt_node *node = wt_node(nid);

		if (!node->started)
			continue;
		if (READ_ONCE(wt_enable)) {
			wt_load_start(node);
			arm(node);
		} else {
			timer_delete_sync(&node->timer);
		}
	}
	mutex_unlock(&wt_mutex);
}

static int __init wt_init(void)
{
	int ret;

	wt_nodes = kcalloc(nr_node_ids, sizeof(*wt_nodes), GFP_KERNEL);
	if (!wt_nodes)
		return -ENOMEM;

	ret = wt_backend_init();
	if (ret)
		goto free_nodes;
	ret = wt_stats_register();
	if (ret)
		goto exit_backend;
	ret = wt_knobs_register();
	if (ret)
		goto unregister_stats;
	return 0;

unregister_stats:
	wt_stats_unregister();
exit_backend:
	wt_backend_exit();
free_nodes:
	kfree(wt_nodes);
	pr_err("not loaded: %pe\n", ERR_PTR(ret));
	return ret;
}

static void __exit wt_exit(void)
{
	wt_knobs_unregister();
	wt_stats_unregister();
	wt_backend_exit();
	kfree(wt_nodes);
}

module_init(wt_init);
module_exit(wt_exit);
