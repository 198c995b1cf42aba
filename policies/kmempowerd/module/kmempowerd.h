/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kmempowerd: one worker thread a node evacuates lightly filled regions of its
 * memory, so that these are free as a whole.
 *
 * A region is an aligned range of page frames, cut off where its zone ends.
 * choose.c decides which regions are worth it, worker.c serves the requests,
 * evacuate.c moves the pages, hold.c keeps what was won until it is wanted.
 *
 * Locks, outermost first:
 *  memory hotplug's	held around our notifier
 *  km_mutex		nodes, tables and what depends on knobs; workers are waited
 *			for under it, so that they take neither of these
 *  km_offlining	a range is going offline (write), or looked at (read)
 *  km_zone::lock	requests; a leaf
 *  held_lock		in hold.c; a leaf, taken from within reclaim
 */
#ifndef KMEMPOWERD_H
#define KMEMPOWERD_H

#include <linux/atomic.h>
#include <linux/kthread.h>
#include <linux/mmzone.h>
#include <linux/prandom.h>
#include <linux/spinlock.h>
#include <linux/stringify.h>
#include <linux/types.h>
#include <linux/wait.h>

#define KM_NAME __stringify(KM_POLICY)

/* What came of a request. All but the first and the last count as failed. */
enum km_result {
	KM_DONE,
	KM_FAILED_UNMOVABLE,	/* slab, page tables, reserved, huge pages, … */
	KM_FAILED_PINNED,	/* somebody holds a page by more than its mappings */
	KM_FAILED_BUSY,		/* not all of it could be isolated or moved */
	KM_FAILED_TARGET,	/* no room elsewhere */
	KM_FAILED_OFFLINE,	/* going offline */
	KM_FAILED_HOLE,		/* not all of it is memory of this zone */
	KM_CANCELLED,		/* switched off, or no longer worth it */
	KM_NR_RESULTS
};

/* Why a held region was given back. */
enum km_release {
	KM_RELEASED_SHRINKER,
	KM_RELEASED_OOM,
	KM_RELEASED_OFFLINE,
	KM_RELEASED_OFF,	/* by a knob, or the module goes */
	KM_NR_RELEASES
};

enum km_counter {
	KM_PASSES,		/* looks at all of a node's regions */
	KM_SEEN,		/* regions looked at in these */
	KM_LIGHT,		/*   of which were lightly filled */
	KM_REFILLED,		/*   had been evacuated, and were free no more */
	KM_REQUESTED,		/* each ends with one result */
	KM_MERGED,		/* came while the same was waiting already: not in requested */
	KM_FAILED,		/* sum of the results that are failures */
	KM_RESULT,		/* the first of KM_NR_RESULTS */
	KM_HELD = KM_RESULT + KM_NR_RESULTS,	/* regions kept free */
	KM_RELEASE,		/* the first of KM_NR_RELEASES */
	KM_PAGES_MOVED = KM_RELEASE + KM_NR_RELEASES,
	KM_PAGES_DROPPED,	/* clean page cache, or freed by its owner meanwhile */
	KM_TARGETS_TAKEN,	/* pages from regions that were chosen for it */
	KM_TARGETS_DEFAULT,	/* pages that the allocator chose */
	KM_TIME_US,		/* spent on evacuations */
	KM_NR_COUNTERS
};

/* A region's pages, as far as can be seen without locks. */
struct km_fill {
	unsigned int present;	/* the sum of the next four */
	unsigned int free;
	unsigned int movable;
	unsigned int other;
	unsigned int held;	/* by us */
	unsigned int pinned;	/* of the movable ones: somebody else has references to them */
	unsigned int away;	/* of the movable ones: not on the LRU just now */
};

struct km_region {
	unsigned int requests;	/* generation: grows with each request that is not merged */
	unsigned int serving;	/* which of them the evacuation under way began with */
	unsigned long not_before;	/* jiffies: the next that a scan asks for, if failures */
	u8 failures;		/* in a row */
	bool busy;
	bool by_hand;
	bool won;		/* evacuated, and not seen filled again */
};

struct km_pick {
	unsigned int region;
	unsigned int allocated;
};

struct km_node;

struct km_zone {
	struct kthread_work work;
	struct km_node *node;
	struct zone *zone;
	unsigned int nr;		/* regions; 0: the zone has no memory */
	unsigned long first;		/* frame number of region 0, where it would start */

	spinlock_t lock;		/* protects the next two */
	unsigned long *mask;		/* regions that are to be evacuated */
	struct km_region *region;

	/* For the node's worker alone */
	unsigned long *local;		/* its copy of mask */
	struct km_pick *pick;
};

