/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KP_REPORT_H
#define KP_REPORT_H

#include <linux/types.h>

/* What no counter of ours has: since the module was loaded, and gauges. */
struct kp_report {
	u64 readahead;		/* pages read ahead from swap */
	s64 deleted;		/* pages, from the swap cache */
	long candidates;
};

void kp_report_take(struct kp_report *ret);

#endif
