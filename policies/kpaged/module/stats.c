// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/policy/kpaged. And kswapd's wake-ups, which are heard of by vmscan's own
 * trace point.
 */
#include <linux/errno.h>

#include "defer.h"
#include "kpaged.h"
#include "policy_proc.h"
#include "probe.h"
#include "report.h"
#include "swapcache.h"

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
	[KP_STALLS] = "stalls",
	[KP_WOKEN] = "woken",
	[KP_ESCAPED_TIMEOUT] = "escaped_timeout",
	[KP_ESCAPED_NOFS] = "escaped_nofs",
	[KP_ESCAPED_SWAP_FULL] = "escaped_swap_full",
	[KP_ESCAPED_KSWAPD] = "escaped_kswapd",
	[KP_ESCAPED_KTHREAD] = "escaped_kthread",
	[KP_ESCAPED_IO] = "escaped_io",
	[KP_ESCAPED_DYING] = "escaped_dying",
	[KP_ESCAPED_NOT_SHORT] = "escaped_not_short",
	[KP_WAITS] = "waits",
	[KP_WAIT_MS] = "wait_ms",
	[KP_WAITS_TOLD] = "waits_told",
	[KP_UNBOOSTED] = "unboosted",
	[KP_RA_FILE] = "ra_discarded",
	[KP_RA_FORCED] = "ra_discarded_forced",
	[KP_RA_SWAP] = "ra_discarded_swap",
	[KP_DEFERRED] = "deferred",
	[KP_DEFERRED_SAVED] = "deferred_saved",
	[KP_CACHE_ADDS] = "cache_adds",
	[KP_CACHE_ADDS_KSWAPD] = "cache_adds_kswapd",
	[KP_SWAP_FAULTS] = "swap_faults",
	[KP_SWAP_HITS] = "swap_hits",
	[KP_SWAP_HITS_MARKED] = "swap_hits_marked",
};

/* Parts after their wholes in the list, and read before them. */
static void read_counts(s64 *ret)
{
	int i;

	for (i = KP_NR_COUNTERS; i--;)
		ret[i] = atomic64_read(&kp_counts[i]);
}

static int show(struct seq_file *m, void *data)
{
	struct kp_report report;
	s64 counts[KP_NR_COUNTERS];
	int i;

	kp_report_take(&report);
	read_counts(counts);
	for (i = 0; i < KP_NR_COUNTERS; i++)
		seq_printf(m, "%s %lld\n", names[i], counts[i]);
	seq_printf(m, "cache_adds_readahead %llu\ncache_dels %lld\nprobes_missed %llu\n",
		   report.readahead, report.deleted, kp_swapcache_missed());
	seq_printf(m, "waiting %d\ndirty %u\n", kp_waiting(), kp_deferred());
	seq_printf(m, "candidates %ld\ncandidates_counted %ld\n", report.candidates,
		   kp_candidates_counted());
	return 0;
}

/* --- wake-ups ------------------------------------------------------------------- */

/* By the kswapd itself. */
static void woke(void *data, int nid, int zid, int order)
{
	kp_taker_of(nid)->easy_rounds = 0;
	kp_count(KP_WAKEUPS, 1);
}

static struct kp_probe wake = { .name = "mm_vmscan_kswapd_wake", .call = woke };

static struct proc_dir_entry *entry;

int kp_stats_register(void)
{
	int ret = kp_probe_start(&wake);

	if (ret)
		return ret;
	entry = policy_proc_create("kpaged", show);
	if (entry)
		return 0;
	kp_probe_stop(&wake);
	return -ENOMEM;
}

void kp_stats_unregister(void)
{
	policy_proc_remove(entry);
	kp_probe_stop(&wake);
}
