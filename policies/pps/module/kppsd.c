// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that goes round all processes: when its period is over, or earlier
 * when kswapd begins to work, which it learns from vmscan's trace event.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/policy_dftlb.h>
#include <linux/rcupdate.h>
#include <linux/sched/cputime.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>

#include "dftlb.h"
#include "policy_mm.h"
#include "pps.h"

#define CREATE_TRACE_POINTS
#include "pps_trace.h"

static struct task_struct *kppsd_task;
static DECLARE_WAIT_QUEUE_HEAD(kppsd_wait);
static bool woken;		/* by kswapd, since the last round began */
static bool kicked;		/* a knob has changed */

/* Of the last round over all tables, and of the rounds that are its parts. */
static DEFINE_SPINLOCK(gauges_lock);
static struct pps_gauges last_gauges;

struct pps_gauges pps_gauges(void)
{
	struct pps_gauges ret;

	spin_lock(&gauges_lock);
	ret = last_gauges;
	spin_unlock(&gauges_lock);
	return ret;
}

/* --- all mms --------------------------------------------------------------------- */

/*
 * The process after this one, held; this one is let go. NULL at the end, or if
 * this one has gone: the list can't be followed from there, and what is left
 * out has its turn in the next round.
 */
static struct task_struct *next_process(struct task_struct *task)
{
	struct task_struct *next = NULL;

	rcu_read_lock();
	if (pid_alive(task)) {
		next = next_task(task);
		if (next == &init_task)
			next = NULL;
		else
			get_task_struct(next);
	}
	rcu_read_unlock();
	if (task != &init_task)
		put_task_struct(task);
	return next;
}

/* Held by mm_count. */
static struct mm_struct *process_mm(struct task_struct *process)
{
	struct mm_struct *mm;

	rcu_read_lock();
	mm = policy_process_mm(process);
	rcu_read_unlock();
	if (mm) {
		mmgrab(mm);
		mmput_async(mm);
	}
	return mm;
}

static void scan_process(struct task_struct *process, struct pps_round *round)
{
	struct mm_struct *mm = pps_chosen(process) ? process_mm(process) : NULL;

	if (!mm)
		return;
	round->task = process;
	pps_scan(mm, round);
	mmdrop(mm);
}

static void scan_all(struct pps_round *round)
{
	struct task_struct *task = &init_task;

	while ((task = next_process(task))) {
		scan_process(task, round);
		if (kthread_should_stop())
			break;
		cond_resched();
	}
	if (task)
		put_task_struct(task);
}

/* A whole round consists of as many as every table needs to have its turn. */
static void add_up(const struct pps_round *round)
{
	static struct pps_gauges sum;

	sum.pte += round->found.pte;
	sum.unmapped += round->found.unmapped;
	sum.swapped += round->found.swapped;
	sum.swapped_pairs += round->found.swapped_pairs;
	sum.swapped_near += round->found.swapped_near;
	if ((round->nr + 1) % (100 / READ_ONCE(pps_share)))
		return;
	spin_lock(&gauges_lock);
	last_gauges = sum;
	spin_unlock(&gauges_lock);
	sum = (struct pps_gauges){ };
}

static void one_round(bool was_woken)
{
	static u64 nr;
	struct pps_round round = { .nr = nr++, .full = was_woken || READ_ONCE(pps_cmd) };
	u64 start = current->se.sum_exec_runtime, us;

	pps_count(PPS_ROUNDS, 1);
	pps_count(was_woken ? PPS_ROUNDS_WAKE : PPS_ROUNDS_TIMER, 1);
	scan_all(&round);
	add_up(&round);
	/* What kswapd takes at a time. */
	if (round.freed >= SWAP_CLUSTER_MAX)
		pps_own_progress(pps_gauges().pte + pps_gauges().unmapped);
	us = div_u64(current->se.sum_exec_runtime - start, NSEC_PER_USEC);
	pps_count(PPS_TIME_US, us);
	trace_round(was_woken, round.full, round.found.pte, round.found.unmapped,
		    round.found.swapped, us);
}

/* --- when -------------------------------------------------------------------------- */

static bool something_to_do(void)
{
	return kthread_should_stop() || READ_ONCE(kicked) ||
	       (READ_ONCE(pps_enable) && READ_ONCE(woken));
}

static unsigned long timeout(void)
{
	return READ_ONCE(pps_enable) ? msecs_to_jiffies(READ_ONCE(pps_period_ms)) :
				       MAX_SCHEDULE_TIMEOUT;
}

static int kppsd(void *data)
{
	set_freezable();
	while (!kthread_should_stop()) {
		bool was_woken;

		wait_event_freezable_timeout(kppsd_wait, something_to_do(), timeout());
		if (xchg(&kicked, false) || !READ_ONCE(pps_enable))
			continue;
		was_woken = xchg(&woken, false);
		if (!kthread_should_stop())
			one_round(was_woken);
	}
	return 0;
}

void pps_kick(void)
{
	WRITE_ONCE(kicked, true);
	wake_up(&kppsd_wait);
}

/* TP_PROTO(int nid, int zid, int order), in kswapd itself, before balance_pgdat(). */
static void probe_wake(void *data, int nid, int zid, int order)
{
	if (!READ_ONCE(pps_enable) || xchg(&woken, true))
		return;
	wake_up(&kppsd_wait);
}

static struct tracepoint *wake_tp;

static void find(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "mm_vmscan_kswapd_wake"))
		wake_tp = tp;
}

/* --- life ---------------------------------------------------------------------------- */

int pps_start(void)
{
	int ret;

	for_each_kernel_tracepoint(find, NULL);
	if (!wake_tp)
		return -ENOENT;
	kppsd_task = kthread_run(kppsd, NULL, "kppsd");
	if (IS_ERR(kppsd_task))
		return PTR_ERR(kppsd_task);
	ret = tracepoint_probe_register(wake_tp, probe_wake, NULL);
	if (ret)
		kthread_stop(kppsd_task);
	return ret;
}

void pps_stop(void)
{
	tracepoint_probe_unregister(wake_tp, probe_wake, NULL);
	tracepoint_synchronize_unregister();
	kthread_stop(kppsd_task);
}

static struct policy_dftlb_ops ops = {
	.meminfo = pps_meminfo,
	.readahead = pps_read_around,
	.lru_keeps = pps_lru_keeps,
};

static int __init pps_init(void)
{
	int ret = dftlb_start(&ops);

	if (ret)
		goto fail;
	ret = pps_start();
	if (ret)
		goto stop_dftlb;
	ret = pps_stats_register();
	if (ret)
		goto stop_pps;
	ret = pps_knobs_register();
	if (ret)
		goto unregister_stats;
	return 0;

unregister_stats:
	pps_stats_unregister();
stop_pps:
	pps_stop();
stop_dftlb:
	dftlb_stop();
fail:
	pr_err("not loaded: %pe\n", ERR_PTR(ret));
	return ret;
}

static void __exit pps_exit(void)
{
	pps_knobs_unregister();
	pps_stats_unregister();
	pps_stop();
	dftlb_stop();
	pps_choose_stop();
}

module_init(pps_init);
module_exit(pps_exit);
MODULE_DESCRIPTION("PPS: reclaim by address space, with TLB flushes left to the timer tick");
MODULE_LICENSE("GPL");
