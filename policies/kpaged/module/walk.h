/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What both of these look at are anonymous pages that are mapped once, small, and
 * neither locked nor protected by a memory.min or memory.low.
 */
#ifndef KP_WALK_H
#define KP_WALK_H

#include <linux/mm_types.h>

struct kp_walk {
	unsigned long addr;		/* where to begin; then where it ended */
	unsigned long nr_ptes;		/* at most */
	bool even_young;		/* whether those that were accessed are told of, too */
	/* Not accessed since the last look. Under a spin lock. */
	void (*old)(struct kp_walk *walk, unsigned long addr, int nid);
	unsigned long nr_present, nr_young;	/* pages that were there; accessed */
};

/*
 * Clears accessed bits of a piece of a mapping, which the caller has by mmget().
 * -EAGAIN: its lock is taken; -ENOENT: there is nothing from addr on.
 */
int kp_walk_age(struct mm_struct *mm, struct kp_walk *walk);

struct kp_pageout {
	const unsigned long *addr;	/* the pages; or NULL for */
	unsigned long from;		/*   any from here on; then where it ended, 0: at the end */
	unsigned int nr;		/* at most */
	bool even_young;		/* accessed or not */
	int nid;			/* only this node's */
	/* What became of them; added to: */
	unsigned int nr_stale;		/* gone, accessed, another node's, or busy */
	unsigned int nr_taken;
};

/*
 * Takes pages of a mapping that still qualify off the LRU. The mapping as above;
 * 0 or -EAGAIN.
 */
int kp_walk_take(struct mm_struct *mm, struct kp_pageout *out, struct list_head *folios);

#endif
