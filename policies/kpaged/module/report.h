/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KP_REPORT_H
#define KP_REPORT_H

#include <linux/policy_kpaged.h>

/* Swap counters since the module was loaded, and gauges. */
struct kp_report {
	struct policy_kpaged_swap swap;
	u64 readahead;
	long candidates;
};

void kp_report_take(struct kp_report *ret);

#endif
