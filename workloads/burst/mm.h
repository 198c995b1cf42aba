/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reclaim has done. */
#ifndef BURST_MM_H
#define BURST_MM_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmstat.h"
#include "zones.h"

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

static inline struct vmstat read_vmstat(void)
{
	struct vmstat s;

	vmstat_read(events, N_EVENTS, s.v);
	return s;
}

static inline void add_delta(struct vmstat *sum, const struct vmstat *before)
{
	struct vmstat after = read_vmstat();

	for (size_t i = 0; i < N_EVENTS; i++)
		sum->v[i] += after.v[i] - before->v[i];
}

static inline void print_vmstat(FILE *out, const char *name, const struct vmstat *s)
{
	fprintf(out, "  \"%s\": {", name);
	for (size_t i = 0; i < N_EVENTS; i++) {
		int len = (int)strcspn(events[i], "*");

		len -= events[i][len] == '*'; /* "allocstall_*" is called allocstall */
		fprintf(out, "%s\"%.*s\": %" PRIu64, i ? ", " : "", len, events[i], s->v[i]);
	}
	fputs("},\n", out);
}

#endif
