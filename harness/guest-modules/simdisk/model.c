// SPDX-License-Identifier: GPL-2.0
#include "model.h"

#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

void simdisk_model_init(struct simdisk_model *m, u64 latency_ns, u64 spread_ns, u64 bytes_per_s,
			u64 seed)
{
	*m = (struct simdisk_model){
		.latency_ns = latency_ns,
		.spread_ns = spread_ns,
		.bytes_per_s = bytes_per_s,
		.random = seed ?: 1,
	};
	spin_lock_init(&m->lock);
}

/* xorshift64 (Marsaglia 2003): the same numbers for the same seed, and no entropy. */
static u64 next_random(struct simdisk_model *m)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return m->random;
}

u64 simdisk_model_take(struct simdisk_model *m, u64 now_ns, u32 bytes)
{
	u64 over, move_ns = 0;
	unsigned long flags;

	if (m->bytes_per_s)
		move_ns = div64_u64((u64)bytes * NSEC_PER_SEC, m->bytes_per_s);
	spin_lock_irqsave(&m->lock, flags);
	m->moved_ns = max(m->moved_ns, now_ns) + move_ns;
	over = m->moved_ns + m->latency_ns;
	if (m->spread_ns)
		over += next_random(m) % (m->spread_ns + 1);
	spin_unlock_irqrestore(&m->lock, flags);
	return over - now_ns;
}
