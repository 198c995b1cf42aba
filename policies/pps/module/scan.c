// SPDX-License-Identifier: GPL-2.0
/*
 * One mm's private pages, stage by stage. Two walks: what is UnmappedPTE since
 * an earlier round is reclaimed first, while no flush is pending for the mm and
 * none is needed therefore; then others go one stage further, and their flushes
 * are left to the ticks.
 */
#include <linux/mm.h>
#include <linux/policy_dftlb.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "dftlb.h"
#include "pps.h"
#include "pps_trace.h"
#include "pte.h"

enum stage {
	STAGE_AGE = 1,		/* numbered as in the original */
	STAGE_UNMAP = 2,
	STAGE_RECLAIM = 3,	/* 3 to 5 */
	STAGE_SWAPPED = 6,
	STAGE_NONE = 7,		/* not ours */
};

struct series {
	enum stage stage;
	unsigned int length;
	unsigned long start;
	pte_t *pte;
};

struct scan {
	struct pps_round *round;
	struct dftlb_batch batch;
	struct list_head folios;	/* isolated, in the order of their addresses */
};

static enum stage stage_of(pte_t pte)
{
	if (is_swap_pte(pte) && !non_swap_entry(pte_to_swp_entry(pte)))
		return STAGE_SWAPPED;
	if (!pps_pte_folio(pte))
		return STAGE_NONE;
	if (pps_pte_hidden(pte))
		return STAGE_RECLAIM;
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

static unsigned int isolate(struct scan *scan, struct vm_area_struct *vma,
			    const struct series *s)
{
	unsigned int i, done = 0;

	if (s->stage != STAGE_RECLAIM)
		return 0;
	for (i = 0; i < s->length; i++) {
		struct folio *folio = pps_pte_folio(ptep_get(s->pte + i));

		if (!folio || !policy_folio_isolate(folio))
			continue;
		list_add(&folio->lru, &scan->folios);
		done++;
	}
	pps_count(PPS_ISOLATED, done);
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
	case STAGE_RECLAIM:
		found->unmapped += s->length;
		return 0;
	case STAGE_SWAPPED:
		found->swapped += s->length;
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

static void walk(struct mm_struct *mm, struct scan *scan, policy_pte_fn fn)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	unsigned long at, next;

	for_each_vma(vmi, vma) {
		if (!pps_vma_ok(vma))
			continue;
		for (at = vma->vm_start; at < vma->vm_end; at = next) {
			next = min(ALIGN(at + 1, PMD_SIZE), vma->vm_end);
			if (has_turn(at, scan->round))
				policy_walk_ptes(vma, at, next, fn, scan);
		}
	}
}

/* Not under mmap_lock for as long as pages are written. */
static bool reclaim_mm(struct mm_struct *mm, struct scan *scan)
{
	if (!mmap_read_trylock(mm))
		return false;
	dftlb_settle(mm);
	walk(mm, scan, isolate_table);
	mmap_read_unlock(mm);
	pps_count(PPS_RECLAIMED, policy_reclaim_folios(&scan->folios));
	return true;
}

static bool advance_mm(struct mm_struct *mm, struct scan *scan)
{
	if (!mmap_read_trylock(mm))
		return false;
	dftlb_begin(&scan->batch, mm, !READ_ONCE(pps_dftlb));
	walk(mm, scan, advance_table);
	dftlb_end(&scan->batch);
	mmap_read_unlock(mm);
	return true;
}

void pps_scan(struct mm_struct *mm, struct pps_round *round)
{
	struct scan scan = { .round = round, .folios = LIST_HEAD_INIT(scan.folios) };

	if (!pps_mm_ok(mm))
		return;
	if ((round->full && !reclaim_mm(mm, &scan)) || !advance_mm(mm, &scan))
		pps_count(PPS_MMS_BUSY, 1);
	else
		pps_count(PPS_MMS, 1);
}
