// SPDX-License-Identifier: GPL-2.0
/*
 * What is in a region, from its struct pages and without any lock but
 * km_offlining, which keeps them from going away. Each may change under our
 * eyes: a wrong look makes a wrong guess, and the engine has the last word. What
 * is read from a page and used as a length is bounded first.
 */
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "kmempowerd.h"

/* As PageSwapCache(), which is not in all lines. */
#define SWAPCACHE	(1ul << PG_swapbacked | 1ul << PG_swapcache)
#define KM_MAX_ORDER ilog2(MAX_ORDER_NR_PAGES)

/* get_pageblock_migratetype() is not exported; the bitmap is a part of the section. */
static unsigned int block_type(unsigned long pfn)
{
	const unsigned long *map = section_to_usemap(__pfn_to_section(pfn));
	unsigned long bit = ((pfn & (PAGES_PER_SECTION - 1)) >> pageblock_order) *
			    NR_PAGEBLOCK_BITS;

	return READ_ONCE(map[bit / BITS_PER_LONG]) >> (bit % BITS_PER_LONG) & MIGRATETYPE_MASK;
}

/*
 * The engine leaves blocks as movable ones, also when it fails. That is no
 * harm to one that was stolen for kernel pages and has none any more, but the
 * reserve for atomic allocations, CMA and what someone else has isolated are to
 * stay what they are.
 */
static bool block_may_change(unsigned long pfn)
{
	switch (block_type(pfn)) {
	case MIGRATE_UNMOVABLE:
	case MIGRATE_MOVABLE:
	case MIGRATE_RECLAIMABLE:
		return true;
	default:
		return false;
	}
}

bool km_block_is_movable(unsigned long pfn)
{
	return block_type(pfn) == MIGRATE_MOVABLE;
}

static bool held_page(struct page *page)
{
	return PageOffline(page) && page_private(page) == (unsigned long)&km_held_tag;
}

/*
 * References beyond those that migration expects of a page: by direct I/O,
 * pipes (vmsplice), registered buffers. For a single page only; a huge one that
 * is held makes the engine fail.
 */
static bool page_pinned(struct page *page)
{
	unsigned long mapping = (unsigned long)READ_ONCE(page->mapping);
	unsigned long flags = READ_ONCE(page->flags);
	int expected = atomic_read(&page->_mapcount) + 1;

	if (mapping && !(mapping & PAGE_MAPPING_FLAGS))
		expected++;
	else if ((flags & SWAPCACHE) == SWAPCACHE)
		expected++;
	if (flags & PAGE_FLAGS_PRIVATE)
		expected++;
	return page_ref_count(page) > expected;
}

/* Pages of the one at pfn, up to end, and which sort they are. */
static unsigned int look_at(struct page *page, unsigned int left, struct km_fill *fill)
{
	unsigned int n = 1;

	if (PageBuddy(page)) {
		n = min(1u << min(READ_ONCE(page_private(page)), KM_MAX_ORDER), left);
		fill->free += n;
	} else if (PageReserved(page) || PageTable(page)) {
		fill->other++;
	} else if (held_page(page)) {
		fill->held++;
	} else if (PageCompound(page)) {
		struct page *head = compound_head(page);
		unsigned int order = min_t(unsigned int, compound_order(head), KM_MAX_ORDER);
		unsigned long past = page - head;

		if (past < 1ul << order)
			n = min_t(unsigned long, (1ul << order) - past, left);
		/* Huge pages of hugetlbfs are not on the LRU. */
		if (PageLRU(head) && !PageSlab(head))
			fill->movable += n;
		else
			fill->other += n;
	} else if (!page_ref_count(page)) {
		fill->free++;	/* on some CPU's list */
	} else if (PageSlab(page)) {
		fill->other++;
	} else if (PageLRU(page)) {
		fill->movable++;
		fill->pinned += page_pinned(page);
	} else if (__PageMovable(page)) {
		fill->movable++;
	} else if (READ_ONCE(page->mapping)) {
		/* User memory or page cache, in a CPU's batch for the LRU, or isolated. */
		fill->movable++;
		fill->away++;
	} else {
		fill->other++;
	}
	return n;
}

static void look_at_block(const struct km_zone *kz, unsigned long pfn, unsigned long end,
			  struct km_fill *fill)
{
	if (!pfn_to_online_page(pfn))
		return;
	if (!block_may_change(pfn)) {
		fill->other += end - pfn;
		return;
	}
	while (pfn < end) {
		struct page *page = pfn_to_page(pfn);

		if (page_zone(page) == kz->zone)
			pfn += look_at(page, end - pfn, fill);
		else
			pfn++;
	}
}

void km_look(const struct km_zone *kz, unsigned int r, struct km_fill *ret)
{
	unsigned long pfn, end;

	*ret = (struct km_fill){};
	km_range(kz, r, &pfn, &end);
	if (km_goes_offline(pfn, end))
		return;
	while (pfn < end) {
		unsigned long next = min(ALIGN(pfn + 1, pageblock_nr_pages), end);

		look_at_block(kz, pfn, next, ret);
		pfn = next;
		cond_resched();
	}
	ret->present = ret->free + ret->movable + ret->other + ret->held;
}
