// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables, read and marked from a module. mmap_lock is only tried for, since
 * kswapd must not wait for who may wait for memory; under it a page table's lock,
 * under that the LRU's.
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/page_idle.h>
#include <linux/pgtable.h>
#include <linux/rcupdate.h>
#include <linux/swap.h>

#include "symbols.h"
#include "walk.h"

#define VM_NEVER (VM_LOCKED | VM_IO | VM_PFNMAP | VM_MIXEDMAP | VM_HUGETLB)

/* Of a piece of a mapping, to age it or to take pages off the LRU. */
struct piece {
	struct kp_walk *age;
	struct kp_pageout *out;
	struct list_head *folios;	/* taken */
	bool done;
};

/* --- which pages -------------------------------------------------------------- */

/* memory.min and memory.low are promises that global reclaim, which this is, keeps. */
static bool is_protected(struct folio *folio)
{
	bool found = false;
#ifdef CONFIG_MEMCG
	struct mem_cgroup *memcg;

	rcu_read_lock();
	for (memcg = folio_memcg(folio); memcg && !found; memcg = parent_mem_cgroup(memcg))
		found = READ_ONCE(memcg->memory.min) || READ_ONCE(memcg->memory.low);
	rcu_read_unlock();
#endif
	return found;
}

/* Under the page table's lock; NULL: none that qualifies. */
static struct folio *folio_at(pte_t pte)
{
	struct folio *folio;

	if (!pte_present(pte) || pte_special(pte) || pte_devmap(pte))
		return NULL;
	folio = page_folio(pte_page(pte));
	if (!folio_test_anon(folio) || folio_test_large(folio) || folio_test_ksm(folio) ||
	    folio_test_unevictable(folio) || atomic_read(&folio->_mapcount) != 0 ||
	    is_protected(folio))
		return NULL;
	return folio;
}

/* --- entries --------------------------------------------------------------------- */

/* Atomic, since the hardware may set other bits; without a flush. */
static bool clear_accessed(pte_t *pte)
{
	return test_and_clear_bit(_PAGE_BIT_ACCESSED, (unsigned long *)&pte->pte);
}

/* Who looks for references next is to see the one that was cleared. */
static void mark_young(struct folio *folio)
{
#ifdef CONFIG_PAGE_IDLE_FLAG
	folio_clear_idle(folio);
	folio_set_young(folio);
#else
	/* No bit is there to say it; the lists take the second such call as use. */
	folio_mark_accessed(folio);
#endif
}

static void age_one(struct kp_walk *walk, unsigned long addr, pte_t *pte, struct folio *folio)
{
	bool young = clear_accessed(pte);

	walk->nr_present++;
	if (young) {
		mark_young(folio);
		walk->nr_young++;
	}
	if (!young || walk->even_young)
		walk->old(walk, addr, folio_nid(folio));
}

static void take_one(struct piece *piece, pte_t *pte, struct folio *folio)
{
	struct kp_pageout *out = piece->out;

	if (folio_nid(folio) != out->nid || (pte_young(*pte) && !out->even_young) ||
	    !kp_isolate(folio)) {
		out->nr_stale++;
		return;
	}
	/* What the ageing has seen is used up; a reference from now on still counts. */
	if (out->even_young)
		clear_accessed(pte);
	folio_test_clear_young(folio);
	folio_clear_referenced(folio);
	list_add_tail(&folio->lru, piece->folios);
	out->nr_taken++;
	piece->done = out->nr_taken >= out->nr;
}

static void walk_entries(pte_t *pte, unsigned long addr, unsigned long end, struct piece *piece)
{
	for (; addr < end && !piece->done; pte++, addr += PAGE_SIZE) {
		struct folio *folio = folio_at(READ_ONCE(*pte));

		if (folio && piece->age)
			age_one(piece->age, addr, pte, folio);
		else if (folio)
			take_one(piece, pte, folio);
	}
}

/* --- tables ------------------------------------------------------------------------ */

