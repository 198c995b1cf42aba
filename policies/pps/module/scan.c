// SPDX-License-Identifier: GPL-2.0
/*
 * One mm's private pages, stage by stage. Two walks: what is UnmappedPTE since
 * an earlier round is written or reclaimed first, while no flush is pending for
 * the mm and none is needed therefore; then others go one stage further, and
 * their flushes are left to the ticks.
 *
 * What is isolated is on no list that others could reclaim it from, and doesn't
 * count as memory that they might get: with too much of it the OOM killer comes.
 * So the first walk stops at PPS_BATCH of them, and goes on from there when they
 * are done with.
 */
#include <linux/mm.h>
#include <linux/policy_dftlb.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>

#include "dftlb.h"
#include "pps.h"
#include "pps_trace.h"
#include "pte.h"

enum stage {
	STAGE_AGE = 1,		/* numbered as in the original */
	STAGE_UNMAP = 2,
	STAGE_SWAP = 3,		/* 3 and 4, and 5 unless the round stops before */
	STAGE_SWAPPED = 6,	/* 5, if the swap cache still has it */
	STAGE_NONE = 7,		/* not ours */
};

struct series {
	enum stage stage;
	unsigned int length;
	unsigned long start;
	pte_t *pte;
};

#define PPS_BATCH SWAP_CLUSTER_MAX	/* and at most a table more */

struct scan {
	struct pps_round *round;
	struct dftlb_batch batch;
	struct list_head folios;	/* isolated, the one with the lowest address last */
	unsigned int isolated;
	bool room;			/* in swap */
	bool cached;			/* something is in the swap cache */
};

static enum stage stage_of(pte_t pte)
{
	if (is_swap_pte(pte) && !non_swap_entry(pte_to_swp_entry(pte)))
		return STAGE_SWAPPED;
	if (!pps_pte_folio(pte))
		return STAGE_NONE;
	if (pps_pte_hidden(pte))
		return STAGE_SWAP;
	return pte_young(pte) ? STAGE_AGE : STAGE_UNMAP;
}

/* The longest one from here. Where the original did, it doesn't move on itself. */
static struct series find_series(pte_t *pte, unsigned long addr, unsigned long end)
{
	unsigned int max = min_t(unsigned int, READ_ONCE(pps_max_series), PPS_MAX_SERIES);
	struct series s = { .stage = stage_of(ptep_get(pte)), .start = addr, .pte = pte };

	do {
		s.length++;
		addr += PAGE_SIZE;
	} while (s.length < max && addr < end && stage_of(ptep_get(pte + s.length)) == s.stage);
	return s;
}

typedef unsigned int (*series_fn)(struct scan *scan, struct vm_area_struct *vma,
				  const struct series *s);

static void each_series(struct scan *scan, struct vm_area_struct *vma, pte_t *pte,
			unsigned long start, unsigned long end, series_fn fn)
{
	while (start < end) {
		struct series s = find_series(pte, start, end);
		unsigned int done = fn(scan, vma, &s);

		if (done) {
			pps_count(PPS_SERIES, 1);
			trace_series(s.start, s.stage, s.length, done);
		}
		start += s.length * PAGE_SIZE;
		pte += s.length;
	}
}

/* --- stages 3 to 5 -------------------------------------------------------------- */

static struct folio *isolate_mapped(pte_t pte)
{
	struct folio *folio = pps_pte_folio(pte);

	return folio && policy_folio_isolate(folio) ? folio : NULL;
}

static struct folio *isolate_cached(pte_t pte)
{
	return policy_swapcache_isolate(pte_to_swp_entry(pte));
}

static unsigned int isolate(struct scan *scan, struct vm_area_struct *vma,
			    const struct series *s)
{
	bool mapped = s->stage == STAGE_SWAP && scan->room;
	bool cached = s->stage == STAGE_SWAPPED && scan->cached && scan->round->full;
	unsigned int i, done = 0;

	for (i = 0; i < s->length && (mapped || cached); i++) {
		pte_t pte = ptep_get(s->pte + i);
		struct folio *folio = mapped ? isolate_mapped(pte) : isolate_cached(pte);

		if (!folio)
			continue;
		list_add(&folio->lru, &scan->folios);
		done++;
	}
	scan->isolated += done;
	pps_count(mapped ? PPS_ISOLATED : PPS_ISOLATED_CACHED, done);
	return done;
}

static void isolate_table(struct vm_area_struct *vma, pte_t *pte, unsigned long start,
			  unsigned long end, void *data)
{
	each_series(data, vma, pte, start, end, isolate);
}

/* --- stages 1 and 2 --------------------------------------------------------------- */

static unsigned int age(const struct series *s)
{
	unsigned int i, done = 0;

	for (i = 0; i < s->length; i++)
		done += pps_pte_mkold(s->pte + i);
	pps_count(PPS_AGED, done);
	return done;
}

static unsigned int unmap(struct vm_area_struct *vma, const struct series *s)
{
	unsigned int i, done = 0;

	for (i = 0; i < s->length; i++)
		done += pps_pte_hide(vma, s->start + i * PAGE_SIZE, s->pte + i, false);
	pps_count(PPS_UNMAPPED, done);
	return done;
}

