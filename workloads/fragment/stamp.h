/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in a page.  Every word of it follows from the seed, the page's number
 * and how often it was written, so that a page that was moved to the wrong
 * place, lost a write or kept an old one is told from a right one.
 */
#ifndef FRAGMENT_STAMP_H
#define FRAGMENT_STAMP_H

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "mix.h"

#define PAGE 4096
#define WORDS (PAGE / sizeof(uint64_t))
/* Of bad pages: more would hide what the kernel says meanwhile. */
#define TOLD_MAX 16

struct stamps {
	uint64_t seed;
	atomic_ulong checked, bad;
};

static inline uint64_t stamp_of(const struct stamps *s, uint32_t page, uint32_t generation)
{
	return mix(s->seed * MIX_STEP + ((uint64_t)page << 32 | generation));
}

static inline void stamp_put(const struct stamps *s, void *at, uint32_t page, uint32_t generation)
{
	uint64_t v = stamp_of(s, page, generation);
	volatile uint64_t *word = at;

	for (size_t i = 0; i < WORDS; i++, v += MIX_STEP)
		word[i] = v;
}

static inline void stamp_tell(uint32_t page, size_t word, uint64_t found, uint64_t wanted)
{
	fprintf(stderr,
		"contents of page %u are wrong from word %zu on: %#" PRIx64 ", not %#" PRIx64
		"%s\n",
		page, word, found, wanted, found ? "" : " (a zeroed page?)");
}

/* Every word.  What isn't as it should be is counted and told, once a page and check. */
static inline bool stamp_check(struct stamps *s, const void *at, uint32_t page, uint32_t generation)
{
	uint64_t v = stamp_of(s, page, generation);
	const volatile uint64_t *word = at;

	atomic_fetch_add(&s->checked, 1);
	for (size_t i = 0; i < WORDS; i++, v += MIX_STEP) {
		uint64_t found = word[i];

		if (found == v)
			continue;
		if (atomic_fetch_add(&s->bad, 1) < TOLD_MAX)
			stamp_tell(page, i, found, v);
		return false;
	}
	return true;
}

#endif
