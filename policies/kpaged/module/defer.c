// SPDX-License-Identifier: GPL-2.0
/*
 * A small number of dirty pages that kswapd has put into the swap cache isn't
 * written at once: some of what was taken for unused is wanted back soon, and is
 * then still there. They are written when there are enough of them, or when
 * memory gets short.
 *
 * What is kept are swap entries, and no reference to a page. Whether an entry is
 * still that of a dirty page shows in the swap cache, so that the gauge can't
 * drift: it is counted anew whenever it is read. The lock is a leaf but for the
 * swap cache's RCU.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/spinlock.h>
#include <linux/swap.h>
#include <linux/writeback.h>

#include "defer.h"
#include "divert.h"
#include "kpaged.h"
#include "swapcache.h"
#include "symbols.h"

static DEFINE_SPINLOCK(lock);
static unsigned long deferred[KP_DEFER_MAX];
static unsigned int nr_deferred;
static struct task_struct *releasing;	/* a kswapd: what it writes is not deferred again */

/* --- the entries, under the lock ------------------------------------------------- */

/* Still to be written. Else it is clean, freed, or in use again, which has saved a write. */
static bool is_pending(unsigned long entry)
{
	struct folio *folio = kp_swap_cached(entry);
	bool pending = false;

	if (folio) {
		pending = folio_test_dirty(folio) && !folio_mapped(folio);
		if (folio_mapped(folio))
			kp_count(KP_DEFERRED_SAVED, 1);
		folio_put(folio);
	}
	return pending;
}

static void sweep(void)
{
	unsigned int i, left = 0;

	for (i = 0; i < nr_deferred; i++) {
		if (is_pending(deferred[i]))
			deferred[left++] = deferred[i];
	}
	nr_deferred = left;
}

static bool is_deferred(unsigned long entry)
{
	unsigned int i;

	for (i = 0; i < nr_deferred; i++) {
		if (deferred[i] == entry)
			return true;
	}
	return false;
}

unsigned int kp_deferred(void)
{
	unsigned int n;

	spin_lock(&lock);
	sweep();
	n = nr_deferred;
	spin_unlock(&lock);
	return n;
}

/* --- writing ------------------------------------------------------------------------ */

/* The second time that one comes it has been deferred for long enough. */
static bool defer(unsigned long entry)
{
	unsigned int limit = READ_ONCE(kp_defer_pages);
	bool added = false;

	spin_lock(&lock);
	if (nr_deferred < limit && !is_deferred(entry)) {
		deferred[nr_deferred++] = entry;
		added = true;
	}
	spin_unlock(&lock);
	if (added)
		kp_count(KP_DEFERRED, 1);
	return added;
}

static bool may_defer(void)
{
	enum kp_counter mode;

	if (!current_is_kswapd() || !READ_ONCE(kp_enable) || !READ_ONCE(kp_defer_pages) ||
	    READ_ONCE(releasing) == current)
		return false;
	mode = kp_mode();
	return mode == KP_GREEN || mode == KP_YELLOW;
}

static int defer_or_write(struct page *page, struct writeback_control *wbc);

static struct kp_divert diverted = {
	.name = "swap_writepage",
	.to = defer_or_write,
	.wanted = may_defer,
};

/* The page is locked, and stays so if it isn't written. */
static int defer_or_write(struct page *page, struct writeback_control *wbc)
{
	int (*swap_writepage)(struct page *page, struct writeback_control *wbc) =
		diverted.original;
	struct folio *folio = page_folio(page);
	int ret = AOP_WRITEPAGE_ACTIVATE;

	/*
	 * The entry is where a folio's owner has its word. Shared memory's own write
	 * isn't interested in what becomes of it, on older kernels, and would leave a
	 * page locked that isn't written.
	 */
	if (wbc->for_reclaim && folio_test_anon(folio) && !folio_test_large(folio) &&
	    defer((unsigned long)folio_get_private(folio)))
		folio_mark_dirty(folio);
	else
		ret = swap_writepage(page, wbc);
	kp_divert_left(&diverted);
	return ret;
}

/* --- the end of it -------------------------------------------------------------------- */

/* Off the list and off the LRU. */
static void take_all(struct list_head *folios)
{
	unsigned int i;

	spin_lock(&lock);
	sweep();
	for (i = 0; i < nr_deferred; i++) {
		struct folio *folio = kp_swap_cached(deferred[i]);

		if (!folio)
			continue;
		if (kp_isolate(folio))
			list_add_tail(&folio->lru, folios);
		folio_put(folio);
	}
	nr_deferred = 0;
	spin_unlock(&lock);
}

void kp_release_deferred(void)
{
	unsigned int n = READ_ONCE(nr_deferred);
	LIST_HEAD(folios);

	if (!n || (n < READ_ONCE(kp_defer_pages) && may_defer()))
		return;
	/* Another node's kswapd is at it. */
	if (cmpxchg(&releasing, NULL, current))
		return;
	take_all(&folios);
	kp_kernel.reclaim_pages(&folios);
	WRITE_ONCE(releasing, NULL);
}

int kp_defer_init(void)
{
	return kp_divert_start(&diverted);
}

/* What is left is written by whoever reclaims next. */
void kp_defer_exit(void)
{
	kp_divert_stop(&diverted);
}
