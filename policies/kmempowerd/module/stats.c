// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/policy/kmempowerd, or the other form's: the sum over the nodes, and, if
 * there are several, each node's own as `node0.done 3`.
 */
#include <linux/errno.h>
#include <linux/nodemask.h>

#include "kmempowerd.h"
#include "policy_proc.h"

static const char * const names[KM_NR_COUNTERS] = {
	[KM_PASSES] = "passes",
	[KM_SEEN] = "seen",
	[KM_LIGHT] = "light",
	[KM_REFILLED] = "refilled",
	[KM_REQUESTED] = "requested",
	[KM_MERGED] = "merged",
	[KM_FAILED] = "failed",
	[KM_RESULT + KM_DONE] = "done",
	[KM_RESULT + KM_FAILED_UNMOVABLE] = "failed_unmovable",
	[KM_RESULT + KM_FAILED_PINNED] = "failed_pinned",
	[KM_RESULT + KM_FAILED_BUSY] = "failed_busy",
	[KM_RESULT + KM_FAILED_TARGET] = "failed_target",
	[KM_RESULT + KM_FAILED_OFFLINE] = "failed_offline",
	[KM_RESULT + KM_FAILED_HOLE] = "failed_hole",
	[KM_RESULT + KM_CANCELLED] = "cancelled",
	[KM_HELD] = "held",
	[KM_RELEASE + KM_RELEASED_SHRINKER] = "released_shrinker",
	[KM_RELEASE + KM_RELEASED_OOM] = "released_oom",
	[KM_RELEASE + KM_RELEASED_OFFLINE] = "released_offline",
	[KM_RELEASE + KM_RELEASED_OFF] = "released_off",
	[KM_PAGES_MOVED] = "pages_moved",
	[KM_PAGES_DROPPED] = "pages_dropped",
	[KM_TARGETS_TAKEN] = "targets_taken",
	[KM_TARGETS_DEFAULT] = "targets_default",
	[KM_TIME_US] = "time_us",
};

static u64 sum(enum km_counter what)
{
	u64 total = 0;
	int nid;

	for (nid = 0; nid < nr_node_ids; nid++)
		total += atomic64_read(&km_node(nid)->count[what]);
	return total;
}

static void show_node(struct seq_file *m, int nid)
{
	int i;

	for (i = 0; i < KM_NR_COUNTERS; i++)
		seq_printf(m, "node%d.%s %lld\n", nid, names[i],
			   (s64)atomic64_read(&km_node(nid)->count[i]));
}

static int show(struct seq_file *m, void *data)
{
	int i, nid;

	for (i = 0; i < KM_NR_COUNTERS; i++)
		seq_printf(m, "%s %llu\n", names[i], sum(i));

	for (nid = 0; nr_node_ids > 1 && nid < nr_node_ids; nid++) {
		if (READ_ONCE(km_node(nid)->worker))
			show_node(m, nid);
	}
	return 0;
}

static struct proc_dir_entry *km_entry;

int km_stats_register(void)
{
	km_entry = policy_proc_create(KM_NAME, show);
	return km_entry ? 0 : -ENOMEM;
}

void km_stats_unregister(void)
{
	policy_proc_remove(km_entry);
}
