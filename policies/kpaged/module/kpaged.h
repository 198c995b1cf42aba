/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kpaged: a thread ages pages in idle time, mapping by mapping, and keeps those
 * that were not used; kswapd takes them when the page cache has nothing easy.
 *
 * maps.c has the mappings and their candidates, ring.c what is known of these,
 * walk.c the mappings' page tables, age.c the thread, round.c what kswapd does and
 * wait.c who waits for it, readahead.c what isn't read, defer.c what isn't written
 * yet, swapcache.c what becomes of the pages, mode.c how short memory is. symbols.c,
 * probe.c and divert.c are the ways into the kernel; knobs.c, stats.c and report.c are
 * the user's view.
 */
#ifndef KPAGED_H
#define KPAGED_H

#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "ring.h"

enum kp_counter {
	KP_RUNS,		/* times that the thread looked; each in one mode: */
	KP_GREEN,
	KP_YELLOW,
	KP_ORANGE,
	KP_RED,
	KP_GATED,		/* runs that found no idle time */
	KP_PASSES,		/* over a whole mapping */
	KP_AGED,		/* pages looked at */
	KP_YOUNG,		/* of these, accessed since the last look */
	KP_LOCKED,		/* times that a mapping's lock was taken */
	KP_EXPIRED,		/* candidates that got too old */
	KP_WAKEUPS,		/* of kswapds */
	KP_ROUNDS,		/* of kswapds; each goes one way: */
	KP_EASY,		/*   page cache is there */
	KP_CANDIDATES_USED,	/*   pages that the thread had found */
	KP_OVERLOAD,		/*   the largest resident mapping, for want of those */
	KP_ORDINARY,		/*   all left to the LRU lists */
	KP_TRIED,		/* mappings that kswapd looked for pages in */
	KP_MARKED,		/* pages that it put into the swap cache */
	KP_RECLAIMED,		/* of these, and found in it before, pages that it freed */
	KP_STALE,		/* candidates that didn't qualify any more */
	KP_WRITEBACK_WAITS,	/* of kswapds, a tick each, for what is being written */
	KP_STALLS,		/* allocations that would have reclaimed; each ends in one way: */
	KP_WOKEN,		/*   kswapd has made room; all others have reclaimed: */
	KP_ESCAPED_TIMEOUT,	/*   it took too long */
	KP_ESCAPED_NOFS,	/*   ... for one that may hold a file system's lock */
	KP_ESCAPED_SWAP_FULL,
	KP_ESCAPED_KSWAPD,	/*   it has given up, or this policy is leaving */
	KP_ESCAPED_KTHREAD,	/*   a kernel thread */
	KP_ESCAPED_IO,		/*   one that writes may depend on */
	KP_ESCAPED_DYING,
	KP_ESCAPED_NOT_SHORT,	/*   there is room, but not for this */
	KP_WAITS,		/* of these, those that slept */
	KP_WAIT_MS,		/* for so long, together */
	KP_WAITS_TOLD,		/* those that kswapd ended, not a look of their own */
	KP_UNBOOSTED,		/* zones whose boost has ended */
	KP_RA_FILE,		/* read-ahead that was left out */
	KP_RA_FORCED,
	KP_RA_SWAP,
	KP_DEFERRED,		/* pages whose write has waited */
	KP_DEFERRED_SAVED,	/* of these, those seen in use again before it */
	KP_CACHE_ADDS,		/* pages, to the swap cache */
	KP_CACHE_ADDS_KSWAPD,
	KP_SWAP_FAULTS,		/* lookups in it */
	KP_SWAP_HITS,
	KP_SWAP_HITS_MARKED,	/* of what kswapd had put there for us */
	KP_NR_COUNTERS
};

extern atomic64_t kp_counts[KP_NR_COUNTERS];

static inline void kp_count(enum kp_counter what, u64 n)
{
	atomic64_add(n, &kp_counts[what]);
}

/* Knobs, in knobs.c; single words that are read without a lock. */
extern unsigned int kp_enable;
extern unsigned int kp_gate_pct;
extern unsigned int kp_period_ms;
extern unsigned int kp_interval_ms;
extern unsigned int kp_ages;
extern unsigned int kp_max_age_ms;
extern unsigned int kp_run_ptes;
extern unsigned int kp_ring_pages;
extern unsigned int kp_easy_pct;
extern unsigned int kp_yellow_pct;
extern unsigned int kp_orange_pct;
extern unsigned int kp_red_pct;
extern unsigned int kp_wait;
extern unsigned int kp_wait_ms;
extern unsigned int kp_wait_low_ms;
extern unsigned int kp_wait_nofs_ms;
extern unsigned int kp_ra_discard;
extern unsigned int kp_defer_pages;
extern unsigned int kp_random;

struct kp_map {
	struct list_head list;
	struct hlist_node by_mm;
	refcount_t ref;
	struct mm_struct *mm;		/* by mmgrab(): it may end at any moment */
	unsigned int seen;		/* in the last look for mappings */

	/* The thread's: */
	unsigned long cursor;		/* of the pass, 0: at its beginning */
	unsigned long begun;		/* jiffies, the last pass */
	bool passed;			/* there has been one */
	unsigned int known;		/* how far the last pass' candidates are known again */
	struct kp_ring next;		/* candidates of the pass that is going on */

	spinlock_t lock;		/* of: */
	struct kp_ring live;		/* candidates of the last whole pass */
	unsigned long live_at;		/* jiffies, its end */
	unsigned long largest;		/* where kswapd goes on if it has no candidates */
};

/* maps.c. What is got has to be put; it may have no process any more: see mmget_not_zero(). */
void kp_maps_look(void);		/* for new processes, and ones that are gone */
void kp_maps_exit(void);
struct kp_map *kp_map_due(unsigned int *index);	/* the next to age; NULL: all is done */
struct kp_map *kp_map_oldest(void);	/* in candidates */
struct kp_map *kp_map_largest(void);	/* in anonymous pages */
void kp_map_put(struct kp_map *map);
void kp_map_found(struct kp_map *map, unsigned long addr, int nid);	/* for next */
void kp_map_publish(struct kp_map *map);	/* next becomes live */
unsigned int kp_map_take(struct kp_map *map, int nid, unsigned long *addr, unsigned int n);
void kp_map_expire(struct kp_map *map);
void kp_maps_expire(void);
long kp_candidates(void);		/* the gauge */
long kp_candidates_counted(void);	/* what it ought to be */

/* age.c */
int kp_age_init(void);
void kp_age_exit(void);

/* mode.c */
enum kp_counter kp_mode(void);
void kp_end_boost(struct zone *zone);	/* against fragmentation, of its marks */

/* round.c */
struct kp_round {
	int nid;
	unsigned long wanted;		/* pages */
	unsigned long nr_taken;		/* off the LRU */
	unsigned long nr_reclaimed;	/* of these, and those that were being written before */
};

int kp_round_init(void);
void kp_round_exit(void);

/* wait.c */
int kp_wait_init(void);
void kp_wait_exit(void);
int kp_waiting(void);			/* tasks, now */
void kp_wake_waiters(void);		/* for them to look whether there is room */

/* readahead.c */
int kp_readahead_init(void);
void kp_readahead_exit(void);

/* knobs.c */
int kp_knobs_register(void);
void kp_knobs_unregister(void);

/* stats.c: /proc/policy/kpaged; also the probe for kswapd's wake-ups. */
int kp_stats_register(void);
void kp_stats_unregister(void);

/* report.c: the original's lines, by SysRq. */
int kp_report_register(void);
void kp_report_unregister(void);

#endif /* KPAGED_H */
