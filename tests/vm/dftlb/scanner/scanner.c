// SPDX-License-Identifier: GPL-2.0
/*
 * Drives the engine of delayed TLB flushes harder than any policy would: a
 * thread that works on one process round after round without a pause, and in
 * each round
 *   - clears accessed bits,
 *   - makes entries PROT_NONE: those that were not accessed, or all of them,
 *   - reclaims the pages of those that have stayed so since the round before.
 *
 * Parameters: pid; hard, for all of them; apart, into how many ranges
 * a page is cut, none of which can be joined to another; at_once, without the
 * engine; pause_us, between rounds; eager, a round begins as soon as the tasks of
 * the one before have come to their end; stall_ms, for so long another CPU has no
 * interrupt, now and then.  The engine's counters are in /proc/policy/scanner.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/policy_dftlb.h>
#include <linux/sched/mm.h>
#include <linux/smp.h>
#include <linux/swap.h>

#include "compat.h"
#include "dftlb.h"
#include "policy_proc.h"
#include "pte.h"

static int pid;
module_param(pid, int, 0444);
static bool hard;
module_param(hard, bool, 0444);
static unsigned int apart;
module_param(apart, uint, 0444);
static bool eager;
module_param(eager, bool, 0444);
static bool at_once;
module_param(at_once, bool, 0444);
static unsigned int pause_us;
module_param(pause_us, uint, 0444);
static unsigned int stall_ms;
module_param(stall_ms, uint, 0444);

/* The thread's alone. */
static u64 rounds, cleared, hidden, isolated, reclaimed;

static struct task_struct *thread;
static struct proc_dir_entry *proc;

/*
 * So many at a time are isolated, as PPS does. Of a thousand, most would be touched
 * again before their turn comes, and their unmapping cost an IPI each, during which
 * yet others are.
 */
#define BATCH SWAP_CLUSTER_MAX

struct round {
	struct dftlb_batch batch;
	struct list_head folios;
	unsigned int nr;    /* folios */
	unsigned long next; /* where to go on */
};

/* --- first, while nobody has to flush for what is hidden ---------------------- */

static void collect(struct vm_area_struct *vma, pte_t *pte, unsigned long start, unsigned long end,
		    void *data)
{
	struct round *r = data;
	unsigned long addr;

	for (addr = start; addr < end && r->nr < BATCH; addr += PAGE_SIZE, pte++) {
		struct folio *folio = pps_pte_folio(*pte);

		if (folio && pps_pte_hidden(*pte) && policy_folio_isolate(folio)) {
			list_add(&folio->lru, &r->folios);
			r->nr++;
		}
		r->next = addr + PAGE_SIZE;
	}
}

/* --- and then more ------------------------------------------------------------- */

static bool hide(struct vm_area_struct *vma, unsigned long addr, pte_t *pte)
{
	if (pte_young(*pte) && !hard) {
		cleared += pps_pte_mkold(pte);
		return true;
	}
	if (!pps_pte_hide(vma, addr, pte, hard))
		return false;
	hidden++;
	return true;
}

static void add(struct dftlb_batch *batch, unsigned long addr)
{
	unsigned int i;

	if (!apart)
		dftlb_add(batch, addr, addr + PAGE_SIZE);
	for (i = 0; i < apart; i++)
		dftlb_add(batch, addr + 2 * i, addr + 2 * i + 1);
}

static void change(struct vm_area_struct *vma, pte_t *pte, unsigned long start, unsigned long end,
		   void *data)
{
	struct round *r = data;
	unsigned long addr;

	for (addr = start; addr < end; addr += PAGE_SIZE, pte++) {
		if (pps_pte_folio(*pte) && !pps_pte_hidden(*pte) && hide(vma, addr, pte))
			add(&r->batch, addr);
	}
}

