// SPDX-License-Identifier: GPL-2.0
/*
 * Requests, and the loop that serves a zone's: copy the mask, evacuate what is
 * in the copy, clear it, look again. A region that was asked for once more while
 * it was being evacuated keeps its bit, since pages that came back after its
 * last one was looked at are what that request is about.
 */
#include <linux/bitmap.h>
#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched.h>

#include "kmempowerd.h"
#include "km_trace.h"

#define BACKOFF_FIRST	(2 * HZ)
#define BACKOFF_STEPS	6	/* doubles so often */

bool km_request(struct km_zone *kz, unsigned int r, bool by_hand)
{
	struct km_region *region = &kz->region[r];
	bool is_new;

	spin_lock(&kz->lock);
	is_new = !test_bit(r, kz->mask) ||
		 (region->busy && region->requests == region->serving);
	if (is_new) {
		region->requests++;
		region->by_hand = by_hand;
		__set_bit(r, kz->mask);
	} else {
		region->by_hand |= by_hand;
	}
	spin_unlock(&kz->lock);

	km_count(kz->node, is_new ? KM_REQUESTED : KM_MERGED, 1);
	if (is_new) {
		trace_request(kz, r, by_hand);
		kthread_queue_work(kz->node->worker, &kz->work);
	}
	return is_new;
}

static bool copy_mask(struct km_zone *kz)
{
	spin_lock(&kz->lock);
	bitmap_copy(kz->local, kz->mask, kz->nr);
	spin_unlock(&kz->lock);
	return !bitmap_empty(kz->local, kz->nr);
}

static bool begin(struct km_zone *kz, unsigned int r)
{
	struct km_region *region = &kz->region[r];
	bool by_hand;

	spin_lock(&kz->lock);
	region->serving = region->requests;
	region->busy = true;
	by_hand = region->by_hand;
	region->by_hand = false;
	spin_unlock(&kz->lock);
	return by_hand;
}

static bool has_failed(enum km_result result)
{
	return result != KM_DONE && result != KM_CANCELLED;
}

static void end(struct km_zone *kz, unsigned int r, enum km_result result)
{
	struct km_region *region = &kz->region[r];

	spin_lock(&kz->lock);
	region->busy = false;
	if (region->requests == region->serving)
		__clear_bit(r, kz->mask);
	if (has_failed(result)) {
		region->not_before = jiffies +
				     (BACKOFF_FIRST << min_t(u8, region->failures, BACKOFF_STEPS));
		if (region->failures < U8_MAX)
			region->failures++;
	} else if (result == KM_DONE) {
		region->failures = 0;
		region->won = true;
	}
	spin_unlock(&kz->lock);
}

/* Jiffies until the last evacuation's pages are paid for. */
static long until_paid(const struct km_node *node, unsigned int rate)
{
	return rate ? node->unpaid_since + div_u64(node->unpaid * HZ, rate) - jiffies : 0;
}

/* That may be hours: who changes the rate doesn't wait for what the last one made of it. */
static void wait_for_turn(struct km_node *node)
{
	unsigned int rate = READ_ONCE(km_pages_per_sec);
	long left;

	while ((left = until_paid(node, rate)) > 0 && km_may_run(node)) {
		wait_event_freezable_timeout(node->wait, !km_may_run(node) ||
					     READ_ONCE(km_pages_per_sec) != rate, left);
		rate = READ_ONCE(km_pages_per_sec);
	}
}

static void serve(struct km_zone *kz, unsigned int r)
{
	struct km_node *node = kz->node;
	enum km_result result;
	bool by_hand;
	u64 moved = node->moved;

	wait_for_turn(node);
	by_hand = begin(kz, r);
	result = km_evacuate(kz, r, by_hand);
	node->unpaid = node->moved - moved;
	node->unpaid_since = jiffies;
	end(kz, r, result);
	km_count(node, KM_RESULT + result, 1);
	if (has_failed(result))
		km_count(node, KM_FAILED, 1);
}

void km_serve_zone(struct kthread_work *work)
{
	struct km_zone *kz = container_of(work, struct km_zone, work);
	unsigned int r;

	while (copy_mask(kz)) {
		for_each_set_bit(r, kz->local, kz->nr) {
			serve(kz, r);
			try_to_freeze();
			cond_resched();
		}
	}
}
