/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dftlb: page table entries are changed now, and each CPU flushes its TLB for
 * them in its next timer tick, without an IPI.
 *
 * Between the two a CPU may still use, and write through, what the page table
 * no longer has. What keeps the data safe is one rule, and what follows from
 * it:
 *
 *   From before its first entry is changed until every CPU has flushed that
 *   might use it, each task holds mm->tlb_flush_pending.
 *
 * An inaccessible (PROT_NONE) entry of an mm with that count up is accessible
 * to the kernel, see pte_accessible(): whoever unmaps the page, write-protects
 * it or frees it flushes first, with an IPI if need be, as it would if the
 * entry were still present. So a page whose entry was changed isn't written
 * out as it is, reused or freed while anyone may write to it; the caller need
 * not trust in the accessed bit, which others clear, too, without a flush. Once
 * the count is down, nobody has to flush for it: that is what is won.
 *
 * A task is done with a CPU when that CPU
 *   - has flushed in its tick, and only then says so;
 *   - or has been sent an IPI, when slots run out, when the mm is about to be
 *     worked on again, or when its tick has not come for DFTLB_LATE;
 *   - or can't use the mm without comparing TLB generations first: it is lazy,
 *     offline, or has switched to another mm (policy_tlb_stale()).
 * All of these lead to an end in bounded time, so that nothing ever spins.
 *
 * The mm is held by mm_count: it may exit meanwhile.
 *
 * Locks: dftlb_lock is a leaf below mmap_lock and page table locks, for process
 * context only. The tick takes none: each CPU has a word for each slot, with
 * the sequence number of the task that waits for it or 0. A slot may be used
 * anew while a CPU is in its tick, and a word with a number in it can't be
 * taken for its predecessor as a bit could.
 */
#ifndef PPS_DFTLB_H
#define PPS_DFTLB_H

#include <linux/mm_types.h>
#include <linux/types.h>

#define DFTLB_TASKS 32
#define DFTLB_RANGES 32

enum dftlb_counter {
	DFTLB_POSTED,		/* tasks left to the ticks ... */
	DFTLB_DRAINED,		/* ... and those that all CPUs are done with */
	DFTLB_IMMEDIATE,	/* tasks flushed at once, since the engine is off */
	DFTLB_CANCELLED,	/* tasks without a range */
	DFTLB_RANGES_ADDED,
	DFTLB_RANGES_MERGED,	/* joined to the one before */
	DFTLB_WAITS,		/* CPUs that posted tasks had to wait for: each of them ends as */
	DFTLB_BY_TICK,
	DFTLB_BY_FORCE,		/*   an IPI */
	DFTLB_DROPPED,		/*   lazy, offline, or without the mm */
	DFTLB_TICK_FLUSHES,	/* ticks that flushed for one or more tasks */
	DFTLB_FORCED_SLOTS,	/* forced flushes, since slots ran out */
	DFTLB_FORCED_MM,	/*   since the mm was to be worked on again */
	DFTLB_FORCED_LATE,	/*   since a tick did not come */
	DFTLB_FORCED_STOP,	/*   since the engine was stopped */
	DFTLB_NR_COUNTERS
};

struct dftlb_task;
struct policy_dftlb_ops;

/* One pass over one mm, by one thread. */
struct dftlb_batch {
	struct mm_struct *mm;
	struct dftlb_task *task;	/* NULL: flush each range as it comes */
	bool at_once;
};

/*
 * Attaches these operations, with its own for the tick. May sleep. Between the
 * two any number of batches, one at a time an mm.
 */
int dftlb_start(struct policy_dftlb_ops *ops);
void dftlb_stop(void);

/*
 * Bring all tasks for the mm to their end, by IPI if need be. Then, and until
 * the next batch begins, nobody has to flush for inaccessible entries of it:
 * the moment to reclaim their pages.
 */
void dftlb_settle(struct mm_struct *mm);

/*
 * Before the first entry of the mm is changed: brings earlier tasks for it to
 * their end. at_once: don't leave the flushes to the ticks, but flush each
 * range by IPI. In process context, without a page table lock.
 */
void dftlb_begin(struct dftlb_batch *batch, struct mm_struct *mm, bool at_once);
/* Entries in this range were changed; under the page table's lock. */
void dftlb_add(struct dftlb_batch *batch, unsigned long start, unsigned long end);
void dftlb_end(struct dftlb_batch *batch);

u64 dftlb_count(enum dftlb_counter what);
const char *dftlb_counter_name(enum dftlb_counter what);

#endif /* PPS_DFTLB_H */
