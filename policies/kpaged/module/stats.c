// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/policy/kpaged. And kswapd's wake-ups, which are heard of by vmscan's own
 * trace point.
 */
#include <linux/errno.h>
#include <linux/policy_kpaged.h>
#include <linux/tracepoint.h>

#include "kpaged.h"
#include "policy_proc.h"
#include "report.h"

atomic64_t kp_counts[KP_NR_COUNTERS];

static const char * const names[KP_NR_COUNTERS] = {
	[KP_RUNS] = "runs",
	[KP_GREEN] = "runs_green",
	[KP_YELLOW] = "runs_yellow",
	[KP_ORANGE] = "runs_orange",
	[KP_RED] = "runs_red",
	[KP_GATED] = "gated",
	[KP_PASSES] = "passes",
	[KP_AGED] = "aged",
	[KP_YOUNG] = "young",
	[KP_LOCKED] = "locked",
	[KP_EXPIRED] = "expired",
	[KP_WAKEUPS] = "wakeups",
	[KP_ROUNDS] = "rounds",
	[KP_EASY] = "easy",
	[KP_CANDIDATES_USED] = "candidates_used",
	[KP_OVERLOAD] = "overload",
	[KP_ORDINARY] = "ordinary",
	[KP_TRIED] = "tried",
	[KP_MARKED] = "marked",
	[KP_RECLAIMED] = "reclaimed",
	[KP_STALE] = "stale",
	[KP_WRITEBACK_WAITS] = "writeback_waits",
	[KP_RA_FILE] = "ra_discarded",
	[KP_RA_FORCED] = "ra_discarded_forced",
	[KP_RA_SWAP] = "ra_discarded_swap",
};

static int show(struct seq_file *m, void *data)
{
	struct kp_report report;
	int i;

	for (i = 0; i < KP_NR_COUNTERS; i++)
		seq_printf(m, "%s %lld\n", names[i], (s64)atomic64_read(&kp_counts[i]));
	kp_report_take(&report);
	seq_printf(m, "cache_adds %llu\ncache_adds_readahead %llu\ncache_adds_kswapd %llu\n",
		   report.swap.added, report.readahead, report.swap.added_kswapd);
	seq_printf(m, "cache_dels %llu\nswap_faults %llu\nswap_hits %llu\nswap_hits_marked %llu\n",
		   report.swap.deleted, report.swap.lookups, report.swap.hits,
		   report.swap.hits_marked);
	seq_printf(m, "candidates %ld\ncandidates_counted %ld\n", report.candidates,
		   kp_candidates_counted());
	return 0;
}

/* --- wake-ups ------------------------------------------------------------------- */

static struct tracepoint *wake;

static void woke(void *data, int nid, int zid, int order)
{
	kp_count(KP_WAKEUPS, 1);
}

static void look_for_wake(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "mm_vmscan_kswapd_wake"))
		wake = tp;
}

static int probe_register(void)
{
	for_each_kernel_tracepoint(look_for_wake, NULL);
	return wake ? tracepoint_probe_register(wake, woke, NULL) : -ENOENT;
}

static void probe_unregister(void)
{
	tracepoint_probe_unregister(wake, woke, NULL);
	tracepoint_synchronize_unregister();
}

static struct proc_dir_entry *entry;

int kp_stats_register(void)
{
	int ret = probe_register();

	if (ret)
		return ret;
	entry = policy_proc_create("kpaged", show);
	if (entry)
		return 0;
	probe_unregister();
	return -ENOMEM;
}

void kp_stats_unregister(void)
{
	policy_proc_remove(entry);
	probe_unregister();
}
