// SPDX-License-Identifier: GPL-2.0
/*
 * What was won goes back to the allocator, or is held: kept allocated, so that
 * nothing gets into it, until reclaim starts or memory runs out. Held pages are
 * marked as offline pages, as a balloon's are: they don't keep memory from going
 * offline, and /proc/kpageflags tells them from memory in use.
 *
 * Held memory is missing among the zone's free pages, so no more is held than
 * leaves it well above its high watermark; and once it was wanted back, none is
 * for a while.
 */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#include "compat.h"
#include "kmempowerd.h"
#include "km_trace.h"

#define HOLD_PAUSE	(10 * HZ)
#define MAX_FREE_ORDER	ilog2(MAX_ORDER_NR_PAGES)

const char km_held_tag;

struct held {
	struct list_head list;
	int nid;
	unsigned long start, end;
};

static LIST_HEAD(held_list);
static DEFINE_SPINLOCK(held_lock);

/* --- giving pages back --------------------------------------------------------------- */

/*
 * As one block, if nobody has a hold of any page of it, as who looks at pages by
 * their number may have for a moment. Page by page, free_contig_range() would
 * leave the last ones on this CPU's list, from where the next allocations are
 * served: the region would be in use again at once.
 */
static bool free_block(unsigned long pfn, unsigned int order)
{
	unsigned long i, n = 1ul << order;

	for (i = 0; i < n; i++) {
		if (!page_ref_freeze(pfn_to_page(pfn + i), 1))
			break;
	}
	if (i < n) {
		while (i-- > 0)
			page_ref_unfreeze(pfn_to_page(pfn + i), 1);
		return false;
	}
	page_ref_unfreeze(pfn_to_page(pfn), 1);
	__free_pages(pfn_to_page(pfn), order);
	return true;
}

static void free_pages_singly(unsigned long pfn, unsigned long n)
{
	while (n-- > 0)
		__free_page(pfn_to_page(pfn++));
}

void km_free_range(unsigned long start, unsigned long end)
{
	while (start < end) {
		unsigned int order = min_t(unsigned int, MAX_FREE_ORDER, __ffs(start | 1ul << 31));

		order = min_t(unsigned int, order, ilog2(end - start));
		if (!free_block(start, order))
			free_pages_singly(start, 1ul << order);
		start += 1ul << order;
		cond_resched();
	}
}

/* --- keeping them ----------------------------------------------------------------------- */

static void mark(unsigned long start, unsigned long end, bool held)
{
	unsigned long pfn;

	for (pfn = start; pfn < end; pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (held)
			__SetPageOffline(page);
		else
			__ClearPageOffline(page);
		set_page_private(page, held ? (unsigned long)&km_held_tag : 0);
	}
}

/* The range is ours already, and missing among the free pages. */
static bool may_hold(const struct km_zone *kz, unsigned long pages)
{
	unsigned long free = zone_page_state(kz->zone, NR_FREE_PAGES);

	return READ_ONCE(km_hold) && km_may_run(kz->node) &&
	       time_after_eq(jiffies, READ_ONCE(kz->node->hold_at)) &&
	       free >= high_wmark_pages(kz->zone) + pages;
}

