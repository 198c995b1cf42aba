// SPDX-License-Identifier: GPL-2.0
/*
 * The engine of delayed TLB flushes; dftlb.h says what keeps the data safe.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/percpu.h>
#include <linux/policy_dftlb.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "dftlb.h"

/* A CPU that is not idle has a tick a jiffy: later than this it needs a push. */
#define DFTLB_LATE max(4UL, HZ / 50UL)

enum dftlb_state {
	DFTLB_FREE,
	DFTLB_OPEN,	/* its batch's own */
	DFTLB_WAITING,	/* for the CPUs whose words have its number */
	DFTLB_DONE,	/* with all of them; still has its mm */
};

struct dftlb_range {
	unsigned long start, end;
};

struct dftlb_task {
	enum dftlb_state state;		/* to OPEN under dftlb_lock */
	struct mm_struct *mm;
	u32 seq;
	atomic_t left;			/* CPUs to wait for; one more while it is posted */
	unsigned long posted;		/* jiffies */
	unsigned int nr;
	struct dftlb_range ranges[DFTLB_RANGES];
};

static struct dftlb_task tasks[DFTLB_TASKS];
static DEFINE_PER_CPU(u32[DFTLB_TASKS], dftlb_words);
static atomic_t last_seq;
static atomic_t nr_waiting;

static DEFINE_SPINLOCK(dftlb_lock);
static struct cpumask forced_cpus;	/* under dftlb_lock */

static void watch(struct work_struct *work);
static DECLARE_DELAYED_WORK(watch_work, watch);

/* --- counters ---------------------------------------------------------------- */

static DEFINE_PER_CPU(u64[DFTLB_NR_COUNTERS], dftlb_counts);

static const char * const names[DFTLB_NR_COUNTERS] = {
	[DFTLB_POSTED] = "posted",
	[DFTLB_DRAINED] = "drained",
	[DFTLB_IMMEDIATE] = "immediate",
	[DFTLB_CANCELLED] = "cancelled",
	[DFTLB_RANGES_ADDED] = "ranges",
	[DFTLB_RANGES_MERGED] = "ranges_merged",
	[DFTLB_WAITS] = "waits",
	[DFTLB_BY_TICK] = "by_tick",
	[DFTLB_BY_FORCE] = "by_force",
	[DFTLB_DROPPED] = "dropped",
	[DFTLB_TICK_FLUSHES] = "tick_flushes",
	[DFTLB_FORCED_SLOTS] = "forced_slots",
	[DFTLB_FORCED_MM] = "forced_mm",
	[DFTLB_FORCED_LATE] = "forced_late",
	[DFTLB_FORCED_STOP] = "forced_stop",
};

const char *dftlb_counter_name(enum dftlb_counter what)
{
	return names[what];
}

u64 dftlb_count(enum dftlb_counter what)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(dftlb_counts, cpu)[what]);
	return sum;
}

static void count(enum dftlb_counter what)
{
	this_cpu_inc(dftlb_counts[what]);
}

/* --- the CPUs' side ------------------------------------------------------------ */

static u32 *word(const struct dftlb_task *task, int cpu)
{
	return &per_cpu(dftlb_words, cpu)[task - tasks];
}

/* Every CPU's flush is before its subtraction, and so before this. */
static void drained(struct dftlb_task *task)
{
	dec_tlb_flush_pending(task->mm);
	atomic_dec(&nr_waiting);
	count(DFTLB_DRAINED);
	/* Pairs with take(): the slot may be someone else's from here on. */
	smp_store_release(&task->state, DFTLB_DONE);
}

static void done_with(struct dftlb_task *task, int cpu, u32 seq, enum dftlb_counter how)
{
	/* Fully ordered: what was done to be done with the CPU comes before. */
	if (cmpxchg(word(task, cpu), seq, 0) != seq)
		return;
	count(how);
	if (atomic_dec_and_test(&task->left))
		drained(task);
}

static void dftlb_tick(void)
{
	int i, cpu = smp_processor_id();
	u32 seen[DFTLB_TASKS], any = 0;

	if (!atomic_read(&nr_waiting))
		return;
	for (i = 0; i < DFTLB_TASKS; i++) {
		seen[i] = READ_ONCE(*word(&tasks[i], cpu));
		any |= seen[i];
	}
	if (!any)
		return;

	/* Pairs with post(): the generations of the mms seen are raised. */
	smp_mb();
	policy_tlb_flush_local();
	count(DFTLB_TICK_FLUSHES);
	/* Not for what came after the look: it may have missed this flush. */
	for (i = 0; i < DFTLB_TASKS; i++) {
		if (seen[i])
			done_with(&tasks[i], cpu, seen[i], DFTLB_BY_TICK);
	}
}

