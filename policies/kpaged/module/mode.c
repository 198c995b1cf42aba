// SPDX-License-Identifier: GPL-2.0
/*
 * How short memory is, in four colours. The original names them and doesn't say
 * where they begin: the levels are ours, parts of the zones' own watermarks.
 */
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/vmstat.h>

#include "kpaged.h"

struct levels {
	unsigned long free, min, low, high;
};

static void add_node(struct levels *sum, struct pglist_data *pgdat)
{
	int i;

	for (i = 0; i < pgdat->nr_zones; i++) {
		struct zone *zone = pgdat->node_zones + i;

		if (!managed_zone(zone))
			continue;
		sum->free += zone_page_state(zone, NR_FREE_PAGES);
		sum->min += zone->_watermark[WMARK_MIN];
		sum->low += zone->_watermark[WMARK_LOW];
		sum->high += zone->_watermark[WMARK_HIGH];
	}
}

static bool below(const struct levels *sum, unsigned long mark, unsigned int pct)
{
	return sum->free < mark * pct / 100;
}

enum kp_counter kp_mode(void)
{
	struct levels sum = { };
	int nid;

	for_each_online_node(nid)
		add_node(&sum, NODE_DATA(nid));
	if (below(&sum, sum.min, READ_ONCE(kp_red_pct)) || kp_waiting())
		return KP_RED;
	if (below(&sum, sum.low, READ_ONCE(kp_orange_pct)))
		return KP_ORANGE;
	if (below(&sum, sum.high, READ_ONCE(kp_yellow_pct)))
		return KP_YELLOW;
	return KP_GREEN;
}

void kp_end_boost(struct zone *zone)
{
	unsigned long flags;

	if (!READ_ONCE(zone->watermark_boost))
		return;
	spin_lock_irqsave(&zone->lock, flags);
	zone->watermark_boost = 0;
	spin_unlock_irqrestore(&zone->lock, flags);
	kp_count(KP_UNBOOSTED, 1);
}
