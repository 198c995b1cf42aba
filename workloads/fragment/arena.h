/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small pages of one mapping: which are there, and what is in them. */
#ifndef FRAGMENT_ARENA_H
#define FRAGMENT_ARENA_H

#include <string.h>
#include <sys/mman.h>

#include "fail.h"
#include "memory.h"
#include "stamp.h"
#include "zones.h"

struct arena {
	char *base;
	uint32_t pages;
	/*
	 * All pages once: first those that are there and may be taken (live), then
	 * holes, then those that somebody has taken for good.
	 */
	uint32_t *order;
	uint32_t live, holes;
	uint32_t *generation; /* of a page's stamp */
	struct stamps *stamps;
	uint64_t random;
};

static inline char *arena_at(const struct arena *a, uint32_t page)
{
	return a->base + (size_t)page * PAGE;
}

static inline uint32_t arena_random(struct arena *a, uint32_t below)
{
	return (uint32_t)(mix_next(&a->random) % below);
}

static inline void arena_write(struct arena *a, uint32_t page)
{
	stamp_put(a->stamps, arena_at(a, page), page, ++a->generation[page]);
}

static inline bool arena_check(struct arena *a, uint32_t page)
{
	return stamp_check(a->stamps, arena_at(a, page), page, a->generation[page]);
}

/* Address space for all there is, and the books, which are to be in memory before it is full. */
static inline void arena_init(struct arena *a, struct stamps *stamps, uint32_t most)
{
	*a = (struct arena){ .stamps = stamps, .random = stamps->seed };
	a->base = map((size_t)most * PAGE);
	/* A huge page would be 512 neighbours at once; there is to be no order in this. */
	if (madvise(a->base, (size_t)most * PAGE, MADV_NOHUGEPAGE) < 0 && errno != EINVAL)
		fail("madvise: %s", strerror(errno));
	a->order = map(most * sizeof(*a->order));
	a->generation = map(most * sizeof(*a->generation));
	for (uint32_t i = 0; i < most; i++)
		a->order[i] = i;
	memset(a->generation, 0, most * sizeof(*a->generation));
}

/*
 * Pages until `leave` are left above the high watermarks.  Each step takes half
 * of the rest, so that there are few looks at /proc and nothing to reclaim.
 */
static inline void arena_fill(struct arena *a, uint32_t most, unsigned long leave)
{
	for (;;) {
		struct zones z = read_zones();
		unsigned long n;

		if (z.headroom <= leave)
			break;
		n = (z.headroom - leave + 1) / 2;
		if (n > most - a->pages)
			fail("%lu pages are still free above the high watermarks, and all is full",
			     z.headroom);
		for (; n; n--)
			arena_write(a, a->pages++);
	}
	a->live = a->pages;
}

static inline void arena_swap(struct arena *a, uint32_t i, uint32_t j)
{
	uint32_t page = a->order[i];

	a->order[i] = a->order[j];
	a->order[j] = page;
}

/* The i-th live page becomes a hole. */
static inline void arena_free(struct arena *a, uint32_t i)
{
	uint32_t page = a->order[i];

	if (madvise(arena_at(a, page), PAGE, MADV_DONTNEED) < 0)
		fail("give a page back: %s", strerror(errno));
	arena_swap(a, i, --a->live);
	a->holes++;
}

/* The i-th hole becomes a live page. */
static inline void arena_grow(struct arena *a, uint32_t i)
{
	uint32_t page = a->order[a->live + i];

	arena_write(a, page);
	arena_swap(a, a->live + i, a->live);
	a->live++;
	a->holes--;
}

/*
 * Pages of the arena were given out one after the other, so that neighbours are
 * neighbours in memory too, more or less: long stretches are several regions.
 */
#define STRETCH ((64u << 20) / PAGE)

/* 1: where more is left than elsewhere. */
static inline unsigned int arena_part(uint32_t page, unsigned long uneven)
{
	return uneven ? page / STRETCH % 2 : 0;
}

/*
 * At random, down to so many percent; uneven: of each second stretch so many
 * percent more of that, and of the others as many less.
 */
static inline void arena_thin(struct arena *a, unsigned long percent, unsigned long uneven)
{
	uint64_t n[2] = { 0 }, left[2] = { 0 };

	for (uint32_t i = 0; i < a->live; i++)
		n[arena_part(a->order[i], uneven)]++;
	left[0] = n[0] * percent * (100 - uneven) / 10000;
	left[1] = n[1] * percent * (100 + uneven) / 10000;
	while (n[0] > left[0] || n[1] > left[1]) {
		uint32_t i = arena_random(a, a->live);
		unsigned int part = arena_part(a->order[i], uneven);

		if (n[part] > left[part]) {
			arena_free(a, i);
			n[part]--;
		}
	}
}

/* A live page at random, from now on the caller's: nobody else frees, checks or writes it. */
static inline uint32_t arena_take(struct arena *a)
{
	uint32_t end = a->live + a->holes - 1;

	if (!a->live)
		fail("there is no page left to take");
	arena_swap(a, arena_random(a, a->live), a->live - 1);
	arena_swap(a, --a->live, end);
	return a->order[end];
}

static inline void arena_check_all(struct arena *a)
{
	for (uint32_t i = 0; i < a->live; i++)
		arena_check(a, a->order[i]);
}

#endif