struct km_node {
	int nid;
	struct kthread_worker *worker;	/* NULL: the node is not in use */
	struct kthread_delayed_work scan;
	struct km_zone zones[MAX_NR_ZONES];
	wait_queue_head_t wait;		/* of a worker that sleeps */
	bool stopping;
	unsigned long unpaid_since;	/* jiffies: the last evacuation's end */
	u64 unpaid;			/* pages that it moved, for pages_per_sec */
	struct rnd_state random;	/* for the scan alone */
	unsigned long hold_at;		/* jiffies: held regions were wanted back a while ago */
	u64 moved;			/* pages, by the tracepoint, in the worker's context */
	unsigned long held_pages;	/* under held_lock, read without */
	atomic64_t count[KM_NR_COUNTERS];
};

/* knobs.c: single words, read without a lock. */
extern unsigned int km_threshold;
extern unsigned int km_scan_ms;
extern unsigned int km_hold;
extern unsigned int km_pages_per_sec;
extern unsigned int km_enable;
extern unsigned int km_choice;

enum { KM_CHOICE_LIGHT, KM_CHOICE_RANDOM };

int km_knobs_register(void);
void km_knobs_unregister(void);

/* node.c */
extern struct mutex km_mutex;
extern unsigned int km_shift;	/* a region has 1 << km_shift pages; changes under km_mutex */

int km_nodes_init(void);
void km_nodes_exit(void);
struct km_node *km_node(int nid);
struct km_node *km_node_of_current(void);	/* whose worker this is, or NULL */
int km_node_start(int nid);	/* under km_mutex; anew, if it runs */
void km_node_stop(int nid);	/* under km_mutex */
int km_set_region_mb(unsigned int mb);
unsigned int km_get_region_mb(void);
/* After a change of the knob. */
void km_apply_enable(void);	/* once it is off, nothing is under way any more */
void km_apply_hold(void);
void km_apply_scan_ms(void);	/* no look is under way, and the next one is so far off */
void km_apply_rate(void);

/* Part of region r that lies in the zone. */
void km_range(const struct km_zone *kz, unsigned int r, unsigned long *ret_start,
	      unsigned long *ret_end);

static inline void km_count(struct km_node *node, unsigned int what, u64 n)
{
	atomic64_add(n, &node->count[what]);
}

static inline bool km_may_run(const struct km_node *node)
{
	return READ_ONCE(km_enable) && !READ_ONCE(node->stopping);
}

/* worker.c */
void km_serve_zone(struct kthread_work *work);
/* Returns false if the same request is waiting already. */
bool km_request(struct km_zone *kz, unsigned int r, bool by_hand);

/* choose.c */
void km_scan_node(struct kthread_work *work);
/* Can all of it be moved, as far as can be seen? */
bool km_can_be_moved(const struct km_zone *kz, unsigned int r, const struct km_fill *fill);
bool km_is_light(const struct km_fill *fill);

/* look.c: within km_offlining. */
void km_look(const struct km_zone *kz, unsigned int r, struct km_fill *ret);
bool km_block_is_movable(unsigned long pfn);

/* evacuate.c */
enum km_result km_evacuate(struct km_zone *kz, unsigned int r, bool by_hand);
/* Pages that the zone can give without anybody noticing, to those whose first zone is `highest`. */
unsigned long km_spare(struct zone *zone, enum zone_type highest);

/* The first zone for user memory that may be in this one. */
static inline enum zone_type km_highest_zone(struct zone *zone)
{
	return zone_idx(zone) > ZONE_NORMAL ? zone_idx(zone) : ZONE_NORMAL;
}

/* hold.c */
extern const char km_held_tag;	/* its address is in page_private() of held pages */

int km_hold_init(void);
void km_hold_exit(void);
void km_free_range(unsigned long start, unsigned long end);
/* Keeps what was just evacuated, or frees it. */
void km_hold_or_free(struct km_zone *kz, unsigned int r, unsigned long start, unsigned long end);
/* All that touch [start, end), of any node. */
void km_release_range(unsigned long start, unsigned long end, enum km_release why);

/* hotplug.c */
extern struct rw_semaphore km_offlining;

bool km_goes_offline(unsigned long start, unsigned long end);	/* within km_offlining */
int km_hotplug_init(void);
void km_hotplug_exit(void);

/* probes.c: counts km_node::moved. */
int km_probes_register(void);
void km_probes_unregister(void);

/* stats.c, map.c, request.c: /proc/policy/NAME, NAME_regions, NAME_request. */
int km_stats_register(void);
void km_stats_unregister(void);
int km_map_register(void);
void km_map_unregister(void);
int km_request_register(void);
void km_request_unregister(void);

/*
 * Where evacuated pages go: any.c leaves it to the allocator, targets.c has a
 * say. begin and end are around the engine, in the worker's context.
 */
int km_targets_init(void);
void km_targets_exit(void);
/* false: there is no room in the regions that may be used. */
bool km_targets_begin(struct km_zone *kz, unsigned int r, const struct km_fill *fill);
void km_targets_end(struct km_zone *kz);

#endif /* KMEMPOWERD_H */
