// SPDX-License-Identifier: GPL-2.0
/*
 * What is PPS's isn't the LRU's: kswapd leaves such pages where they are, with
 * their accessed bits, which are PPS's to read. The original had them on no LRU
 * list at all; here they stay on it for all others who rely on that, and for the
 * day that kppsd doesn't cope.
 *
 * It copes if it frees what kswapd asks for before kswapd has been offered as
 * many pages as PPS has: since it last did, no more are kept than that. Who
 * reclaims because its own allocation has to wait takes whatever it finds, as
 * does reclaim for a memory cgroup's limit, for which nobody wakes kppsd.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/swap.h>

#include "pps.h"
#include "pte.h"

static atomic64_t left;		/* pages that may still be kept */

void pps_own_progress(u64 total)
{
	atomic64_set(&left, total);
}

static bool owned(struct folio *folio, struct vm_area_struct *vma)
{
	return pps_folio_ok(folio) && pps_vma_ok(vma) && pps_mm_ok(vma->vm_mm) &&
	       pps_chosen_mm(vma->vm_mm);
}

bool pps_lru_keeps(struct folio *folio, struct vm_area_struct *vma)
{
	if (!READ_ONCE(pps_enable) || !READ_ONCE(pps_exclusive) || get_nr_swap_pages() <= 0 ||
	    atomic64_read(&left) <= 0 || !owned(folio, vma))
		return false;
	atomic64_dec(&left);
	pps_count(PPS_KEPT, 1);
	return true;
}
