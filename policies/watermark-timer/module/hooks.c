// SPDX-License-Identifier: GPL-2.0
/*
 * Backend: a kernel with the hook set "watermark". kswapd says itself what it
 * does, and knows what to reach.
 */
#include <linux/module.h>
#include <linux/policy_watermark.h>

#include "timer.h"

const char * const wt_extra_name = "reclaimed";	/* pages, in these passes */

static void done(struct pglist_data *pgdat, unsigned long nr_reclaimed, bool reached)
{
	wt_count(wt_node(pgdat->node_id), WT_EXTRA, nr_reclaimed);
	wt_kswapd_done(pgdat, nr_reclaimed, reached);
}

static const struct policy_watermark_ops ops = {
	.kswapd_start = wt_node_start,
	.kswapd_stop = wt_node_stop,
	.kswapd_busy = wt_kswapd_busy,
	.kswapd_done = done,
};

int wt_backend_init(void)
{
	return policy_watermark_attach(&ops);
}

void wt_backend_exit(void)
{
	policy_watermark_detach();
}

bool wt_zone_ok(struct zone *zone)
{
	return policy_zone_lots_ok(zone, READ_ONCE(wt_lots_mult));
}

/* The run queues tell how it is now; there is nothing to measure. */
bool wt_load(struct wt_node *node)
{
	return policy_above_background_load();
}

void wt_load_start(struct wt_node *node)
{
}

/* kswapd finds the short zones itself, anew in each round of its pass. */
enum wt_counter wt_wake(struct wt_node *node, struct zone *zone)
{
	switch (policy_kswapd_wake(node->pgdat, READ_ONCE(wt_lots_mult))) {
	case POLICY_WAKE_DONE:
		return WT_WOKE;
	case POLICY_WAKE_HOPELESS:
		return WT_SKIPPED_HOPELESS;
	default:
		return WT_SKIPPED_BUSY;
	}
}

MODULE_DESCRIPTION("Watermark timer: wakes a quiet kswapd to restore generous watermarks");
MODULE_LICENSE("GPL");
