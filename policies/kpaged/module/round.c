// SPDX-License-Identifier: GPL-2.0
/*
 * A round of kswapd: easy page cache first, then the thread's candidates, then
 * the largest resident mapping. The LRU lists' turn follows, for page cache only
 * where one of these served; where none did, or kswapd is getting desperate, it
 * is as ever.
 */
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/policy_kpaged.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "kpaged.h"
#include "kp_trace.h"

/*
 * Rounds below this priority are left to the LRU lists: they see more than
 * anonymous pages that are mapped once. As where balance_pgdat() begins to
 * worry, DEF_PRIORITY - 2, and two more (ours).
 */
#define MIN_PRIORITY (DEF_PRIORITY - 4)

/* Within this, page cache is still looked for in small parts of its lists. */
#define EASY_PRIORITY (DEF_PRIORITY - 2)

/* node_page_state() without what each CPU still has of it; that isn't exported. */
static unsigned long node_pages(struct pglist_data *pgdat, enum node_stat_item item)
{
	long n = atomic_long_read(&pgdat->vm_stat[item]);

	return max(n, 0L);
}

static bool is_easy(const struct policy_kpaged_round *round)
{
	struct pglist_data *pgdat = round->pgdat;
	unsigned long inactive = node_pages(pgdat, NR_INACTIVE_FILE);
	unsigned long busy = node_pages(pgdat, NR_FILE_DIRTY) +
			     node_pages(pgdat, NR_WRITEBACK);

	return round->priority >= EASY_PRIORITY && inactive > busy &&
	       (inactive - busy) * 100 > round->nr_to_reclaim * READ_ONCE(kp_easy_pct);
}

/* What was found doesn't count for as much as what it freed, or will free. */
static unsigned int progress(const struct policy_kpaged_pageout *out)
{
	return max(out->nr_marked, out->nr_reclaimed);
}

/* Returns the progress, or -EAGAIN: this mapping's candidates are to be kept for later. */
static int pageout(struct kp_map *map, struct policy_kpaged_round *round,
		   struct policy_kpaged_pageout *out)
{
	int ret;

	if (!mmget_not_zero(map->mm))
		return 0;
	ret = policy_kpaged_pageout(map->mm, out);
	mmput_async(map->mm);
	if (ret) {
		kp_count(KP_LOCKED, 1);
		return ret;
	}

	kp_count(KP_TRIED, 1);
	kp_count(KP_STALE, out->nr_stale);
	kp_count(KP_MARKED, out->nr_marked);
	kp_count(KP_RECLAIMED, out->nr_reclaimed);
	round->nr_scanned += out->nr_taken + out->nr_stale;
	round->nr_reclaimed += out->nr_reclaimed;
	return progress(out);
}

static unsigned int take_candidates(struct policy_kpaged_round *round)
{
	unsigned long addr[SWAP_CLUSTER_MAX];
	unsigned int done = 0;
	struct kp_map *map;
	int ret = 0;

	while (ret >= 0 && done < round->nr_to_reclaim && (map = kp_map_richest())) {
		struct policy_kpaged_pageout out = {
			.addr = addr,
			.nid = round->pgdat->node_id,
			.even_young = READ_ONCE(kp_random),
		};

		kp_ring_expire(map);
		out.nr = kp_ring_take(map, out.nid, addr, ARRAY_SIZE(addr));
		if (out.nr)
			ret = pageout(map, round, &out);
		done += max(ret, 0);
		kp_map_put(map);
		cond_resched();
	}
	return done;
}

/* By its resident size alone, wherever the last time ended. */
static unsigned int take_from_largest(struct policy_kpaged_round *round)
{
	struct kp_map *map = kp_map_largest();
	struct policy_kpaged_pageout out = {
		.nr = SWAP_CLUSTER_MAX,
		.nid = round->pgdat->node_id,
		.even_young = true,
	};
	int done;

	if (!map)
		return 0;
	out.from = READ_ONCE(map->largest);
	done = max(pageout(map, round, &out), 0);
	WRITE_ONCE(map->largest, out.from);
	kp_map_put(map);
	return done;
}

/* More in flight would only wait there, and what is in flight will be free. */
static void wait_for_writeback(struct policy_kpaged_round *round)
{
	if (node_pages(round->pgdat, NR_WRITEBACK) <= round->nr_to_reclaim)
		return;
	kp_count(KP_WRITEBACK_WAITS, 1);
	schedule_timeout_uninterruptible(1);
}

static enum kp_counter choose(struct policy_kpaged_round *round)
{
	if (round->priority < MIN_PRIORITY)
		return KP_ORDINARY;
	if (is_easy(round))
		return KP_EASY;
	if (!get_nr_swap_pages())
		return KP_ORDINARY;
	wait_for_writeback(round);
	if (take_candidates(round))
		return KP_CANDIDATES_USED;
	return take_from_largest(round) ? KP_OVERLOAD : KP_ORDINARY;
}

void kp_round(struct policy_kpaged_round *round)
{
	enum kp_counter way;

	if (!READ_ONCE(kp_enable))
		return;
	way = choose(round);
	kp_count(KP_ROUNDS, 1);
	kp_count(way, 1);
	round->may_swap = way == KP_ORDINARY;
	trace_round(round, way);
}
