// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/policy/watermark_timer, or the boost form's: the sum over the nodes,
 * and, if there are several, each node's own as `node0.fired 3`.
 */
#include <linux/errno.h>
#include <linux/nodemask.h>

#include "policy_proc.h"
#include "timer.h"

static const char * const names[WT_NR_COUNTERS] = {
	[WT_DECISIONS] = "decisions",
	[WT_FIRED] = "fired",
	[WT_SKIPPED_BUSY] = "skipped_busy",
	[WT_SKIPPED_LOAD] = "skipped_load",
	[WT_SKIPPED_HOPELESS] = "skipped_hopeless",
	[WT_SATISFIED] = "satisfied",
	[WT_WOKE] = "woke",
	[WT_REARMED] = "rearmed",
	[WT_PASSES] = "passes",
	[WT_REACHED] = "reached",
	[WT_GAVE_UP] = "gave_up",
};

static const char *name(enum wt_counter what)
{
	return what == WT_EXTRA ? wt_extra_name : names[what];
}

static u64 sum(enum wt_counter what)
{
	u64 total = 0;
	int nid;

	for (nid = 0; nid < nr_node_ids; nid++)
		total += atomic64_read(&wt_node(nid)->count[what]);
	return total;
}

static void show_node(struct seq_file *m, int nid)
{
	int i;

	for (i = 0; i < WT_NR_COUNTERS; i++)
		seq_printf(m, "node%d.%s %lld\n", nid, name(i),
			   (s64)atomic64_read(&wt_node(nid)->count[i]));
}

static int show(struct seq_file *m, void *data)
{
	int i, nid;

	for (i = 0; i < WT_NR_COUNTERS; i++)
		seq_printf(m, "%s %llu\n", name(i), sum(i));

	for (nid = 0; nr_node_ids > 1 && nid < nr_node_ids; nid++) {
		if (wt_node_used(nid))
			show_node(m, nid);
	}
	return 0;
}

static struct proc_dir_entry *wt_entry;

int wt_stats_register(void)
{
	wt_entry = policy_proc_create(WT_NAME, show);
	return wt_entry ? 0 : -ENOMEM;
}

void wt_stats_unregister(void)
{
	policy_proc_remove(wt_entry);
}
