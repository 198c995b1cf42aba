// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/estimate.h"

#include <string.h>

#include "base/str.h"

static struct estimate_kind *kind_of(struct estimate *e, const struct cell *cell)
{
	struct estimate_kind *k;

	for (size_t i = 0; i < e->n_kinds; i++) {
		k = &e->kinds[i];
		if (k->workload == cell->workload && k->mode == cell->mode)
			return k;
	}
	k = ARRAY_APPEND(e->kinds, e->n_kinds);
	k->workload = cell->workload;
	k->mode = cell->mode;
	k->guess_s = cell->estimate_s;
	return k;
}

void estimate_add(struct estimate *e, const struct cell *cell)
{
	kind_of(e, cell)->left++;
}

void estimate_finished(struct estimate *e, const struct cell *cell, double took_s)
{
	struct estimate_kind *k = kind_of(e, cell);

	k->left--;
	if (took_s > 0) {
		k->sum_s += took_s;
		k->done++;
	}
}

double estimate_left(const struct estimate *e)
{
	double left = 0;

	for (size_t i = 0; i < e->n_kinds; i++) {
		const struct estimate_kind *k = &e->kinds[i];

		left += (double)k->left * (k->done ? k->sum_s / (double)k->done : k->guess_s);
	}
	return left;
}

void estimate_deinit(struct estimate *e)
{
	free(e->kinds);
	*e = (struct estimate){ 0 };
}
