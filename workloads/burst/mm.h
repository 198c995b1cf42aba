/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reclaim has done (/proc/vmstat). */
#ifndef BURST_MM_H
#define BURST_MM_H

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "fail.h"
#include "zones.h"

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
