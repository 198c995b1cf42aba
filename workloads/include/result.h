/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that the harness reads what was measured from. */
#ifndef WORKLOADS_RESULT_H
#define WORKLOADS_RESULT_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

/* Without a path, stdout. */
static inline FILE *result_open(const char *path)
{
	FILE *out = path ? fopen(path, "w") : stdout;

	if (!out)
		fail("create %s: %s", path, strerror(errno));
	return out;
}

static inline void result_close(FILE *out, const char *path)
{
	if (ferror(out) || fclose(out) != 0)
		fail("write %s: %s", path ? path : "stdout", strerror(errno));
}

static inline int result_by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static inline void result_sort(uint32_t *values, size_t n)
{
	qsort(values, n, sizeof(*values), result_by_value);
}

/* Nearest rank: the least value that at least `q` of all are not above. */
static inline uint32_t result_quantile(const uint32_t *sorted, size_t n, double q)
{
	size_t rank = (size_t)(q * (double)n);

	return sorted[rank < n ? rank : n - 1];
}

#endif
