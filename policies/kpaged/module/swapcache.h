/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KP_SWAPCACHE_H
#define KP_SWAPCACHE_H

#include <linux/types.h>

struct folio;
struct task_struct;

/* What one turn of a node's kswapd takes at most, in pages. */
#define KP_TURN_MAX 512

/* A node's kswapd, while it takes pages for us. All but `task` is its own. */
struct kp_taker {
	struct task_struct *task;
	unsigned int first, n;
	unsigned long entry[KP_TURN_MAX];	/* swap entries of what it has taken since */
	unsigned int easy_rounds;		/* since it woke */
};

int kp_swapcache_init(void);
void kp_swapcache_exit(void);		/* when no kswapd is taking pages any more */
struct kp_taker *kp_taker_of(int nid);
void kp_taker_begin(struct kp_taker *taker);
void kp_taker_note(struct kp_taker *taker, unsigned long entry);
void kp_taker_end(struct kp_taker *taker);
/* Found there, to be put; NULL: it has gone, or its device has. */
struct folio *kp_swap_cached(unsigned long entry);
long kp_swapcache_grown(void);		/* pages in it, against when we came */
u64 kp_swapcache_missed(void);		/* calls that the probes had no room for */

#endif