/* Of neighbours: whose places in swap are no further apart than the original asks for. */
static unsigned int neighbours(const struct series *s)
{
	unsigned int i, n = 0;

	for (i = 1; i < s->length; i++)
		n += pps_near(pte_to_swp_entry(ptep_get(s->pte + i - 1)),
			      pte_to_swp_entry(ptep_get(s->pte + i)));
	return n;
}

static unsigned int advance(struct scan *scan, struct vm_area_struct *vma,
			    const struct series *s)
{
	struct pps_gauges *found = &scan->round->found;
	unsigned int done = 0;

	switch (s->stage) {
	case STAGE_AGE:
		found->pte += s->length;
		done = age(s);
		break;
	case STAGE_UNMAP:
		done = unmap(vma, s);
		found->unmapped += done;
		found->pte += s->length - done;
		break;
	case STAGE_SWAP:
		found->unmapped += s->length;
		return 0;
	case STAGE_SWAPPED:
		found->swapped += s->length;
		found->swapped_pairs += s->length - 1;
		found->swapped_near += neighbours(s);
		return 0;
	default:
		return 0;
	}
	if (done)
		dftlb_add(&scan->batch, s->start, s->start + s->length * PAGE_SIZE);
	return done;
}

static void advance_table(struct vm_area_struct *vma, pte_t *pte, unsigned long start,
			  unsigned long end, void *data)
{
	each_series(data, vma, pte, start, end, advance);
}

/* --- one mm --------------------------------------------------------------------------- */

/* Every table has its turn in one of so many rounds. */
static bool has_turn(unsigned long addr, const struct pps_round *round)
{
	unsigned int turns = 100 / READ_ONCE(pps_share);

	return ((addr >> PMD_SHIFT) + round->nr) % turns == 0;
}

/* Nobody but us may still need the mm: the sooner we let go of it, the better. */
static bool going(struct task_struct *task, struct mm_struct *mm)
{
	return READ_ONCE(task->signal->flags) & SIGNAL_GROUP_EXIT ||
	       atomic_read(&mm->mm_users) == 1;
}

#define WALK_END ULONG_MAX

/* From this address on; where it stopped, since enough is isolated. */
static unsigned long walk(struct mm_struct *mm, struct scan *scan, policy_pte_fn fn,
			  unsigned long from)
{
	VMA_ITERATOR(vmi, mm, from);
	struct vm_area_struct *vma;
	unsigned long at, next;

	for_each_vma(vmi, vma) {
		if (!pps_vma_ok(vma))
			continue;
		for (at = max(vma->vm_start, from); at < vma->vm_end; at = next) {
			if (going(scan->round->task, mm))
				return WALK_END;
			next = min(ALIGN(at + 1, PMD_SIZE), vma->vm_end);
			if (!has_turn(at, scan->round))
				continue;
			policy_walk_ptes(vma, at, next, fn, scan);
			if (scan->isolated >= PPS_BATCH)
				return next;
		}
	}
	return WALK_END;
}

/*
 * Only for as long as its tables are walked. Who holds an mm keeps its memory
 * when its process goes, and swapoff reads back what a dead one has in swap:
 * memory and swap of a large one may not fit, and the OOM killer comes.
 */
static bool enter(struct mm_struct *mm)
{
	if (!mmget_not_zero(mm))
		return false;
	if (mmap_read_trylock(mm))
		return true;
	mmput_async(mm);
	return false;
}

static void leave(struct mm_struct *mm)
{
	mmap_read_unlock(mm);
	mmput_async(mm);
}

static void reclaim_batch(struct scan *scan)
{
	unsigned long freed = policy_reclaim_folios(&scan->folios);

	pps_count(PPS_RECLAIMED, freed);
	scan->round->freed += freed;
}

/* The mm isn't held while pages are written. */
static bool swap_batch(struct mm_struct *mm, struct scan *scan, unsigned long *at)
{
	scan->room = get_nr_swap_pages() > 0;
	scan->cached = global_node_page_state(NR_SWAPCACHE) > 0;
	scan->isolated = 0;
	if (!enter(mm))
		return false;
	dftlb_settle(mm);
	*at = walk(mm, scan, isolate_table, *at);
	leave(mm);
	if (!scan->isolated)
		return true;
	if (scan->round->full)
		reclaim_batch(scan);
	else
		pps_count(PPS_WRITTEN, policy_swap_folios(&scan->folios));
	return true;
}

static bool swap_mm(struct mm_struct *mm, struct scan *scan)
{
	unsigned long at = 0;

	while (at != WALK_END) {
		if (!swap_batch(mm, scan, &at))
			return false;
		cond_resched();
	}
	scan->isolated = 0;
	return true;
}

static bool advance_mm(struct mm_struct *mm, struct scan *scan)
{
	if (!enter(mm))
		return false;
	dftlb_begin(&scan->batch, mm, !READ_ONCE(pps_dftlb));
	walk(mm, scan, advance_table, 0);
	dftlb_end(&scan->batch);
	leave(mm);
	return true;
}

void pps_scan(struct mm_struct *mm, struct pps_round *round)
{
	struct scan scan = { .round = round, .folios = LIST_HEAD_INIT(scan.folios) };
	bool swaps = round->full || READ_ONCE(pps_may_write);

	if (!pps_mm_ok(mm))
		return;
	if ((swaps && !swap_mm(mm, &scan)) || !advance_mm(mm, &scan))
		pps_count(PPS_MMS_BUSY, 1);
	else
		pps_count(PPS_MMS, 1);
}
