/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The entries that may be taken: of order-0 anonymous pages that one mm alone
 * has mapped, in private VMAs whose faults do_numa_page() can handle.
 *
 * A PROT_NONE entry is the original's UnmappedPTE: it keeps the page, and no
 * CPU can use it; the next touch makes it present again.
 */
#ifndef PPS_PTE_H
#define PPS_PTE_H

#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pkeys.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/userfaultfd_k.h>

#define PPS_VM_NEVER \
	(VM_SHARED | VM_LOCKED | VM_HUGETLB | VM_PFNMAP | VM_MIXEDMAP | VM_IO)

/* Not of mms whose page tables others mirror: they would miss the changes. */
static inline bool pps_mm_ok(struct mm_struct *mm)
{
	return !mm_has_notifiers(mm);
}

static inline bool pps_vma_ok(struct vm_area_struct *vma)
{
	return !(vma->vm_flags & PPS_VM_NEVER) && vma_is_accessible(vma) &&
	       !userfaultfd_armed(vma) && !vma_pkey(vma);
}

static inline bool pps_folio_ok(struct folio *folio)
{
	return !folio_test_large(folio) && folio_test_anon(folio) && !folio_test_ksm(folio) &&
	       atomic_read(&folio->_mapcount) == 0;
}

/* The folio of an entry, under its table's lock; NULL: leave it alone. */
static inline struct folio *pps_pte_folio(pte_t pte)
{
	struct folio *folio;

	if (!pte_present(pte) || pte_special(pte) || pte_devmap(pte))
		return NULL;
	folio = page_folio(pte_page(pte));
	return pps_folio_ok(folio) ? folio : NULL;
}

static inline bool pps_pte_hidden(pte_t pte)
{
	return pte_protnone(pte);
}

/*
 * Present to PROT_NONE, without a flush; within a batch of dftlb. What the
 * hardware sets meanwhile isn't lost, since the entry is exchanged. False if it
 * was accessed, and stays.
 */
static inline bool pps_pte_hide(struct vm_area_struct *vma, unsigned long addr, pte_t *pte,
				bool even_young)
{
	pte_t old = ptep_modify_prot_start(vma, addr, pte), new = old;
	bool hide = even_young || !pte_young(old);

	if (hide) {
		new = pte_mkold(pte_modify(old, PAGE_NONE));
		/* Newer kernels find out at the fault (6.4). */
#ifdef pte_mk_savedwrite
		if (pte_write(old))
			new = pte_mk_savedwrite(new);
#endif
	}
	ptep_modify_prot_commit(vma, addr, pte, old, new);
	return hide;
}

/* Atomic, since the hardware may set other bits; without a flush. */
static inline bool pps_pte_mkold(pte_t *pte)
{
	return test_and_clear_bit(_PAGE_BIT_ACCESSED, (unsigned long *)&pte->pte);
}

/* Places in swap that are close: "the offset between two close SwapPages is less than 8". */
#define PPS_NEAR 7

static inline bool pps_near(swp_entry_t a, swp_entry_t b)
{
	return swp_type(a) == swp_type(b) &&
	       swp_offset(a) - swp_offset(b) + PPS_NEAR <= 2 * PPS_NEAR;
}

#endif /* PPS_PTE_H */
