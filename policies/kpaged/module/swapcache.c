// SPDX-License-Identifier: GPL-2.0
/*
 * What goes through the swap cache, seen by probes at the two functions that all
 * of it passes: the one that adds and the one that faults look pages up with. And
 * which of it a kswapd has put there for us.
 */
#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "kpaged.h"
#include "swapcache.h"
#include "symbols.h"

/*
 * Entries that kswapd added for us and that no fault has found yet; each in the
 * one place that is its own, where a later one may take it over. What is lost so
 * is a hit_marked that isn't counted.
 */
#define MARK_BITS 14
static unsigned long marks[1 << MARK_BITS];

static unsigned long *mark_of(unsigned long entry)
{
	return &marks[hash_long(entry, MARK_BITS)];
}

/* --- who takes pages for us ---------------------------------------------------- */

static struct kp_taker **takers;	/* by node */

struct kp_taker *kp_taker_of(int nid)
{
	return takers[nid];
}

void kp_taker_begin(struct kp_taker *taker)
{
	taker->first = 0;
	taker->n = 0;
	WRITE_ONCE(taker->task, current);
}

void kp_taker_note(struct kp_taker *taker, unsigned long entry)
{
	if (taker->n < ARRAY_SIZE(taker->entry))
		taker->entry[taker->n++] = entry;
}

void kp_taker_end(struct kp_taker *taker)
{
	WRITE_ONCE(taker->task, NULL);
}

static struct kp_taker *my_taker(void)
{
	int nid;

	for_each_node(nid) {
		if (READ_ONCE(takers[nid]->task) == current)
			return takers[nid];
	}
	return NULL;
}

static int takers_alloc(void)
{
	int nid;

	takers = kcalloc(nr_node_ids, sizeof(*takers), GFP_KERNEL);
	if (!takers)
		return -ENOMEM;
	for_each_node(nid) {
		takers[nid] = kzalloc(sizeof(*takers[nid]), GFP_KERNEL);
		if (!takers[nid])
			return -ENOMEM;
	}
	return 0;
}

static void takers_free(void)
{
	int nid;

	if (!takers)
		return;
	for_each_node(nid)
		kfree(takers[nid]);
	kfree(takers);
}

struct folio *kp_swap_cached(unsigned long entry)
{
	const swp_entry_t swap = { entry };
	struct swap_info_struct *device = kp_kernel.get_swap_device(swap);
	struct folio *folio;

	if (!device)
		return NULL;
	folio = kp_kernel.swap_cache_get_folio(swap, NULL, 0);
	put_swap_device(device);
	return IS_ERR(folio) ? NULL : folio;
}

/* --- additions -------------------------------------------------------------------- */

struct added {
	unsigned long entry;
	unsigned int nr;
};

/* add_to_swap_cache(folio, entry, gfp, shadow) */
static int adding(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct added *added = (void *)ri->data;

	added->nr = folio_nr_pages((struct folio *)regs->di);
	added->entry = regs->si;
	return 0;
}

static int added(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct added *added = (void *)ri->data;
	struct kp_taker *taker;

	if (regs_return_value(regs))
		return 0;
	kp_count(KP_CACHE_ADDS, added->nr);
	taker = current_is_kswapd() ? my_taker() : NULL;
	if (current_is_kswapd())
		kp_count(KP_CACHE_ADDS_KSWAPD, added->nr);
	if (taker) {
		kp_count(KP_MARKED, added->nr);
		kp_taker_note(taker, added->entry);
		WRITE_ONCE(*mark_of(added->entry), added->entry);
	} else {
		cmpxchg(mark_of(added->entry), added->entry, 0);
	}
	return 0;
}

/* --- lookups ------------------------------------------------------------------------ */

struct looked {
	unsigned long entry;
	unsigned long vma;	/* 0: for a file in shared memory, or our own */
};

/* swap_cache_get_folio(entry, vma, addr) */
static int looking_up(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct looked *looked = (void *)ri->data;

	looked->entry = regs->di;
	looked->vma = regs->si;
	return 0;
}

static int looked_up(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	unsigned long entry = ((struct looked *)ri->data)->entry;

	/* Our own, to see what became of a page. */
	if (!((struct looked *)ri->data)->vma)
		return 0;
	kp_count(KP_SWAP_FAULTS, 1);
	if (IS_ERR_OR_NULL((void *)regs_return_value(regs)))
		return 0;
	kp_count(KP_SWAP_HITS, 1);
	if (cmpxchg(mark_of(entry), entry, 0) == entry)
		kp_count(KP_SWAP_HITS_MARKED, 1);
	return 0;
}

/* --- coming and going ------------------------------------------------------------------ */

/* Both may sleep, and so many may at once. */
#define MAX_ACTIVE 256

static struct kretprobe probes[] = {
	{
		.kp.symbol_name = "add_to_swap_cache",
		.entry_handler = adding,
		.handler = added,
		.data_size = sizeof(struct added),
		.maxactive = MAX_ACTIVE,
	},
	{
		.kp.symbol_name = "swap_cache_get_folio",
		.entry_handler = looking_up,
		.handler = looked_up,
		.data_size = sizeof(struct looked),
		.maxactive = MAX_ACTIVE,
	},
};

static long cached_before;

long kp_swapcache_grown(void)
{
	return (long)global_node_page_state(NR_SWAPCACHE) - cached_before;
}

u64 kp_swapcache_missed(void)
{
	return (u64)probes[0].nmissed + probes[1].nmissed;
}

static void unregister(unsigned int n)
{
	while (n)
		unregister_kretprobe(&probes[--n]);
}

int kp_swapcache_init(void)
{
	unsigned int i;
	int ret = takers_alloc();

	for (i = 0; !ret && i < ARRAY_SIZE(probes); i++) {
		ret = register_kretprobe(&probes[i]);
		if (ret)
			break;
	}
	if (!ret) {
		cached_before = global_node_page_state(NR_SWAPCACHE);
		return 0;
	}
	unregister(i);
	takers_free();
	return ret;
}

void kp_swapcache_exit(void)
{
	unregister(ARRAY_SIZE(probes));
	takers_free();
}
