/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that look random, the same on every host. */
#ifndef WORKLOADS_MIX_H
#define WORKLOADS_MIX_H

#include <stdint.h>

#define MIX_STEP 0x9e3779b97f4a7c15ull /* odd: adding it goes through all numbers */

/* One to one; each bit of `x` changes half of the result's (SplitMix64, Steele et al. 2014). */
static inline uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

/* The next one of a series that `state` is the place in. */
static inline uint64_t mix_next(uint64_t *state)
{
	return mix(*state += MIX_STEP);
}

#endif
