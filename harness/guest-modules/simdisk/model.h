/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a request is over.  One channel moves the data of all requests, one
 * after the other in the order of their arrival, at the disk's bandwidth; what
 * the disk needs besides, its latency, passes for all of them at once:
 *
 *	moved = max(arrival, moved of the one before) + bytes / bandwidth
 *	over  = moved + latency + 0 … spread
 *
 * With a spread requests overtake each other, as they do on a real disk.
 */
#ifndef SIMDISK_MODEL_H
#define SIMDISK_MODEL_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct simdisk_model {
	u64 latency_ns;
	u64 spread_ns;
	u64 bytes_per_s; /* 0: data takes no time */
	spinlock_t lock; /* of the two below */
	u64 moved_ns;    /* when the channel is free again */
	u64 random;      /* state; never 0 */
};

void simdisk_model_init(struct simdisk_model *m, u64 latency_ns, u64 spread_ns, u64 bytes_per_s,
			u64 seed);

/* From now to the end of a request of so many bytes that has just arrived. */
u64 simdisk_model_take(struct simdisk_model *m, u64 now_ns, u32 bytes);

#endif
