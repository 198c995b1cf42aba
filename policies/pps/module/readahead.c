// SPDX-License-Identifier: GPL-2.0
/*
 * What is read from swap together: neighbours in the VMA, the block of
 * max_series pages around the fault, since they have gone together.
 */
#include <linux/mm.h>
#include <linux/sched.h>

#include "pps.h"
#include "pte.h"

bool pps_read_around(const struct vm_fault *vmf, unsigned long *start, unsigned long *end)
{
	unsigned long block = READ_ONCE(pps_max_series) * PAGE_SIZE;

	if (!READ_ONCE(pps_enable) || !READ_ONCE(pps_readahead) || !pps_vma_ok(vmf->vma) ||
	    !pps_chosen(current))
		return false;
	*start = vmf->address - vmf->address % block;
	*end = *start + block;
	pps_count(PPS_READAHEAD, 1);
	return true;
}