void km_hold_or_free(struct km_zone *kz, unsigned int r, unsigned long start, unsigned long end)
{
	struct held *held = NULL;

	if (may_hold(kz, end - start))
		held = kmalloc(sizeof(*held), GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (!held) {
		km_free_range(start, end);
		return;
	}
	held->nid = kz->node->nid;
	held->start = start;
	held->end = end;
	mark(start, end, true);
	km_count(kz->node, KM_HELD, 1);
	trace_hold(held->nid, start, end - start);

	spin_lock(&held_lock);
	list_add(&held->list, &held_list);
	WRITE_ONCE(kz->node->held_pages, kz->node->held_pages + end - start);
	spin_unlock(&held_lock);

	/* Who has switched it off meanwhile may have been here before this one was. */
	if (!READ_ONCE(km_hold) || !km_may_run(kz->node))
		km_release_range(start, end, KM_RELEASED_OFF);
}

static struct held *take_one(int nid, unsigned long start, unsigned long end)
{
	struct held *held, *found = NULL;

	spin_lock(&held_lock);
	list_for_each_entry(held, &held_list, list) {
		if ((nid == NUMA_NO_NODE || held->nid == nid) &&
		    held->start < end && held->end > start) {
			found = held;
			break;
		}
	}
	if (found) {
		struct km_node *node = km_node(found->nid);

		list_del(&found->list);
		WRITE_ONCE(node->held_pages, node->held_pages - (found->end - found->start));
	}
	spin_unlock(&held_lock);
	return found;
}

/* From any context that may reclaim. Returns how many pages that were. */
static unsigned long give_back(struct held *held, enum km_release why)
{
	unsigned long pages = held->end - held->start;
	struct km_node *node = km_node(held->nid);

	if (why == KM_RELEASED_SHRINKER || why == KM_RELEASED_OOM)
		WRITE_ONCE(node->hold_at, jiffies + HOLD_PAUSE);
	trace_release(held->nid, held->start, pages, why);
	mark(held->start, held->end, false);
	km_free_range(held->start, held->end);
	km_count(node, KM_RELEASE + why, 1);
	kfree(held);
	return pages;
}

void km_release_range(unsigned long start, unsigned long end, enum km_release why)
{
	struct held *held;

	while ((held = take_one(NUMA_NO_NODE, start, end)))
		give_back(held, why);
}

/* --- wanted back ------------------------------------------------------------------------ */

static unsigned long count_held(struct shrinker *shrinker, struct shrink_control *sc)
{
	return READ_ONCE(km_node(sc->nid)->held_pages) ?: SHRINK_EMPTY;
}

static unsigned long release_some(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long freed = 0;
	struct held *held;

	while (freed < sc->nr_to_scan && (held = take_one(sc->nid, 0, ULONG_MAX)))
		freed += give_back(held, KM_RELEASED_SHRINKER);
	sc->nr_scanned = freed;
	return freed ?: SHRINK_STOP;
}

/* Memory that is free for the taking goes before anything that is in use. */
static void set_up(struct shrinker *shrinker)
{
	shrinker->count_objects = count_held;
	shrinker->scan_objects = release_some;
	shrinker->seeks = 0;
}

#ifdef COMPAT_SHRINKER_ALLOC
static struct shrinker *km_shrinker;

static int shrinker_init(void)
{
	km_shrinker = shrinker_alloc(SHRINKER_NUMA_AWARE, "policy-" KM_NAME);
	if (!km_shrinker)
		return -ENOMEM;
	set_up(km_shrinker);
	shrinker_register(km_shrinker);
	return 0;
}

static void shrinker_exit(void)
{
	shrinker_free(km_shrinker);
}
#else
static struct shrinker km_shrinker = { .flags = SHRINKER_NUMA_AWARE };

static int shrinker_init(void)
{
	set_up(&km_shrinker);
	return register_shrinker(&km_shrinker, "policy-" KM_NAME);
}

static void shrinker_exit(void)
{
	unregister_shrinker(&km_shrinker);
}
#endif

static int before_oom(struct notifier_block *self, unsigned long unused, void *arg)
{
	unsigned long *freed = arg;
	struct held *held;

	while ((held = take_one(NUMA_NO_NODE, 0, ULONG_MAX)))
		*freed += give_back(held, KM_RELEASED_OOM);
	return NOTIFY_OK;
}

static struct notifier_block oom_nb = { .notifier_call = before_oom };

int km_hold_init(void)
{
	int ret = shrinker_init();

	if (ret)
		return ret;
	ret = register_oom_notifier(&oom_nb);
	if (ret)
		shrinker_exit();
	return ret;
}

void km_hold_exit(void)
{
	unregister_oom_notifier(&oom_nb);
	shrinker_exit();
	km_release_range(0, ULONG_MAX, KM_RELEASED_OFF);
}
