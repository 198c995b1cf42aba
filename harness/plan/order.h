/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeds and order: the same numbers on every machine, from SHA-256 and splitmix64. */
#ifndef HARNESS_ORDER_H
#define HARNESS_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* A repetition's seed; fits SQLite's signed integers. */
uint64_t order_seed(uint64_t matrix_seed, unsigned int rep);
/* Another one, for the cell that is to differ in nothing else. */
uint64_t order_seed_again(uint64_t matrix_seed, unsigned int rep);

/* 0 … n-1 in a random order of this repetition. */
void order_shuffle(size_t *ret, size_t n, uint64_t matrix_seed, unsigned int rep);

#endif
