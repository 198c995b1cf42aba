/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel doesn't export, found by name when the module is loaded. */
#ifndef KP_SYMBOLS_H
#define KP_SYMBOLS_H

#include <linux/mm_types.h>
#include <linux/swap.h>

/* 0 and true are the success of one and the same function, before and since 6.4. */
#ifdef COMPAT_ISOLATE_BOOL
#define KP_ISOLATED bool
#define kp_is_isolated(ret)	(ret)
#else
#define KP_ISOLATED int
#define kp_is_isolated(ret)	(!(ret))
#endif

struct kp_symbols {
	KP_ISOLATED(*folio_isolate_lru)(struct folio *folio);
	unsigned long (*reclaim_pages)(struct list_head *folios);
	struct folio *(*swap_cache_get_folio)(swp_entry_t entry, struct vm_area_struct *vma,
					      unsigned long addr);
	struct swap_info_struct *(*get_swap_device)(swp_entry_t entry);
	/*
	 * After addr older kernels have a flag, whether to poll, and a plug; newer
	 * ones the plug alone: 0 and NULL are right for both.
	 */
	void *(*read_swap_cache_async)(swp_entry_t entry, gfp_t gfp, struct vm_area_struct *vma,
				       unsigned long addr, unsigned long poll, void *plug);
	void (*lru_add_drain)(void);
	void (*wakeup_kswapd)(struct zone *zone, gfp_t gfp, int order, enum zone_type highest);
};

extern struct kp_symbols kp_kernel;

int kp_symbols_find(void);
unsigned long kp_symbol(const char *name);	/* its address; 0: there is none */

static inline bool kp_isolate(struct folio *folio)
{
	return kp_is_isolated(kp_kernel.folio_isolate_lru(folio));
}

#endif