static void walk(struct mm_struct *mm, unsigned long from, policy_pte_fn fn, struct round *r)
{
	VMA_ITERATOR(vmi, mm, from);
	struct vm_area_struct *vma;

	for_each_vma(vmi, vma)
	{
		if (pps_vma_ok(vma))
			policy_walk_ptes(vma, max(vma->vm_start, from), vma->vm_end, fn, r);
	}
}

static void reclaim(struct mm_struct *mm, struct round *r)
{
	dftlb_settle(mm);
	do {
		r->nr = 0;
		walk(mm, r->next, collect, r);
		isolated += r->nr;
		reclaimed += policy_reclaim_folios(&r->folios);
	} while (r->nr == BATCH);
}

static void work_on(struct mm_struct *mm)
{
	struct round r = { .folios = LIST_HEAD_INIT(r.folios) };

	reclaim(mm, &r);
	dftlb_begin(&r.batch, mm, at_once);
	walk(mm, 0, change, &r);
	dftlb_end(&r.batch);
	rounds++;
}

static void one_round(struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);

	if (!mm)
		return;
	if (pps_mm_ok(mm) && mmap_read_trylock(mm)) {
		work_on(mm);
		mmap_read_unlock(mm);
	}
	mmput(mm);
}

/* --- meanwhile ------------------------------------------------------------------ */

static void without_tick(void *data)
{
	mdelay(stall_ms);
}

/*
 * On one after another, it would never come to its tick again, whose interrupt has
 * to wait for this one; nor would whoever there holds a lock of the mm.
 */
static void stall(void)
{
	static unsigned long next;
	unsigned int cpu;

	if (!stall_ms || time_before(jiffies, next))
		return;
	next = jiffies + 4 * msecs_to_jiffies(stall_ms);
	cpu = cpumask_any_but(cpu_online_mask, get_cpu());
	if (cpu < nr_cpu_ids)
		smp_call_function_single(cpu, without_tick, NULL, false);
	put_cpu();
}

static void rest(void)
{
	stall();
	if (pause_us)
		usleep_range(pause_us, pause_us + 100);
	else
		cond_resched();
	while (eager && !kthread_should_stop() &&
	       dftlb_count(DFTLB_POSTED) != dftlb_count(DFTLB_DRAINED))
		usleep_range(50, 100);
}

static int scanner(void *data)
{
	struct task_struct *task = data;

	/* The process that it works on takes all that it can get. */
	set_user_nice(current, MIN_NICE);
	while (!kthread_should_stop()) {
		one_round(task);
		rest();
	}
	put_task_struct(task);
	return 0;
}

static int show(struct seq_file *m, void *data)
{
	int i;

	seq_printf(m, "rounds %llu\ncleared %llu\nhidden %llu\nisolated %llu\nreclaimed %llu\n",
		   rounds, cleared, hidden, isolated, reclaimed);
	for (i = 0; i < DFTLB_NR_COUNTERS; i++)
		seq_printf(m, "%s %llu\n", dftlb_counter_name(i), dftlb_count(i));
	return 0;
}

static struct policy_dftlb_ops ops;

static int __init scanner_init(void)
{
	struct task_struct *task = get_pid_task(find_vpid(pid), PIDTYPE_PID);
	int ret = -ESRCH;

	if (!task)
		return ret;
	ret = dftlb_start(&ops);
	if (ret)
		goto put_task;
	ret = -ENOMEM;
	proc = policy_proc_create("scanner", show);
	if (!proc)
		goto stop;
	thread = kthread_run(scanner, task, "scanner");
	ret = PTR_ERR_OR_ZERO(thread);
	if (ret)
		goto remove;
	return 0;

remove:
	policy_proc_remove(proc);
stop:
	dftlb_stop();
put_task:
	put_task_struct(task);
	return ret;
}

static void __exit scanner_exit(void)
{
	kthread_stop(thread);
	dftlb_stop();
	policy_proc_remove(proc);
}

module_init(scanner_init);
module_exit(scanner_exit);
MODULE_DESCRIPTION("Test of the engine of delayed TLB flushes");
MODULE_LICENSE("GPL");
