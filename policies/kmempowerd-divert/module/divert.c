// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of chosen regions on a kernel without hooks.
 *
 * Where a page goes, the engine asks of alloc_migration_target(). The no-op for
 * ftrace that it begins with is where our workers, and nobody else, are sent on
 * to divert_target(), as livepatch does it. What runs there is a thread of ours,
 * which is gone before the module is; and nothing is called from there that
 * would lead here again.
 *
 * No allocation can be told where to take a page from. So pages are taken as
 * they come, which is the smallest free blocks first, and kept until the
 * evacuation is over, so that no page comes twice: those of the regions that
 * are filled most are what was wanted, and the others go back in the end. No
 * more than a few times as many as are needed, never below the high watermark,
 * and without reclaim.
 */
#include <linux/ftrace.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "targets.h"

#define WANTED	2	/* regions with so many times the pages: not all of them are to be had */
#define LIMIT	8	/* so many times the pages are taken */
#define NOWHERE	UINT_MAX

struct source {
	struct km_zone *kz;
	gfp_t gfp;
	unsigned long taken, limit;
	unsigned int *rank;	/* of each region: the candidate that it is, or NOWHERE */
	struct list_head *pages;	/* of each candidate */
	unsigned int n;
	unsigned int first;	/* those before it have no pages here */
	unsigned int wanted;	/* those before it are what is looked for */
	struct list_head others;
};

/* --- taking pages ----------------------------------------------------------------------- */

/* Movable memory of that zone, or of those below it, and no reclaim for it. */
static gfp_t gfp_of(struct zone *zone)
{
	gfp_t gfp = __GFP_MOVABLE | __GFP_THISNODE | __GFP_NOMEMALLOC | __GFP_NOWARN;

	switch (zone_idx(zone)) {
	case ZONE_MOVABLE:
		return gfp | __GFP_HIGHMEM;
#ifdef CONFIG_ZONE_DMA32
	case ZONE_DMA32:
		return gfp | __GFP_DMA32;
#endif
#ifdef CONFIG_ZONE_DMA
	case ZONE_DMA:
		return gfp | __GFP_DMA;
#endif
	default:
		return gfp;
	}
}

static unsigned int rank_of(struct source *s, struct page *page)
{
	unsigned long pfn = page_to_pfn(page), region = (pfn - s->kz->first) >> km_shift;

	/* Of a zone that has just grown there may be more regions than there were. */
	if (page_zone(page) != s->kz->zone || region >= s->kz->nr || !km_block_is_movable(pfn))
		return NOWHERE;
	return s->rank[region];
}

static bool take_page(struct source *s)
{
	struct zone *zone = s->kz->zone;
	unsigned int rank;
	struct page *page;

	if (s->taken == s->limit || !km_spare(zone, km_highest_zone(zone)))
		return false;
	page = alloc_pages_node(zone_to_nid(zone), s->gfp, 0);
	if (!page)
		return false;
	s->taken++;
	rank = rank_of(s, page);
	if (rank == NOWHERE) {
		list_add(&page->lru, &s->others);
	} else {
		list_add(&page->lru, &s->pages[rank]);
		s->first = min(s->first, rank);
	}
	cond_resched();
	return true;
}

struct page *source_next(struct targets *t)
{
	struct source *s = t->source;

	do {
		while (s->first < s->n && list_empty(&s->pages[s->first]))
			s->first++;
	} while (s->first >= s->wanted && take_page(s));
	return s->first < s->n ? first_of_pages(&s->pages[s->first]) : NULL;
}

static void rank_candidates(struct source *s, const struct targets *t, unsigned int wanted)
{
	unsigned long room = 0;
	unsigned int i;

	for (i = 0; i < s->kz->nr; i++)
		s->rank[i] = NOWHERE;
	for (i = 0; i < t->n; i++) {
		INIT_LIST_HEAD(&s->pages[i]);
		s->rank[t->candidates[i].region] = i;
		if (room < (unsigned long)WANTED * wanted)
			s->wanted = i + 1;
		room += t->candidates[i].free;
	}
}

static void free_source(struct source *s)
{
	kvfree(s->pages);
	kvfree(s->rank);
	kfree(s);
}

bool source_begin(struct targets *t, struct km_zone *kz, unsigned int wanted)
{
	struct source *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return false;
	s->kz = kz;
	s->gfp = gfp_of(kz->zone);
	s->limit = (unsigned long)LIMIT * wanted;
	s->n = t->n;
	s->first = t->n;
	s->rank = kvmalloc_array(kz->nr, sizeof(*s->rank), GFP_KERNEL);
	s->pages = kvmalloc_array(max(t->n, 1u), sizeof(*s->pages), GFP_KERNEL);
	INIT_LIST_HEAD(&s->others);
	if (!s->rank || !s->pages) {
		free_source(s);
		return false;
	}
	rank_candidates(s, t, wanted);
	t->source = s;
	return true;
}

/*
 * The last ones to go back stay on this CPU's list, from where the next
 * allocations are served: these are to be of the regions that are filled most.
 */
void source_end(struct targets *t)
{
	struct source *s = t->source;
	unsigned int i = s->n;

	free_list_of_pages(&s->others);
	while (i-- > 0)
		free_list_of_pages(&s->pages[i]);
	free_source(s);
}

/* --- being asked ------------------------------------------------------------------------ */

/* In place of alloc_migration_target(), for a single page: a folio, in newer kernels. */
static struct page *divert_target(struct page *page, unsigned long private)
{
	return target_of_page(targets_of_current());
}

static void notrace divert(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			   struct ftrace_regs *fregs)
{
	struct targets *t = targets_of_current();
	struct pt_regs *regs = ftrace_get_regs(fregs);
	struct page *page;

	if (!t || !regs)
		return;
	page = (struct page *)regs_get_kernel_argument(regs, 0);
	if (PageCompound(page))
		km_count(t->kz->node, KM_TARGETS_DEFAULT, 1ul << compound_order(page));
	else
		instruction_pointer_set(regs, (unsigned long)divert_target);
}

/* Permanent: it can't be switched off by the sysctl kernel.ftrace_enabled. */
static struct ftrace_ops diversion = {
	.func = divert,
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

/* -EBUSY: a livepatch or a kprobe has the function already. */
int source_attach(void)
{
	unsigned char name[] = "alloc_migration_target";
	int ret = ftrace_set_filter(&diversion, name, sizeof(name) - 1, 1);

	if (!ret)
		ret = register_ftrace_function(&diversion);
	if (ret)
		ftrace_free_filter(&diversion);
	return ret;
}

/* Nobody is in divert() any more when this returns. */
void source_detach(void)
{
	WARN_ON(unregister_ftrace_function(&diversion));
	ftrace_free_filter(&diversion);
}

MODULE_DESCRIPTION("Evacuates lightly filled memory regions into well filled ones, by ftrace");
MODULE_LICENSE("GPL");