static pmd_t *pmd_at(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;

	if (pgd_none(*pgd) || pgd_bad(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, addr);
	if (p4d_none(*p4d) || p4d_bad(*p4d))
		return NULL;
	pud = pud_offset(p4d, addr);
	if (pud_none(*pud) || pud_bad(*pud))
		return NULL;
	return pmd_offset(pud, addr);
}

/* A table that is there: not none, huge, or on its way from one to the other. */
static bool is_table(pmd_t pmd)
{
	return !pmd_none(pmd) && !pmd_bad(pmd);
}

/*
 * With mmap_lock held tables above stay. The lowest one may be taken away from a
 * file's mapping; RCU keeps it then, and what is in its place shows.
 */
static void walk_table(struct mm_struct *mm, unsigned long addr, unsigned long end,
		       struct piece *piece)
{
	pmd_t *pmd = pmd_at(mm, addr), now;
	spinlock_t *ptl;

	if (!pmd)
		return;
	rcu_read_lock();
	now = READ_ONCE(*pmd);
	if (is_table(now)) {
		ptl = pte_lockptr(mm, &now);
		spin_lock(ptl);
		if (pmd_same(now, READ_ONCE(*pmd)))
			walk_entries(pte_offset_kernel(&now, addr), addr, end, piece);
		spin_unlock(ptl);
	}
	rcu_read_unlock();
}

/*
 * From addr on, with mmap_lock held: at most to the end of the page table that
 * the first qualifying address is in, and at most nr pages. Returns where to go
 * on, 0: there is nothing from addr on.
 */
static unsigned long walk_piece(struct mm_struct *mm, unsigned long addr, unsigned long nr,
				struct piece *piece)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	unsigned long end;

	while (vma && (!vma->anon_vma || (vma->vm_flags & VM_NEVER)))
		vma = find_vma(mm, vma->vm_end);
	if (!vma)
		return 0;
	addr = max(addr, vma->vm_start);
	end = min3(vma->vm_end, pmd_addr_end(addr, vma->vm_end), addr + nr * PAGE_SIZE);
	walk_table(mm, addr, end, piece);
	return end;
}

/* --- to age --------------------------------------------------------------------------- */

/* Tables that others mirror, as of a virtual machine, know more than these do. */
static bool may_walk(struct mm_struct *mm)
{
	return !mm_has_notifiers(mm);
}

int kp_walk_age(struct mm_struct *mm, struct kp_walk *walk)
{
	struct piece piece = { .age = walk };

	if (!may_walk(mm))
		return -ENOENT;
	if (!mmap_read_trylock(mm))
		return -EAGAIN;
	walk->addr = walk_piece(mm, walk->addr, walk->nr_ptes, &piece);
	mmap_read_unlock(mm);
	return walk->addr ? 0 : -ENOENT;
}

/* --- to take ---------------------------------------------------------------------------- */

static void take_listed(struct mm_struct *mm, struct piece *piece)
{
	struct kp_pageout *out = piece->out;
	unsigned int i;

	for (i = 0; i < out->nr; i++) {
		unsigned int before = out->nr_stale + out->nr_taken;

		/* Another address comes back if there is nothing mapped here any more. */
		if (walk_piece(mm, out->addr[i], 1, piece) != out->addr[i] + PAGE_SIZE ||
		    out->nr_stale + out->nr_taken == before)
			out->nr_stale = before + 1 - out->nr_taken;
	}
}

/* As far as it takes, but no further than some tables: the lock is held. */
static void take_any(struct mm_struct *mm, struct piece *piece)
{
	struct kp_pageout *out = piece->out;
	int tables;

	for (tables = 0; tables < 8 && !piece->done; tables++) {
		out->from = walk_piece(mm, out->from, PTRS_PER_PTE, piece);
		if (!out->from)
			break;
	}
}

int kp_walk_take(struct mm_struct *mm, struct kp_pageout *out, struct list_head *folios)
{
	struct piece piece = { .out = out, .folios = folios };

	if (!may_walk(mm))
		return 0;
	if (!mmap_read_trylock(mm))
		return -EAGAIN;
	if (out->addr)
		take_listed(mm, &piece);
	else
		take_any(mm, &piece);
	mmap_read_unlock(mm);
	return 0;
}
