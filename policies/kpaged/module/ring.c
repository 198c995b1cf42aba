// SPDX-License-Identifier: GPL-2.0
/* Candidates, to be had in the order of their age without being sorted by it. */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "ring.h"

/* Entries that one search looks at, under a spin lock. */
#define SEARCH 4096

bool kp_ring_alloc(struct kp_ring *ring, unsigned int size)
{
	kp_ring_free(ring);
	ring->entry = kvmalloc_array(size, sizeof(*ring->entry) + sizeof(*ring->age),
				     GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (!ring->entry)
		return false;
	ring->age = (u8 *)(ring->entry + size);
	ring->size = size;
	return true;
}

void kp_ring_free(struct kp_ring *ring)
{
	kvfree(ring->entry);
	*ring = (struct kp_ring){ };
}

void kp_ring_give_up(struct kp_ring *ring)
{
	WRITE_ONCE(ring->n, 0);
	memset(ring->nr_aged, 0, sizeof(ring->nr_aged));
}

void kp_ring_clear(struct kp_ring *ring)
{
	kp_ring_give_up(ring);
	ring->len = 0;
	ring->search_age = 0;
}

void kp_ring_add(struct kp_ring *ring, unsigned long addr, int nid, unsigned int age)
{
	if (ring->len == ring->size)
		return;
	ring->entry[ring->len] = addr | nid;
	ring->age[ring->len] = age;
	ring->nr_aged[age]++;
	ring->len++;
	ring->n++;
}

unsigned int kp_ring_age(const struct kp_ring *ring, unsigned long addr, unsigned int *at)
{
	while (*at < ring->len && (ring->entry[*at] & PAGE_MASK) < addr)
		++*at;
	if (*at == ring->len || (ring->entry[*at] & PAGE_MASK) != addr)
		return 0;
	return READ_ONCE(ring->age[*at]);
}

unsigned int kp_ring_oldest(const struct kp_ring *ring)
{
	unsigned int age = KP_AGE_MAX;

	while (age && !READ_ONCE(ring->nr_aged[age]))
		age--;
	return age;
}

/* The entry's node. */
static int take_at(struct kp_ring *ring, unsigned int i)
{
	ring->nr_aged[ring->age[i]]--;
	WRITE_ONCE(ring->age[i], 0);
	WRITE_ONCE(ring->n, ring->n - 1);
	return ring->entry[i] & ~PAGE_MASK;
}

unsigned int kp_ring_take(struct kp_ring *ring, int nid, unsigned long *addr, unsigned int n)
{
	unsigned int age = kp_ring_oldest(ring), found = 0, end;

	if (!age)
		return 0;
	if (ring->search_age != age)
		ring->head = 0;
	ring->search_age = age;
	end = min(ring->len, ring->head + SEARCH);
	for (; found < n && ring->head < end; ring->head++) {
		if (ring->age[ring->head] == age && take_at(ring, ring->head) == nid)
			addr[found++] = ring->entry[ring->head] & PAGE_MASK;
	}
	return found;
}
