/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The different values that a field had, up to a bound: a guest may invent them. */
#ifndef HARNESS_TRACE_DISTINCT_H
#define HARNESS_TRACE_DISTINCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISTINCT_MAX 1000
#define DISTINCT_SLOTS 2048 /* a power of 2, and never full */

struct distinct {
	int64_t values[DISTINCT_MAX]; /* in the order in which they came */
	uint16_t n;
	uint16_t slots[DISTINCT_SLOTS]; /* of a hash table: 1 + an index into values, or 0 */
};

/* Spreads flags, which are few bits far apart, over the table. */
static inline size_t distinct_slot(int64_t v)
{
	return (uint64_t)v * 0x9e3779b97f4a7c15u >> (64 - 11);
}

/* Done for each of a trace's events. */
static inline void distinct_add(struct distinct *d, int64_t v)
{
	size_t i = distinct_slot(v);

	for (; d->slots[i]; i = (i + 1) % DISTINCT_SLOTS) {
		if (d->values[d->slots[i] - 1] == v)
			return;
	}
	if (d->n == DISTINCT_MAX)
		return;
	d->values[d->n++] = v;
	d->slots[i] = d->n;
}

_Static_assert(DISTINCT_SLOTS == 1 << 11, "distinct_slot() gives 11 bits");

#endif
