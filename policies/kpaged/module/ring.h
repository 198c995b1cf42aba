/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The candidates that one pass over a mapping has found, in the order of their
 * addresses, each with its age: how many passes in a row have found it unused.
 * No locks here; maps.c has them.
 */
#ifndef KP_RING_H
#define KP_RING_H

#include <linux/types.h>

/* Older than so isn't told apart. */
#define KP_AGE_MAX 16

struct kp_ring {
	unsigned long *entry;	/* addresses, each with its page's node in the bits below */
	u8 *age;		/* of each; 0: it was taken */
	unsigned int size, len;	/* entries that there is room for; that are there */
	unsigned int n;		/* of these, not taken */
	unsigned int nr_aged[KP_AGE_MAX + 1];	/* of n, by age */
	unsigned int search_age, head;	/* where the search for those of this age goes on */
};

/* Room for so many; false: for none. What was there is gone. May sleep. */
bool kp_ring_alloc(struct kp_ring *ring, unsigned int size);
void kp_ring_free(struct kp_ring *ring);
void kp_ring_clear(struct kp_ring *ring);

/* Addresses come in their order. A ring that is full or has no room takes no more. */
void kp_ring_add(struct kp_ring *ring, unsigned long addr, int nid, unsigned int age);

/*
 * How old that one was, 0: it isn't there. Addresses come in their order; *at, 0
 * at first, is where the last one was found. Others may take entries meanwhile.
 */
unsigned int kp_ring_age(const struct kp_ring *ring, unsigned long addr, unsigned int *at);

/* Of those that haven't been taken; 0: there are none. */
unsigned int kp_ring_oldest(const struct kp_ring *ring);

/*
 * Takes up to n of the oldest, and gives other nodes' up. Returns how many are in
 * addr; there may be more even if that is 0, since it doesn't search for long.
 */
unsigned int kp_ring_take(struct kp_ring *ring, int nid, unsigned long *addr, unsigned int n);

/* All that is left is given up, but what age it was is still known. */
void kp_ring_give_up(struct kp_ring *ring);

#endif