/* --- ends other than by a tick -------------------------------------------------- */

static bool waits(struct dftlb_task *task)
{
	/* Pairs with post(): its mm and number are there. */
	return smp_load_acquire(&task->state) == DFTLB_WAITING;
}

/* CPUs that went idle or offline, or left the mm, since. Under dftlb_lock. */
static void drop(struct dftlb_task *task)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		if (READ_ONCE(*word(task, cpu)) == task->seq &&
		    (!cpu_online(cpu) || !policy_tlb_stale(task->mm, cpu)))
			done_with(task, cpu, task->seq, DFTLB_DROPPED);
	}
}

/*
 * By IPI, under dftlb_lock, which is why that is never taken with interrupts
 * off. A CPU that is in its tick just now comes to the same end by itself.
 */
static void force(struct dftlb_task *task, enum dftlb_counter why)
{
	int cpu;

	drop(task);
	cpumask_clear(&forced_cpus);
	for_each_possible_cpu(cpu) {
		if (READ_ONCE(*word(task, cpu)) == task->seq)
			cpumask_set_cpu(cpu, &forced_cpus);
	}
	if (cpumask_empty(&forced_cpus))
		return;

	count(why);
	policy_tlb_flush_cpus(task->mm, &forced_cpus);
	for_each_cpu(cpu, &forced_cpus)
		done_with(task, cpu, task->seq, DFTLB_BY_FORCE);
}

/* All tasks of the mm, or all at all. */
static void force_all(struct mm_struct *mm, enum dftlb_counter why)
{
	struct dftlb_task *task;

	spin_lock(&dftlb_lock);
	for (task = tasks; task < tasks + DFTLB_TASKS; task++) {
		if (!waits(task) || (mm && task->mm != mm))
			continue;
		force(task, why);
		/* At most for the end of another CPU's tick: it has no words left. */
		while (waits(task))
			cpu_relax();
	}
	spin_unlock(&dftlb_lock);
}

/* The mm that a task was done with, for mmdrop(); NULL if the slot can't be had. */
static bool take(struct dftlb_task *task, struct mm_struct **ret_old)
{
	/* Pairs with drained() and close_task(): they are done with the slot. */
	enum dftlb_state state = smp_load_acquire(&task->state);

	*ret_old = NULL;
	if (state == DFTLB_DONE)
		*ret_old = task->mm;
	return state == DFTLB_FREE || state == DFTLB_DONE;
}

static void reap(void)
{
	struct mm_struct *old;
	int i;

	for (i = 0; i < DFTLB_TASKS; i++) {
		spin_lock(&dftlb_lock);
		if (take(&tasks[i], &old))
			WRITE_ONCE(tasks[i].state, DFTLB_FREE);
		spin_unlock(&dftlb_lock);
		if (old)
			mmdrop(old);
	}
}

/* Looks after tasks whose CPUs have no tick, and lets go of the mms of others. */
static void watch(struct work_struct *work)
{
	struct dftlb_task *task;

	spin_lock(&dftlb_lock);
	for (task = tasks; task < tasks + DFTLB_TASKS; task++) {
		if (!waits(task))
			continue;
		if (time_after_eq(jiffies, task->posted + DFTLB_LATE))
			force(task, DFTLB_FORCED_LATE);
		else
			drop(task);
	}
	spin_unlock(&dftlb_lock);
	reap();
	if (atomic_read(&nr_waiting))
		schedule_delayed_work(&watch_work, DFTLB_LATE / 2);
}

/* --- the scanner's side ---------------------------------------------------------- */

static struct dftlb_task *find_slot(void)
{
	struct dftlb_task *task, *found = NULL;
	struct mm_struct *old = NULL;

	spin_lock(&dftlb_lock);
	for (task = tasks; !found && task < tasks + DFTLB_TASKS; task++) {
		if (take(task, &old))
			found = task;
	}
	if (found) {
		found->nr = 0;
		WRITE_ONCE(found->state, DFTLB_OPEN);
	}
	spin_unlock(&dftlb_lock);
	if (old)
		mmdrop(old);
	return found;
}

