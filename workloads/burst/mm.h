/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the page allocator has left (/proc/zoneinfo) and what reclaim has done (/proc/vmstat). */
#ifndef BURST_MM_H
#define BURST_MM_H

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

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

/* Rows of /proc/vmstat; a name with a '*' sums up all that begin so (one a zone). */
enum {
	ALLOCSTALL,
	PGSCAN_DIRECT,
	PGSTEAL_DIRECT,
	PGSCAN_KSWAPD,
	PGSTEAL_KSWAPD,
	PGFAULT,
	PGMAJFAULT,
	PSWPIN,
	PSWPOUT,
	N_EVENTS
};

static const char *const events[N_EVENTS] = {
	[ALLOCSTALL] = "allocstall_*",
	[PGSCAN_DIRECT] = "pgscan_direct",
	[PGSTEAL_DIRECT] = "pgsteal_direct",
	[PGSCAN_KSWAPD] = "pgscan_kswapd",
	[PGSTEAL_KSWAPD] = "pgsteal_kswapd",
	[PGFAULT] = "pgfault",
	[PGMAJFAULT] = "pgmajfault",
	[PSWPIN] = "pswpin",
	[PSWPOUT] = "pswpout",
};

struct vmstat {
	uint64_t v[N_EVENTS];
};

static inline bool event_matches(const char *pattern, const char *name)
{
	const char *star = strchr(pattern, '*');

	return star ? strncmp(pattern, name, (size_t)(star - pattern)) == 0
		    : strcmp(pattern, name) == 0;
}

static inline struct vmstat read_vmstat(void)
{
	FILE *f = fopen("/proc/vmstat", "r");
	struct vmstat s = { 0 };
	char name[64];
	uint64_t v;

	if (!f)
		fail("/proc/vmstat: %s", strerror(errno));
	while (fscanf(f, "%63s %" SCNu64, name, &v) == 2) {
		for (size_t i = 0; i < N_EVENTS; i++) {
			if (event_matches(events[i], name))
				s.v[i] += v;
		}
	}
	fclose(f);
	return s;
}

static inline void add_delta(struct vmstat *sum, const struct vmstat *before)
{
	struct vmstat after = read_vmstat();

	for (size_t i = 0; i < N_EVENTS; i++)
		sum->v[i] += after.v[i] - before->v[i];
}

#endif
