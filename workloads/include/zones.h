/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the page allocator has left (/proc/zoneinfo). */
#ifndef WORKLOADS_ZONES_H
#define WORKLOADS_ZONES_H

#include <string.h>

#include "fail.h"

struct zones {
	unsigned long free, high;
	/*
	 * Pages that can be taken before every zone is below its high watermark:
	 * a zone also keeps its `protection` back from allocations that could be
	 * served by a higher zone.  Without it, the 16 MB of ZONE_DMA would look
	 * like room that is there.
	 */
	unsigned long headroom;
};

struct zone {
	unsigned long free, high, protection;
};

static inline void add_zone(struct zones *z, const struct zone *one)
{
	unsigned long floor = one->high + one->protection;

	z->free += one->free;
	z->high += one->high;
	z->headroom += one->free > floor ? one->free - floor : 0;
}

/* The last number of "protection: (0, 331, 331, 331)": against the highest zone. */
static inline unsigned long last_number(const char *line)
{
	const char *comma = strrchr(line, ',');

	return comma ? strtoul(comma + 1, NULL, 10) : 0;
}

/* /proc/zoneinfo: "pages free N" opens a zone's numbers, "high N" and "protection:" follow. */
static inline struct zones read_zones(void)
{
	FILE *f = fopen("/proc/zoneinfo", "r");
	struct zones z = { 0 };
	struct zone one = { 0 };
	char line[256];
	unsigned long v;

	if (!f)
		fail("/proc/zoneinfo: %s", strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " pages free %lu", &v) == 1) {
			add_zone(&z, &one);
			one = (struct zone){ .free = v };
		} else if (sscanf(line, " high %lu", &v) == 1) {
			one.high = v;
		} else if (strstr(line, "protection:")) {
			one.protection = last_number(line);
		}
	}
	add_zone(&z, &one);
	fclose(f);
	return z;
}

#endif
