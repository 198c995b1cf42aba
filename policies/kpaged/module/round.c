// SPDX-License-Identifier: GPL-2.0
/*
 * A round of kswapd: easy page cache first, then the thread's candidates, then
 * the largest resident mapping. It stands before shrink_node(), and if it has
 * brought the node above its watermarks the LRU lists have no turn; else they
 * have theirs as ever.
 *
 * kswapd holds no lock here, and waits for nobody but, some ticks, for writes.
 */
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "defer.h"
#include "divert.h"
#include "kpaged.h"
#include "kp_trace.h"
#include "swapcache.h"
#include "symbols.h"
#include "walk.h"

/*
 * Page cache that was easy so many times since kswapd woke doesn't suffice (ours).
 * As many rounds take kswapd, which begins with 1/4096 of the lists, to all of them.
 */
#define EASY_ROUNDS 12

/* For pages that are being written, in ticks (ours). */
#define WRITE_TICKS 10

/* --- the node's memory ------------------------------------------------------------- */

/* node_page_state() without what each CPU still has of it; that isn't exported. */
static unsigned long node_pages(struct pglist_data *pgdat, enum node_stat_item item)
{
	long n = atomic_long_read(&pgdat->vm_stat[item]);

	return max(n, 0L);
}

/* As kswapd's own test is, for single pages: one zone that is high enough will do. */
static bool is_balanced(struct pglist_data *pgdat)
{
	int i, highest = -1;

	for (i = pgdat->nr_zones - 1; i >= 0; i--) {
		struct zone *zone = pgdat->node_zones + i;

		if (!managed_zone(zone))
			continue;
		if (highest < 0)
			highest = i;
		if (zone_page_state(zone, NR_FREE_PAGES) >
		    high_wmark_pages(zone) + zone->lowmem_reserve[highest])
			return true;
	}
	return highest < 0;
}

/* As much as would bring every zone above its high watermark, as far as one turn goes. */
static unsigned long wanted(struct pglist_data *pgdat)
{
	unsigned long sum = 0;
	int i;

	for (i = 0; i < pgdat->nr_zones; i++) {
		struct zone *zone = pgdat->node_zones + i;
		long missing = high_wmark_pages(zone) - zone_page_state(zone, NR_FREE_PAGES);

		if (managed_zone(zone) && missing > 0)
			sum += missing;
	}
	return clamp_t(unsigned long, sum, SWAP_CLUSTER_MAX, KP_TURN_MAX - SWAP_CLUSTER_MAX);
}

static bool is_easy(struct pglist_data *pgdat, unsigned long wanted)
{
	unsigned long inactive = node_pages(pgdat, NR_INACTIVE_FILE);
	unsigned long busy = node_pages(pgdat, NR_FILE_DIRTY) +
			     node_pages(pgdat, NR_WRITEBACK);

	return inactive > busy &&
	       (inactive - busy) * 100 > wanted * READ_ONCE(kp_easy_pct);
}

/* --- what has been written is free only if someone takes it from the swap cache ----------- */

/* Who waits for one of these doesn't wait for the rest of the turn. */
static void reclaim(struct list_head *folios, struct kp_round *round)
{
	unsigned long n = kp_kernel.reclaim_pages(folios);

	round->nr_reclaimed += n;
	if (n)
		kp_wake_waiters();
}

/*
 * What has been read back and then written to may still have its place in swap: it
 * isn't added again. The page isn't locked, and may lose it; what is found there
 * later is looked at again.
 */
static void note_cached(struct kp_taker *taker, struct list_head *folios)
{
	struct folio *folio;

	list_for_each_entry(folio, folios, lru) {
		if (folio_test_swapcache(folio))
			kp_taker_note(taker, (unsigned long)folio_get_private(folio));
	}
}

/* False: it is still being written; else it is listed, or no business of ours any more. */
static bool is_settled(unsigned long entry, struct list_head *folios)
{
	struct folio *folio = kp_swap_cached(entry);
	bool settled;

	if (!folio)
		return true;
	settled = !folio_test_writeback(folio);
	if (settled && !folio_test_dirty(folio) && !folio_mapped(folio) && kp_isolate(folio))
		list_add_tail(&folio->lru, folios);
	folio_put(folio);
	return settled;
}

/*
 * As far as writes have come, which is about in their order. What this CPU has put
 * back isn't on the lists before that is told them, and can't be taken off them.
 */
static void reap_first(struct kp_taker *taker, struct kp_round *round)
{
	LIST_HEAD(folios);

	kp_kernel.lru_add_drain();
	while (taker->first < taker->n && is_settled(taker->entry[taker->first], &folios))
		taker->first++;
	reclaim(&folios, round);
}

static void reap_settled(struct kp_taker *taker, struct kp_round *round)
{
	LIST_HEAD(folios);
	unsigned int i, left = 0;

	kp_kernel.lru_add_drain();
	for (i = taker->first; i < taker->n; i++) {
		if (!is_settled(taker->entry[i], &folios))
			taker->entry[left++] = taker->entry[i];
	}
	taker->first = 0;
	taker->n = left;
	reclaim(&folios, round);
}

/* What takes longer is left to the lists, which have it at their ends. */
static void reap(struct kp_taker *taker, struct kp_round *round)
{
	int ticks;

	for (ticks = 0; ticks < WRITE_TICKS; ticks++) {
		reap_settled(taker, round);
		if (!taker->n)
			return;
		kp_count(KP_WRITEBACK_WAITS, 1);
		schedule_timeout_uninterruptible(1);
	}
	reap_settled(taker, round);
}

