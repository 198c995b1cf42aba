/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKLOADS_MEMORY_H
#define WORKLOADS_MEMORY_H

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "fail.h"

/* Anonymous, private, for good; its pages come as they are touched. */
static inline void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("map %zu bytes: %s", bytes, strerror(errno));
	return p;
}

#endif
