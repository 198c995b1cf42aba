// SPDX-License-Identifier: GPL-2.0
/*
 * What is read from swap together: neighbours in the VMA that went there
 * together. Their places in swap tell: what goes in one series gets places next
 * to each other, and a page that was used without its neighbours goes without
 * them, at another time, to a place elsewhere. Where they tell nothing, the
 * kernel's own read-ahead, which goes by its latest hits, is the better guess.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "pps.h"
#include "pte.h"

/*
 * Without the table's lock: a guess is what is wanted. The table itself is kept
 * by the lock that the fault holds, or may be freed by RCU.
 */
static bool swapped_at(pmd_t *pmd, unsigned long addr, swp_entry_t *ret)
{
	pmd_t table = READ_ONCE(*pmd);
	pte_t pte;

	if (pmd_none(table) || pmd_bad(table))
		return false;
	pte = ptep_get_lockless((pte_t *)pmd_page_vaddr(table) + pte_index(addr));
	if (!is_swap_pte(pte))
		return false;
	*ret = pte_to_swp_entry(pte);
	return !non_swap_entry(*ret);
}

/* How many pages that way went with the one at the fault, one by one. */
static unsigned long together(const struct vm_fault *vmf, unsigned long step)
{
	unsigned long at = vmf->address & PAGE_MASK, n = 0;
	unsigned long low = max(vmf->vma->vm_start, at & PMD_MASK);
	unsigned long high = min(vmf->vma->vm_end, (at & PMD_MASK) + PMD_SIZE);
	swp_entry_t last, next;

	rcu_read_lock();
	if (swapped_at(vmf->pmd, at, &last)) {
		while (n + 1 < READ_ONCE(pps_max_series)) {
			at += step;
			if (at < low || at >= high || !swapped_at(vmf->pmd, at, &next) ||
			    !pps_near(last, next))
				break;
			last = next;
			n++;
		}
	}
	rcu_read_unlock();
	return n;
}

/* Upwards, as most programs go; one that goes down has what is above the fault already. */
bool pps_read_around(const struct vm_fault *vmf, unsigned long *start, unsigned long *end)
{
	unsigned long addr = vmf->address & PAGE_MASK, up, down = 0;

	if (!READ_ONCE(pps_enable) || !READ_ONCE(pps_readahead) || !pps_vma_ok(vmf->vma) ||
	    !pps_chosen(current))
		return false;
	up = together(vmf, PAGE_SIZE);
	if (!up)
		down = together(vmf, -PAGE_SIZE);
	if (!up && !down)
		return false;
	*start = addr - down * PAGE_SIZE;
	*end = addr + (up + 1) * PAGE_SIZE;
	pps_count(PPS_READAHEAD, 1);
	return true;
}
