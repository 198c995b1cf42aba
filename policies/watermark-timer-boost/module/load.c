// SPDX-License-Identifier: GPL-2.0
/*
 * The load gate without the scheduler's help: was a CPU busy with user or
 * system work for more than load_pct of the time since the timer was armed?
 * Nice work and interrupts don't count. What the original asks, whether a task
 * of nice 0 is runnable now, can't be seen from a module; nor can SCHED_IDLE,
 * which the kernel accounts as user time unless the task is niced, too.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel_stat.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/sysctl.h>

#include "boost.h"
#include "compat.h"

static unsigned int load_pct = 50;
static unsigned int pct_min = 1, pct_max = 100;

static struct ctl_table load_table[] = {
	{
		.procname = "load_pct",
		.data = &load_pct,
		.maxlen = sizeof(load_pct),
		.mode = 0644,
		.proc_handler = proc_douintvec_minmax,
		.extra1 = &pct_min,
		.extra2 = &pct_max,
	},
	{}
};

static struct ctl_table_header *load_header;

/* Where a node's measurement started. Writers are the node's timer and kswapd. */
struct load_start {
	u64 time;
	u64 busy[];		/* by CPU */
};

static void *load_starts;	/* nr_node_ids of them */

static struct load_start *load_start(struct wt_node *node)
{
	size_t size = struct_size((struct load_start *)NULL, busy, nr_cpu_ids);

	return load_starts + size * (node - wt_node(0));
}

static u64 cpu_busy(int cpu)
{
	const u64 *stat = kcpustat_cpu(cpu).cpustat;

	return READ_ONCE(stat[CPUTIME_USER]) + READ_ONCE(stat[CPUTIME_SYSTEM]);
}

/* A torn pair of starts makes one wrong measurement, not worth a lock. */
void wt_load_start(struct wt_node *node)
{
	struct load_start *start = load_start(node);
	int cpu;

	WRITE_ONCE(start->time, ktime_get_ns());
	/* A CPU may come online before the measurement ends. */
	for_each_possible_cpu(cpu)
		WRITE_ONCE(start->busy[cpu], cpu_busy(cpu));
}

bool wt_load(struct wt_node *node)
{
	struct load_start *start = load_start(node);
	u64 elapsed = ktime_get_ns() - READ_ONCE(start->time);
	u64 limit = div_u64(elapsed, 100) * READ_ONCE(load_pct);
	int cpu;

	for_each_online_cpu(cpu) {
		if (cpu_busy(cpu) - READ_ONCE(start->busy[cpu]) >= limit)
			return true;
	}
	return false;
}

int load_init(void)
{
	size_t size = struct_size((struct load_start *)NULL, busy, nr_cpu_ids);

	load_starts = kcalloc(nr_node_ids, size, GFP_KERNEL);
	if (!load_starts)
		return -ENOMEM;
	load_header = compat_register_sysctl("vm/policy_" WT_NAME, load_table,
					     ARRAY_SIZE(load_table) - 1);
	if (!load_header) {
		kfree(load_starts);
		return -ENOMEM;
	}
	return 0;
}

void load_exit(void)
{
	unregister_sysctl_table(load_header);
	kfree(load_starts);
}
