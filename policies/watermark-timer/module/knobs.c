// SPDX-License-Identifier: GPL-2.0
/*
 * vm.policy_watermark_timer.*, or the boost form's of the same names.
 */
#include <linux/errno.h>
#include <linux/sysctl.h>

#include "compat.h"
#include "timer.h"

unsigned int wt_expiry_ms = 5000;
unsigned int wt_lots_mult = 4;
unsigned int wt_load_gate = 1;
unsigned int wt_enable = 1;

static unsigned int expiry_min = 10, expiry_max = 600000;
static unsigned int mult_min = 1, mult_max = 1000;

/* A new expiry counts from now, not from when the old one is over. */
static int set_and_apply(COMPAT_CTL_TABLE *table, int write, void *buffer, size_t *lenp,
			 loff_t *ppos)
{
	int ret = proc_douintvec_minmax(table, write, buffer, lenp, ppos);

	if (!ret && write)
		wt_apply();
	return ret;
}

static struct ctl_table wt_table[] = {
	{
		.procname = "expiry_ms",
		.data = &wt_expiry_ms,
		.maxlen = sizeof(wt_expiry_ms),
		.mode = 0644,
		.proc_handler = set_and_apply,
		.extra1 = &expiry_min,
		.extra2 = &expiry_max,
	},
	{
		.procname = "lots_mult",
		.data = &wt_lots_mult,
		.maxlen = sizeof(wt_lots_mult),
		.mode = 0644,
		.proc_handler = proc_douintvec_minmax,
		.extra1 = &mult_min,
		.extra2 = &mult_max,
	},
	{
		.procname = "load_gate",
		.data = &wt_load_gate,
		.maxlen = sizeof(wt_load_gate),
		.mode = 0644,
		.proc_handler = proc_douintvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{
		.procname = "enable",
		.data = &wt_enable,
		.maxlen = sizeof(wt_enable),
		.mode = 0644,
		.proc_handler = set_and_apply,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{}
};

static struct ctl_table_header *wt_header;

int wt_knobs_register(void)
{
	wt_header = compat_register_sysctl("vm/policy_" WT_NAME, wt_table,
					   ARRAY_SIZE(wt_table) - 1);
	return wt_header ? 0 : -ENOMEM;
}

void wt_knobs_unregister(void)
{
	unregister_sysctl_table(wt_header);
}
