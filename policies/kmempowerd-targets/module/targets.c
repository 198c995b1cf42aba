// SPDX-License-Identifier: GPL-2.0
/*
 * Which regions evacuated pages go into: those that are filled most. Never one
 * that is free, queued or held, and a light one only if no other has room, and
 * it is heavier than the one that they come from.
 *
 * Single pages, that is. A huge one takes a whole block, which is rarely free in
 * a region that is well filled; it goes where the allocator wants.
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "targets.h"

static struct targets *all_targets;	/* nr_node_ids of them */

static struct targets *targets_of(const struct km_zone *kz)
{
	return &all_targets[kz->node->nid];
}

/* Somebody's contiguous allocation: ours, if it is one of our workers that is at it. */
struct targets *targets_of_current(void)
{
	struct km_node *node = km_node_of_current();
	struct targets *t = node ? &all_targets[node->nid] : NULL;

	return t && t->kz ? t : NULL;
}

static bool is_queued(struct km_zone *kz, unsigned int r)
{
	bool queued;

	spin_lock(&kz->lock);
	queued = test_bit(r, kz->mask);
	spin_unlock(&kz->lock);
	return queued;
}

static bool may_be_filled(struct km_zone *kz, unsigned int r, unsigned int source,
			  const struct km_fill *from, struct candidate *ret)
{
	struct km_fill fill;

	if (r == source || is_queued(kz, r))
		return false;
	km_look(kz, r, &fill);
	ret->region = r;
	ret->allocated = fill.movable + fill.other;
	ret->free = fill.free;
	ret->light = !fill.other && km_is_light(&fill);
	return fill.free && ret->allocated && (!ret->light || ret->allocated > from->movable);
}

/* Light ones last, and before that the ones that are filled most first. */
static int by_filling(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->light != y->light)
		return x->light ? 1 : -1;
	return x->allocated > y->allocated ? -1 : x->allocated < y->allocated;
}

bool km_targets_begin(struct km_zone *kz, unsigned int r, const struct km_fill *fill)
{
	struct targets *t = targets_of(kz);
	unsigned long room = 0;
	unsigned int i;

	t->candidates = kvmalloc_array(kz->nr, sizeof(*t->candidates), GFP_KERNEL);
	if (!t->candidates)
		return false;
	t->n = 0;
	for (i = 0; i < kz->nr; i++) {
		if (may_be_filled(kz, i, r, fill, &t->candidates[t->n]))
			room += t->candidates[t->n++].free;
	}
	sort(t->candidates, t->n, sizeof(*t->candidates), by_filling, NULL);
	if (room < fill->movable || !source_begin(t, kz, fill->movable)) {
		kvfree(t->candidates);
		return false;
	}
	t->kz = kz;
	return true;
}

void km_targets_end(struct km_zone *kz)
{
	struct targets *t = targets_of(kz);

	t->kz = NULL;
	source_end(t);
	kvfree(t->candidates);
}

void free_list_of_pages(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		__free_page(page);
		cond_resched();
	}
}

struct page *first_of_pages(struct list_head *pages)
{
	struct page *page = list_first_entry_or_null(pages, struct page, lru);

	if (page)
		list_del(&page->lru);
	return page;
}

struct page *target_of_page(struct targets *t)
{
	struct page *page = source_next(t);

	if (page)
		km_count(t->kz->node, KM_TARGETS_TAKEN, 1);
	return page;
}

int km_targets_init(void)
{
	int ret;

	all_targets = kvcalloc(nr_node_ids, sizeof(*all_targets), GFP_KERNEL);
	if (!all_targets)
		return -ENOMEM;
	ret = source_attach();
	if (ret)
		kvfree(all_targets);
	return ret;
}

void km_targets_exit(void)
{
	source_detach();
	kvfree(all_targets);
}
