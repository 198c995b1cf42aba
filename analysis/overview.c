// SPDX-License-Identifier: GPL-2.0-or-later
/* One line a pair: how many of its metrics went which way. */
#include <string.h>

#include "analysis/document.h"
#include "base/str.h"

struct tally {
	const struct comparison_row *any; /* one of its rows, for the labels */
	size_t better, worse, maybe_better, maybe_worse, rest;
};

static void count(struct tally *t, const struct comparison_row *r)
{
	bool better = comparison_improved(r);

	t->any = r;
	if (r->verdict == VERDICT_SHOWN || r->verdict == VERDICT_EXACT)
		(*(better ? &t->better : &t->worse))++;
	else if (r->verdict == VERDICT_UNPROVEN)
		(*(better ? &t->maybe_better : &t->maybe_worse))++;
	else
		t->rest++;
}

/* By pair; their numbers go from 1 to d->all_pairs. */
static struct tally *count_all(const struct document *d)
{
	struct tally *all = xcalloc((size_t)d->all_pairs + 1, sizeof(*all));

	for (size_t i = 0; i < d->sections.n; i++) {
		const struct comparison *c = &d->sections.items[i].rows;

		for (size_t j = 0; j < c->n; j++)
			count(&all[c->rows[j].pair], &c->rows[j]);
	}
	return all;
}

static void add_count(struct table *t, size_t n)
{
	if (n)
		table_addf(t, "%zu", n);
	else
		table_add(t, "");
}

static void add_tally(struct table *t, const struct tally *x)
{
	table_add(t, x->any->heading);
	table_add(t, x->any->a_label);
	table_add(t, x->any->b_label);
	add_count(t, x->better);
	add_count(t, x->worse);
	add_count(t, x->maybe_better);
	add_count(t, x->maybe_worse);
	add_count(t, x->rest);
}

struct table *document_overview(const struct document *d)
{
	static const char *const counts[] = { "better", "worse", "better?", "worse?", "neither" };
	struct tally *all = count_all(d);
	struct table *t = table_create();

	table_column(t, "where", ALIGN_LEFT);
	table_column(t, "from", ALIGN_LEFT);
	table_column(t, "to", ALIGN_LEFT);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		table_column(t, counts[i], ALIGN_RIGHT);
	for (int i = 0; i <= d->all_pairs; i++) {
		if (all[i].any)
			add_tally(t, &all[i]);
	}
	free(all);
	return t;
}
