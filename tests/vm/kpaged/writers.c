// SPDX-License-Identifier: GPL-2.0-or-later
/* Who writes pages to swap, by vmscan's own trace events. */
#include "kpaged.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACING "/sys/kernel/tracing/"
#define EVENTS TRACING "events/vmscan/"
#define MAX_PID 32768

static unsigned int kswapd(void)
{
	unsigned int pid = 0;
	glob_t g;

	if (glob("/proc/[0-9]*/comm", 0, NULL, &g))
		give_up("no /proc/*/comm");
	for (size_t i = 0; i < g.gl_pathc && !pid; i++) {
		char *comm = get(g.gl_pathv[i]);

		if (comm && !strncmp(comm, "kswapd", strlen("kswapd")))
			sscanf(g.gl_pathv[i], "/proc/%u/", &pid);
		free(comm);
	}
	globfree(&g);
	return pid;
}

static void trace_others(unsigned int than)
{
	char filter[40];

	snprintf(filter, sizeof(filter), "common_pid != %u", than);
	if (!put(EVENTS "mm_vmscan_write_folio/filter", filter))
		give_up("the trace event of writes takes no filter");
	put(TRACING "trace", "");
	put(EVENTS "mm_vmscan_direct_reclaim_begin/enable", "1");
	put(EVENTS "mm_vmscan_direct_reclaim_end/enable", "1");
	put(EVENTS "mm_vmscan_write_folio/enable", "1");
}

static void trace_end(void)
{
	put(EVENTS "enable", "0");
	put(EVENTS "mm_vmscan_write_folio/filter", "0");
}

struct written {
	unsigned int reclaims, inside, outside; /* of reclaims: pages */
};

/* A line is "COMM-PID [CPU] FLAGS TIME: EVENT: FIELDS". */
static void count_line(char *line, bool *reclaims, struct written *w)
{
	char *cpu = strstr(line, " ["), *pid = cpu;
	unsigned int of;

	if (*line == '#' || !cpu)
		return;
	*cpu = '\0';
	pid = strrchr(line, '-');
	of = pid ? (unsigned int)atoi(pid + 1) % MAX_PID : 0;
	if (strstr(cpu + 1, "reclaim_begin:")) {
		reclaims[of] = true;
		w->reclaims++;
	} else if (strstr(cpu + 1, "reclaim_end:")) {
		reclaims[of] = false;
	} else if (strstr(cpu + 1, "write_folio:")) {
		*(reclaims[of] ? &w->inside : &w->outside) += 1;
	}
}

static struct written count_written(void)
{
	char *text = get(TRACING "trace"), *line, *rest = text;
	bool *reclaims = calloc(MAX_PID, sizeof(*reclaims));
	struct written w = { 0 };

	while (text && (line = strsep(&rest, "\n")))
		count_line(line, reclaims, &w);
	free(reclaims);
	free(text);
	return w;
}

/* None but kswapd, and those that have escaped and are counted. */
void test_writers(void)
{
	struct written w;
	struct outcome o;

	trace_others(kswapd());
	o = squeeze(true, false);
	trace_end();
	w = count_written();
	check(o.pswpout > PAGES(COLD_MB) / 8 && !w.outside && w.reclaims <= o.escaped,
	      "of %llu pages kswapd has written all but %u, in %u reclaims by others; %llu escaped",
	      (unsigned long long)o.pswpout, w.inside + w.outside, w.reclaims,
	      (unsigned long long)o.escaped);

	knob_put("wait", 0);
	trace_others(kswapd());
	o = squeeze(true, false);
	trace_end();
	w = count_written();
	knob_put("wait", 1);
	check(w.inside > 0 && w.reclaims > o.escaped,
	      "without the rule others write %u, in %u reclaims", w.inside, w.reclaims);
}
