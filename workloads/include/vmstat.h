/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's memory management has counted (/proc/vmstat). */
#ifndef WORKLOADS_VMSTAT_H
#define WORKLOADS_VMSTAT_H

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "fail.h"

static inline bool vmstat_matches(const char *pattern, const char *name)
{
	const char *star = strchr(pattern, '*');

	return star ? strncmp(pattern, name, (size_t)(star - pattern)) == 0
		    : strcmp(pattern, name) == 0;
}

/*
 * The rows `names` into `values`. A name with a '*' sums up all that begin so (one
 * a zone); a row that the kernel doesn't have is 0.
 */
static inline void vmstat_read(const char *const *names, size_t n, uint64_t *values)
{
	FILE *f = fopen("/proc/vmstat", "r");
	char name[64];
	uint64_t v;

	if (!f)
		fail("/proc/vmstat: %s", strerror(errno));
	memset(values, 0, n * sizeof(*values));
	while (fscanf(f, "%63s %" SCNu64, name, &v) == 2) {
		for (size_t i = 0; i < n; i++) {
			if (vmstat_matches(names[i], name))
				values[i] += v;
		}
	}
	fclose(f);
}

#endif
