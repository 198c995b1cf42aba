// SPDX-License-Identifier: GPL-2.0
/*
 * Read-ahead is left out while memory is short, orange or red: its pages would be
 * reclaimed before they are used.
 */
#include <linux/policy_kpaged.h>

#include "kpaged.h"

static const enum kp_counter counters[] = {
	[POLICY_RA_FILE] = KP_RA_FILE,
	[POLICY_RA_FORCED] = KP_RA_FORCED,
	[POLICY_RA_SWAP] = KP_RA_SWAP,
};

bool kp_discard(enum policy_ra what)
{
	enum kp_counter mode;

	if (!READ_ONCE(kp_enable) || !READ_ONCE(kp_ra_discard))
		return false;
	mode = kp_mode();
	if (mode != KP_ORANGE && mode != KP_RED)
		return false;
	kp_count(counters[what], 1);
	return true;
}
