// SPDX-License-Identifier: GPL-2.0
/*
 * Read-ahead is left out while memory is short, orange or red: its pages would be
 * reclaimed before they are used. What is needed itself is read by its reader
 * then, one page at a time.
 */
#include <linux/mm.h>
#include <linux/swap.h>

#include "divert.h"
#include "kpaged.h"
#include "symbols.h"

static bool is_wanted(void)
{
	enum kp_counter mode;

	if (!READ_ONCE(kp_enable) || !READ_ONCE(kp_ra_discard))
		return false;
	mode = kp_mode();
	return mode == KP_ORANGE || mode == KP_RED;
}

static void discard_file(void);
static void discard_large(void);
static void discard_forced(void);
static void *read_one(swp_entry_t entry, gfp_t gfp, struct vm_fault *vmf);

enum { FILE, LARGE, FORCED, SWAP, NR_DIVERTED };

static struct kp_divert diverted[NR_DIVERTED] = {
	[FILE] = { .name = "page_cache_ra_unbounded", .to = discard_file, .wanted = is_wanted },
	[LARGE] = { .name = "page_cache_ra_order", .to = discard_large, .wanted = is_wanted },
	[FORCED] = { .name = "force_page_cache_ra", .to = discard_forced, .wanted = is_wanted },
	[SWAP] = { .name = "swapin_readahead", .to = read_one, .wanted = is_wanted },
};

/* The three are void, and what they are given is still the caller's. */
static void discard_file(void)
{
	kp_count(KP_RA_FILE, 1);
	kp_divert_left(&diverted[FILE]);
}

static void discard_large(void)
{
	kp_count(KP_RA_FILE, 1);
	kp_divert_left(&diverted[LARGE]);
}

static void discard_forced(void)
{
	kp_count(KP_RA_FORCED, 1);
	kp_divert_left(&diverted[FORCED]);
}

/* A page or, on newer kernels, a folio: it is passed on. */
static void *read_one(swp_entry_t entry, gfp_t gfp, struct vm_fault *vmf)
{
	void *page = kp_kernel.read_swap_cache_async(entry, gfp, vmf->vma, vmf->address, 0, NULL);

	kp_count(KP_RA_SWAP, 1);
	kp_divert_left(&diverted[SWAP]);
	return page;
}

static void stop(unsigned int n)
{
	while (n)
		kp_divert_stop(&diverted[--n]);
}

int kp_readahead_init(void)
{
	unsigned int i;

	for (i = 0; i < NR_DIVERTED; i++) {
		int ret = kp_divert_start(&diverted[i]);

		if (ret) {
			stop(i);
			return ret;
		}
	}
	return 0;
}

void kp_readahead_exit(void)
{
	stop(NR_DIVERTED);
}
