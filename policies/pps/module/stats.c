// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/policy/pps: what kppsd did, what its last whole round found, and what
 * became of the flushes. What was found is in /proc/meminfo, too.
 */
#include <linux/atomic.h>
#include <linux/errno.h>

#include "dftlb.h"
#include "policy_proc.h"
#include "pps.h"

static atomic64_t counts[PPS_NR_COUNTERS];

static const char * const names[PPS_NR_COUNTERS] = {
	[PPS_ROUNDS] = "rounds",
	[PPS_ROUNDS_TIMER] = "rounds_timer",
	[PPS_ROUNDS_WAKE] = "rounds_wake",
	[PPS_MMS] = "mms",
	[PPS_MMS_BUSY] = "mms_busy",
	[PPS_SERIES] = "series",
	[PPS_AGED] = "aged",
	[PPS_UNMAPPED] = "unmapped",
	[PPS_ISOLATED] = "isolated",
	[PPS_ISOLATED_CACHED] = "isolated_cached",
	[PPS_WRITTEN] = "written",
	[PPS_RECLAIMED] = "reclaimed",
	[PPS_KEPT] = "kept",
	[PPS_READAHEAD] = "readahead",
	[PPS_TIME_US] = "time_us",
};

void pps_count(enum pps_counter what, u64 n)
{
	atomic64_add(n, &counts[what]);
}

static int show(struct seq_file *m, void *data)
{
	struct pps_gauges now = pps_gauges();
	int i;

	for (i = 0; i < PPS_NR_COUNTERS; i++)
		seq_printf(m, "%s %lld\n", names[i], (s64)atomic64_read(&counts[i]));
	seq_printf(m, "total %llu\npte_count %llu\nunmapped_count %llu\nswapped_count %llu\n",
		   now.pte + now.unmapped, now.pte, now.unmapped, now.swapped);
	seq_printf(m, "swapped_pairs %llu\nswapped_near %llu\n", now.swapped_pairs,
		   now.swapped_near);
	for (i = 0; i < DFTLB_NR_COUNTERS; i++)
		seq_printf(m, "dftlb_%s %llu\n", dftlb_counter_name(i), dftlb_count(i));
	return 0;
}

static void show_kb(struct seq_file *m, const char *name, u64 pages)
{
	seq_printf(m, "%-15s %8llu kB\n", name, pages << (PAGE_SHIFT - 10));
}

void pps_meminfo(struct seq_file *m)
{
	struct pps_gauges now = pps_gauges();

	show_kb(m, "PpsTotal:", now.pte + now.unmapped);
	show_kb(m, "PpsPte:", now.pte);
	show_kb(m, "PpsUnmapped:", now.unmapped);
	show_kb(m, "PpsSwapped:", now.swapped);
}

static struct proc_dir_entry *pps_entry;

int pps_stats_register(void)
{
	pps_entry = policy_proc_create(PPS_NAME, show);
	return pps_entry ? 0 : -ENOMEM;
}

void pps_stats_unregister(void)
{
	policy_proc_remove(pps_entry);
}
