// SPDX-License-Identifier: GPL-2.0
/*
 * Does a node's kswapd find its policy set up? A policy that does nothing but
 * look: it takes its time to set a node up, and counts what kswapd reports of
 * the node before that is done.
 *
 * With late=1 it sets the node up as the original watermark timer did, after
 * kswapd_run() has made the thread. That is the planted error by which the
 * count is seen to work.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/policy_watermark.h>
#include <linux/workqueue.h>

#define SETUP_MS 100 /* ages, for a kswapd that runs already */

static bool late;
module_param(late, bool, 0444);

/* The node that comes and goes: its reports, and those before it was set up. */
static int nid = 1;
module_param(nid, int, 0444);
static unsigned int starts, stops, reports, early, with_thread;
module_param(starts, uint, 0444);
module_param(stops, uint, 0444);
module_param(reports, uint, 0444);
module_param(early, uint, 0444);
module_param(with_thread, uint, 0444); /* starts of a node whose kswapd was there already */

static bool ready;

static void set_up(struct work_struct *work)
{
	msleep(SETUP_MS);
	WRITE_ONCE(ready, true);
}

static DECLARE_WORK(set_up_work, set_up);

static void kswapd_start(struct pglist_data *pgdat)
{
	if (pgdat->node_id != nid)
		return;
	starts++;
	with_thread += !!pgdat->kswapd;
	if (late)
		schedule_work(&set_up_work);
	else
		set_up(NULL);
}

static void kswapd_stop(struct pglist_data *pgdat)
{
	if (pgdat->node_id != nid)
		return;
	flush_work(&set_up_work);
	WRITE_ONCE(ready, false);
	stops++;
}

/* Only the node's one kswapd writes these. */
static void kswapd_busy(struct pglist_data *pgdat)
{
	if (pgdat->node_id != nid)
		return;
	WRITE_ONCE(reports, reports + 1);
	if (!READ_ONCE(ready))
		WRITE_ONCE(early, early + 1);
}

static void kswapd_done(struct pglist_data *pgdat, unsigned long nr_reclaimed, bool reached)
{
}

static const struct policy_watermark_ops ops = {
	.kswapd_start = kswapd_start,
	.kswapd_stop = kswapd_stop,
	.kswapd_busy = kswapd_busy,
	.kswapd_done = kswapd_done,
};

static int __init order_init(void)
{
	return policy_watermark_attach(&ops);
}

static void __exit order_exit(void)
{
	policy_watermark_detach();
	flush_work(&set_up_work);
}

module_init(order_init);
module_exit(order_exit);
MODULE_DESCRIPTION("Test of the order in which kswapd and its policy come");
MODULE_LICENSE("GPL");
