// SPDX-License-Identifier: GPL-2.0
/*
 * Backend: a kernel with the hook set "contig". Evacuated pages go into holes of
 * the regions that are filled most: never into one that is free, queued or held,
 * and into a light one only if no other has room, and it is heavier than the one
 * that they come from.
 *
 * Single pages, that is. A huge one takes a whole block, which is rarely free in
 * a region that is well filled; it goes where the allocator wants.
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/policy_contig.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "kmempowerd.h"

#define BATCH 64	/* pages that are taken at a time */

struct candidate {
	unsigned int region;
	unsigned int allocated;
	unsigned int free;
	bool light;
};

/* Of a node's worker, for the evacuation under way. */
struct targets {
	struct km_zone *kz;	/* NULL: there is none */
	struct candidate *candidates;
	unsigned int n;
	unsigned int at;	/* the candidate that is being filled, from pfn on */
	unsigned long pfn, end;
	struct list_head pages;	/* taken from it, and not handed out yet */
};

static struct targets *all_targets;	/* nr_node_ids of them */

static struct targets *targets_of(const struct km_zone *kz)
{
	return &all_targets[kz->node->nid];
}

/* --- which regions ------------------------------------------------------------------- */

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

static void start_candidate(struct targets *t)
{
	if (t->at < t->n)
		km_range(t->kz, t->candidates[t->at].region, &t->pfn, &t->end);
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
	t->at = 0;
	for (i = 0; i < kz->nr; i++) {
		if (may_be_filled(kz, i, r, fill, &t->candidates[t->n]))
			room += t->candidates[t->n++].free;
	}
	if (room < fill->movable) {
		kvfree(t->candidates);
		return false;
	}
	sort(t->candidates, t->n, sizeof(*t->candidates), by_filling, NULL);
	t->kz = kz;
	start_candidate(t);
	return true;
}

void km_targets_end(struct km_zone *kz)
{
	struct targets *t = targets_of(kz);
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &t->pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	t->kz = NULL;
	kvfree(t->candidates);
}

/* --- their pages ---------------------------------------------------------------------- */

static struct page *next_page(struct targets *t)
{
	struct page *page;

	while (list_empty(&t->pages) && t->at < t->n) {
		policy_take_free_pages(t->kz->zone, &t->pfn, t->end, BATCH, &t->pages);
		if (!list_empty(&t->pages))
			break;
		t->at++;
		start_candidate(t);
	}
	page = list_first_entry_or_null(&t->pages, struct page, lru);
	if (page)
		list_del(&page->lru);
	return page;
}

/* Somebody's contiguous allocation: ours, if it is one of our workers that is at it. */
static struct targets *targets_of_current(void)
{
	struct km_node *node = km_node_of_current();
	struct targets *t = node ? &all_targets[node->nid] : NULL;

	return t && t->kz ? t : NULL;
}

static bool target(struct page *page, unsigned int order, struct page **ret)
{
	struct targets *t = targets_of_current();

	if (!t)
		return false;
	if (order) {
		km_count(t->kz->node, KM_TARGETS_DEFAULT, 1ul << order);
		return false;
	}
	*ret = next_page(t);
	if (*ret)
		km_count(t->kz->node, KM_TARGETS_TAKEN, 1);
	return true;
}

static const struct policy_contig_ops ops = { .target = target };

int km_targets_init(void)
{
	int nid, ret;

	all_targets = kvcalloc(nr_node_ids, sizeof(*all_targets), GFP_KERNEL);
	if (!all_targets)
		return -ENOMEM;
	for (nid = 0; nid < nr_node_ids; nid++)
		INIT_LIST_HEAD(&all_targets[nid].pages);
	ret = policy_contig_attach(&ops);
	if (ret)
		kvfree(all_targets);
	return ret;
}

void km_targets_exit(void)
{
	policy_contig_detach();
	kvfree(all_targets);
}

MODULE_DESCRIPTION("Evacuates lightly filled memory regions into well filled ones");
MODULE_LICENSE("GPL");
