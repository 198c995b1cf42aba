// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of chosen regions on a kernel with the hook set "contig", which takes
 * them right out of there, and asks for each page that is moved.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/policy_contig.h>
#include <linux/slab.h>

#include "targets.h"

#define BATCH 64	/* pages that are taken at a time */

struct source {
	struct km_zone *kz;
	unsigned int at;	/* the candidate that is being filled, from pfn on */
	unsigned long pfn, end;
	struct list_head pages;	/* taken from it, and not handed out yet */
};

static void start_candidate(struct targets *t)
{
	struct source *s = t->source;

	if (s->at < t->n)
		km_range(s->kz, t->candidates[s->at].region, &s->pfn, &s->end);
}

bool source_begin(struct targets *t, struct km_zone *kz, unsigned int wanted)
{
	t->source = kzalloc(sizeof(*t->source), GFP_KERNEL);
	if (!t->source)
		return false;
	t->source->kz = kz;
	INIT_LIST_HEAD(&t->source->pages);
	start_candidate(t);
	return true;
}

struct page *source_next(struct targets *t)
{
	struct source *s = t->source;

	while (list_empty(&s->pages) && s->at < t->n) {
		policy_take_free_pages(s->kz->zone, &s->pfn, s->end, BATCH, &s->pages);
		if (!list_empty(&s->pages))
			break;
		s->at++;
		start_candidate(t);
	}
	return first_of_pages(&s->pages);
}

void source_end(struct targets *t)
{
	free_list_of_pages(&t->source->pages);
	kfree(t->source);
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
	*ret = target_of_page(t);
	return true;
}

static const struct policy_contig_ops ops = { .target = target };

int source_attach(void)
{
	return policy_contig_attach(&ops);
}

void source_detach(void)
{
	policy_contig_detach();
}

MODULE_DESCRIPTION("Evacuates lightly filled memory regions into well filled ones");
MODULE_LICENSE("GPL");
