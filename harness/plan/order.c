// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/order.h"

#include <stdlib.h>

#include "base/sha256.h"

/* Hashed, so that neighbouring seeds and repetitions have nothing in common. */
static uint64_t derive(const char *purpose, uint64_t matrix_seed, unsigned int rep)
{
	_cleanup_hash_ struct hash *h = hash_create();
	char hex[HASH_HEX];

	hash_str(h, purpose);
	hash_u64(h, matrix_seed);
	hash_u64(h, rep);
	hash_finish(h, hex);
	hex[16] = '\0';
	return strtoull(hex, NULL, 16);
}

uint64_t order_seed(uint64_t matrix_seed, unsigned int rep)
{
	return derive("cell seed", matrix_seed, rep) >> 1;
}

uint64_t order_seed_again(uint64_t matrix_seed, unsigned int rep)
{
	return derive("cell seed again", matrix_seed, rep) >> 1;
}

/*
 * splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 * Generators, OOPSLA 2014): 64 bits of state and the same on every libc.
 */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* 0 … n-1, each equally likely: what would favour the small ones is thrown again. */
static size_t random_below(uint64_t *state, size_t n)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n;
	uint64_t v;

	do
		v = next_random(state);
	while (v >= limit);
	return v % n;
}

/* Fisher-Yates. */
void order_shuffle(size_t *ret, size_t n, uint64_t matrix_seed, unsigned int rep)
{
	uint64_t state = derive("order", matrix_seed, rep);

	for (size_t i = 0; i < n; i++)
		ret[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t j = random_below(&state, i);
		size_t tmp = ret[i - 1];

		ret[i - 1] = ret[j];
		ret[j] = tmp;
	}
}