/* --- pages ------------------------------------------------------------------------------ */

/* Returns pages taken, or -EAGAIN: this mapping's lock is held by others. */
static int take(struct kp_map *map, struct kp_round *round, struct kp_pageout *out)
{
	struct kp_taker *taker = kp_taker_of(round->nid);
	LIST_HEAD(folios);
	int ret;

	if (!mmget_not_zero(map->mm))
		return 0;
	ret = kp_walk_take(map->mm, out, &folios);
	mmput_async(map->mm);
	if (ret) {
		kp_count(KP_LOCKED, 1);
		return ret;
	}
	kp_count(KP_TRIED, 1);
	kp_count(KP_STALE, out->nr_stale);
	round->nr_taken += out->nr_taken;
	note_cached(taker, &folios);
	reclaim(&folios, round);
	reap_first(taker, round);
	return out->nr_taken;
}

static void take_candidates(struct kp_round *round)
{
	unsigned long addr[SWAP_CLUSTER_MAX];
	struct kp_map *map;
	int ret = 0;

	while (ret >= 0 && round->nr_taken < round->wanted && (map = kp_map_oldest())) {
		struct kp_pageout out = {
			.addr = addr,
			.nid = round->nid,
			.even_young = READ_ONCE(kp_random),
		};

		kp_map_expire(map);
		out.nr = kp_map_take(map, out.nid, addr, ARRAY_SIZE(addr));
		if (out.nr)
			ret = take(map, round, &out);
		kp_map_put(map);
		cond_resched();
	}
}

/* By its resident size alone, wherever the last time ended. */
static void take_from_largest(struct kp_round *round)
{
	struct kp_map *map = kp_map_largest();
	struct kp_pageout out = {
		.nr = min_t(unsigned long, round->wanted, SWAP_CLUSTER_MAX),
		.nid = round->nid,
		.even_young = true,
	};

	if (!map)
		return;
	out.from = READ_ONCE(map->largest);
	take(map, round, &out);
	WRITE_ONCE(map->largest, out.from);
	kp_map_put(map);
}

static void take_by(void (*way)(struct kp_round *round), struct kp_round *round)
{
	struct kp_taker *taker = kp_taker_of(round->nid);

	kp_taker_begin(taker);
	way(round);
	reap(taker, round);
	kp_taker_end(taker);
}

/* --- the round -------------------------------------------------------------------------------- */

/*
 * Against fragmentation the kernel has marks raised, for kswapd to free more than is
 * asked for. That is page cache; it isn't worth swapping.
 */
static void end_boosts(struct pglist_data *pgdat)
{
	int i;

	for (i = 0; i < pgdat->nr_zones; i++)
		kp_end_boost(pgdat->node_zones + i);
}

static bool is_easy_turn(struct pglist_data *pgdat, unsigned long wanted)
{
	struct kp_taker *taker = kp_taker_of(pgdat->node_id);

	if (is_easy(pgdat, wanted) && taker->easy_rounds++ < EASY_ROUNDS)
		return true;
	taker->easy_rounds = 0;
	return false;
}

static enum kp_counter swap_out(struct kp_round *round)
{
	if (get_nr_swap_pages() < SWAP_CLUSTER_MAX)
		return KP_ORDINARY;
	take_by(take_candidates, round);
	if (round->nr_taken)
		return KP_CANDIDATES_USED;
	take_by(take_from_largest, round);
	return round->nr_taken ? KP_OVERLOAD : KP_ORDINARY;
}

/* Whether the lists' turn may be left out. */
static bool take_turn(struct pglist_data *pgdat)
{
	struct kp_round round = { .nid = pgdat->node_id };
	enum kp_counter way = KP_EASY;

	/* For a high order, which isn't ours. */
	if (is_balanced(pgdat))
		return false;
	round.wanted = wanted(pgdat);
	if (!is_easy_turn(pgdat, round.wanted)) {
		end_boosts(pgdat);
		if (is_balanced(pgdat))
			return true;
		round.wanted = wanted(pgdat);
		way = swap_out(&round);
	}
	kp_count(KP_ROUNDS, 1);
	kp_count(way, 1);
	kp_count(KP_RECLAIMED, round.nr_reclaimed);
	trace_round(&round, way);
	if (!round.nr_reclaimed || !is_balanced(pgdat))
		return false;
	/* It succeeded, of which its own count doesn't know. */
	pgdat->kswapd_failures = 0;
	return true;
}

static bool is_wanted(void)
{
	return current_is_kswapd() && READ_ONCE(kp_enable);
}

static void shrink_node_after_turn(struct pglist_data *pgdat, void *control);

static struct kp_divert diverted = {
	.name = "shrink_node",
	.to = shrink_node_after_turn,
	.wanted = is_wanted,
};

static void shrink_node_after_turn(struct pglist_data *pgdat, void *control)
{
	void (*shrink_node)(struct pglist_data *pgdat, void *control) = diverted.original;

	kp_release_deferred();
	if (!take_turn(pgdat))
		shrink_node(pgdat, control);
	kp_wake_waiters();
	kp_divert_left(&diverted);
}

int kp_round_init(void)
{
	return kp_divert_start(&diverted);
}

void kp_round_exit(void)
{
	kp_divert_stop(&diverted);
}
