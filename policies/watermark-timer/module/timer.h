/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The watermark timer of the -ck kernels: one timer a node, which wakes a
 * kswapd that was quiet for a while if a zone is below its "lots" level.
 *
 * timer.c decides, knobs.c and stats.c are the user's view of it. How to see
 * what kswapd does and how to make it reclaim is the backend's: hooks.c in a
 * kernel with the hook set "watermark", boost.c in any kernel.
 */
#ifndef WT_TIMER_H
#define WT_TIMER_H

#include <linux/atomic.h>
#include <linux/mmzone.h>
#include <linux/stringify.h>
#include <linux/timer.h>
#include <linux/types.h>

#define WT_NAME __stringify(WT_POLICY)

enum wt_counter {
	WT_DECISIONS,		/* fired or rearmed: moves whether kswapd is busy or not */
	WT_FIRED,		/* the timer's callback ran; what came of it is one of: */
	WT_SKIPPED_BUSY,	/*   kswapd is running, or was within the expiry */
	WT_SKIPPED_LOAD,	/*   a CPU had work to do */
	WT_SKIPPED_HOPELESS,	/*   kswapd fails on this node, or gave it up */
	WT_SATISFIED,		/*   all zones are at the lots level */
	WT_WOKE,		/*   one was not, and kswapd was woken */
	WT_REARMED,		/* the timer was put off, since kswapd has been busy */
	WT_PASSES,		/* kswapd was done with what it was woken for: */
	WT_REACHED,		/*   all zones were at the lots level */
	WT_GAVE_UP,		/*   or not */
	WT_EXTRA,		/* the backend's own */
	WT_NR_COUNTERS
};

struct wt_node {
	struct timer_list timer;
	struct pglist_data *pgdat;	/* NULL until the first start */
	bool started;			/* changes under wt_mutex, read without */
	unsigned long last_busy;	/* jiffies */
	atomic64_t count[WT_NR_COUNTERS];
};

/* Knobs, in knobs.c; single words that the callback reads without a lock. */
extern unsigned int wt_expiry_ms;
extern unsigned int wt_lots_mult;
extern unsigned int wt_load_gate;
extern unsigned int wt_enable;

int wt_knobs_register(void);
void wt_knobs_unregister(void);

/* stats.c */
int wt_stats_register(void);
void wt_stats_unregister(void);

/* timer.c */
struct wt_node *wt_node(int nid);
bool wt_node_used(int nid);	/* was started at least once */
/* Arm all timers anew, or none, after a knob changed. */
void wt_apply(void);
/* The highest zone that is below its lots level, or NULL. */
struct zone *wt_short_zone(struct pglist_data *pgdat);

static inline void wt_count(struct wt_node *node, enum wt_counter what, u64 n)
{
	atomic64_add(n, &node->count[what]);
}

/* min + lots_mult * (low - min), without boosts; in pages. */
static inline unsigned long wt_lots(struct zone *zone)
{
	unsigned long min = zone->_watermark[WMARK_MIN];

	return min + READ_ONCE(wt_lots_mult) * (zone->_watermark[WMARK_LOW] - min);
}

/*
 * For the backend: a node's kswapd, or its memory, comes and goes. May sleep;
 * doing either twice does no harm.
 */
void wt_node_start(struct pglist_data *pgdat);
void wt_node_stop(struct pglist_data *pgdat);
/* kswapd is or has just been at work. */
void wt_kswapd_busy(struct pglist_data *pgdat);
/* The pass that wt_wake() asked for is over. */
void wt_kswapd_done(struct pglist_data *pgdat, unsigned long nr_reclaimed, bool reached);

/*
 * From the backend. Between init and exit it calls the four above, and the
 * timers call the rest, in softirq context.
 */
extern const char * const wt_extra_name;	/* of the counter */

int wt_backend_init(void);
void wt_backend_exit(void);

bool wt_zone_ok(struct zone *zone);
/* Is there more than background load? Measured, if it must be, from the last wt_load_start(). */
bool wt_load(struct wt_node *node);
void wt_load_start(struct wt_node *node);
/* For the highest zone that is short. Returns WT_WOKE, WT_SKIPPED_BUSY or WT_SKIPPED_HOPELESS. */
enum wt_counter wt_wake(struct wt_node *node, struct zone *zone);

#endif /* WT_TIMER_H */
