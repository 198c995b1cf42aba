// SPDX-License-Identifier: GPL-2.0
/*
 * Backend for any kernel: the allocator chooses where evacuated pages go. It
 * takes the smallest free blocks first, that is, holes between other pages
 * rather than a region that is free, but they may well be a light region's.
 */
#include <linux/module.h>

#include "kmempowerd.h"

int km_targets_init(void)
{
	return 0;
}

void km_targets_exit(void)
{
}

bool km_targets_begin(struct km_zone *kz, unsigned int r, const struct km_fill *fill)
{
	return true;
}

void km_targets_end(struct km_zone *kz)
{
}

MODULE_DESCRIPTION("Evacuates lightly filled memory regions, by contiguous allocations");
MODULE_LICENSE("GPL");