/* NULL only if as many batches as there are slots are open. */
static struct dftlb_task *open_task(void)
{
	struct dftlb_task *task = find_slot();

	if (!task) {
		force_all(NULL, DFTLB_FORCED_SLOTS);
		task = find_slot();
	}
	return task;
}

/* Never 0, which means no task. */
static u32 next_seq(void)
{
	u32 seq = atomic_inc_return(&last_seq);

	return seq ?: (u32)atomic_inc_return(&last_seq);
}

static void post(struct dftlb_task *task, struct mm_struct *mm)
{
	int cpu;

	mmgrab(mm);
	inc_tlb_flush_pending(mm);
	task->mm = mm;
	task->seq = next_seq();
	task->posted = jiffies;
	atomic_set(&task->left, 1);
	atomic_inc(&nr_waiting);
	count(DFTLB_POSTED);

	/* Full barrier: the entries are changed before a CPU is told or spared. */
	policy_tlb_invalidate(mm);
	for_each_online_cpu(cpu) {
		if (!policy_tlb_stale(mm, cpu))
			continue;
		count(DFTLB_WAITS);
		atomic_inc(&task->left);
		/* Pairs with the barrier in dftlb_tick(). */
		smp_store_release(word(task, cpu), task->seq);
	}
	/* Not preempted between the two: force_all() would spin for the second. */
	preempt_disable();
	/* Pairs with waits(). */
	smp_store_release(&task->state, DFTLB_WAITING);
	if (atomic_dec_and_test(&task->left))
		drained(task);
	preempt_enable();
	schedule_delayed_work(&watch_work, DFTLB_LATE / 2);
}

void dftlb_settle(struct mm_struct *mm)
{
	force_all(mm, DFTLB_FORCED_MM);
}

void dftlb_begin(struct dftlb_batch *batch, struct mm_struct *mm, bool at_once)
{
	dftlb_settle(mm);
	batch->mm = mm;
	batch->at_once = at_once;
	batch->task = open_task();
	/* The batch's own, until its tasks have theirs. */
	inc_tlb_flush_pending(mm);
}

static void append(struct dftlb_task *task, unsigned long start, unsigned long end)
{
	struct dftlb_range *last = &task->ranges[task->nr - 1];

	count(DFTLB_RANGES_ADDED);
	if (task->nr && last->end == start) {
		count(DFTLB_RANGES_MERGED);
		last->end = end;
		return;
	}
	task->ranges[task->nr++] = (struct dftlb_range){ start, end };
}

static bool full(const struct dftlb_task *task, unsigned long start)
{
	return task->nr == DFTLB_RANGES && task->ranges[task->nr - 1].end != start;
}

static void flush_now(struct dftlb_task *task, struct mm_struct *mm)
{
	unsigned int i;

	for (i = 0; i < task->nr; i++)
		policy_tlb_flush_range(mm, task->ranges[i].start, task->ranges[i].end);
	count(DFTLB_IMMEDIATE);
	task->nr = 0;
}

void dftlb_add(struct dftlb_batch *batch, unsigned long start, unsigned long end)
{
	if (batch->task && full(batch->task, start)) {
		if (batch->at_once) {
			flush_now(batch->task, batch->mm);
		} else {
			post(batch->task, batch->mm);
			batch->task = open_task();
		}
	}
	if (batch->task)
		append(batch->task, start, end);
	else
		policy_tlb_flush_range(batch->mm, start, end);
}

static void close_task(struct dftlb_task *task, struct mm_struct *mm, bool at_once)
{
	if (task->nr && !at_once) {
		post(task, mm);
		return;
	}
	if (task->nr)
		flush_now(task, mm);
	else
		count(DFTLB_CANCELLED);
	/* Pairs with take(). */
	smp_store_release(&task->state, DFTLB_FREE);
}

void dftlb_end(struct dftlb_batch *batch)
{
	if (batch->task)
		close_task(batch->task, batch->mm, batch->at_once);
	dec_tlb_flush_pending(batch->mm);
}

/* --- life ------------------------------------------------------------------------- */

int dftlb_start(struct policy_dftlb_ops *ops)
{
	ops->tick = dftlb_tick;
	return policy_dftlb_attach(ops);
}

/* No batch is open: there is nobody left to post. */
void dftlb_stop(void)
{
	force_all(NULL, DFTLB_FORCED_STOP);
	cancel_delayed_work_sync(&watch_work);
	policy_dftlb_detach();
	reap();
}
