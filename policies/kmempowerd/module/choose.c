// SPDX-License-Identifier: GPL-2.0
/*
 * Which regions are worth it: every scan_ms the node's worker looks at all of
 * them, and asks for the lightest of those that are filled up to the threshold.
 *
 * Half of them, at most: what is moved out of some has to go somewhere, and
 * where all are equally light the others are that place. The next look finds
 * them heavier.
 */
#include <linux/jiffies.h>
#include <linux/prandom.h>
#include <linux/rwsem.h>
#include <linux/sort.h>

#include "kmempowerd.h"
#include "km_trace.h"

struct scan {
	unsigned int seen;
	unsigned int light;
	unsigned int requested;
};

bool km_can_be_moved(const struct km_zone *kz, unsigned int r, const struct km_fill *fill)
{
	unsigned long start, end;

	km_range(kz, r, &start, &end);
	/* The engine works by whole blocks, and must not reach beyond the zone. */
	return start < end && IS_ALIGNED(start | end, pageblock_nr_pages) &&
	       fill->present == end - start && !fill->other && !fill->held;
}

bool km_is_light(const struct km_fill *fill)
{
	return fill->movable && !fill->pinned &&
	       (u64)fill->movable * 100 <= (u64)READ_ONCE(km_threshold) * fill->present;
}

static void note_refill(struct km_zone *kz, unsigned int r, const struct km_fill *fill)
{
	unsigned int allocated = fill->movable + fill->other;
	bool refilled;

	spin_lock(&kz->lock);
	refilled = kz->region[r].won && allocated;
	if (refilled)
		kz->region[r].won = false;
	spin_unlock(&kz->lock);
	if (refilled) {
		km_count(kz->node, KM_REFILLED, 1);
		trace_refill(kz, r, allocated);
	}
}

static bool may_be_asked_for(struct km_zone *kz, unsigned int r)
{
	const struct km_region *region = &kz->region[r];
	bool ok;

	spin_lock(&kz->lock);
	ok = !test_bit(r, kz->mask) &&
	     (!region->failures || time_after_eq(jiffies, region->not_before));
	spin_unlock(&kz->lock);
	return ok;
}

/* Returns how many there are to choose from, in kz->pick. */
static unsigned int look_at_zone(struct km_zone *kz, struct scan *scan)
{
	bool random = READ_ONCE(km_choice) == KM_CHOICE_RANDOM;
	unsigned int r, n = 0;
	struct km_fill fill;

	for (r = 0; r < kz->nr && km_may_run(kz->node); r++) {
		bool light;

		down_read(&km_offlining);
		km_look(kz, r, &fill);
		up_read(&km_offlining);

		scan->seen++;
		note_refill(kz, r, &fill);
		if (!km_can_be_moved(kz, r, &fill) || !may_be_asked_for(kz, r))
			continue;
		light = km_is_light(&fill);
		scan->light += light;
		if (light || (random && fill.movable))
			kz->pick[n++] = (struct km_pick){ r, fill.movable };
	}
	return n;
}

static int by_allocated(const void *a, const void *b)
{
	const struct km_pick *x = a, *y = b;

	return x->allocated < y->allocated ? -1 : x->allocated > y->allocated;
}

static void shuffle(struct km_node *node, struct km_pick *pick, unsigned int n)
{
	unsigned int i;

	for (i = 0; i + 1 < n; i++)
		swap(pick[i], pick[i + prandom_u32_state(&node->random) % (n - i)]);
}

static void scan_zone(struct km_zone *kz, struct scan *scan)
{
	unsigned int i, n, wanted, light = scan->light;

	n = look_at_zone(kz, scan);
	if (READ_ONCE(km_choice) == KM_CHOICE_RANDOM)
		shuffle(kz->node, kz->pick, n);
	else
		sort(kz->pick, n, sizeof(*kz->pick), by_allocated, NULL);

	wanted = min(DIV_ROUND_UP(scan->light - light, 2), n);
	for (i = 0; i < wanted; i++)
		scan->requested += km_request(kz, kz->pick[i].region, false);
}

void km_scan_node(struct kthread_work *work)
{
	struct km_node *node = container_of(work, struct km_node, scan.work);
	struct scan scan = {};
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		scan_zone(&node->zones[i], &scan);

	km_count(node, KM_SEEN, scan.seen);
	km_count(node, KM_LIGHT, scan.light);
	km_count(node, KM_PASSES, 1);
	trace_scan(node->nid, scan.seen, scan.light, scan.requested);
	if (km_may_run(node))
		kthread_queue_delayed_work(node->worker, &node->scan,
					   msecs_to_jiffies(READ_ONCE(km_scan_ms)));
}
