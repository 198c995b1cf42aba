// SPDX-License-Identifier: GPL-2.0
/* vm.policy_kmempowerd.*, or the other form's of the same names. */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/sysctl.h>

#include "compat.h"
#include "kmempowerd.h"

unsigned int km_threshold = 30;
unsigned int km_scan_ms = 1000;
unsigned int km_hold;
unsigned int km_pages_per_sec;
unsigned int km_enable = 1;
unsigned int km_choice;

/* Not below the largest block that the allocator has: the engine may have to split one. */
static unsigned int mb_min = MAX_ORDER_NR_PAGES >> (20 - PAGE_SHIFT), mb_max = 4096;
static unsigned int pct_min = 1, pct_max = 99;
static unsigned int scan_min = 10, scan_max = 600000;
static unsigned int rate_max = 1u << 30;

static void apply(const unsigned int *knob)
{
	if (knob == &km_enable)
		km_apply_enable();
	else if (knob == &km_hold)
		km_apply_hold();
	else if (knob == &km_scan_ms)
		km_apply_scan_ms();
	else if (knob == &km_pages_per_sec)
		km_apply_rate();
}

static int set_and_apply(COMPAT_CTL_TABLE *table, int write, void *buffer, size_t *lenp,
			 loff_t *ppos)
{
	int ret = proc_douintvec_minmax(table, write, buffer, lenp, ppos);

	if (!ret && write)
		apply(table->data);
	return ret;
}

static int set_region_mb(COMPAT_CTL_TABLE *table, int write, void *buffer, size_t *lenp,
			 loff_t *ppos)
{
	unsigned int mb = km_get_region_mb();
	struct ctl_table copy = *table;
	int ret;

	copy.data = &mb;
	ret = proc_douintvec_minmax(&copy, write, buffer, lenp, ppos);
	if (ret || !write)
		return ret;
	return is_power_of_2(mb) ? km_set_region_mb(mb) : -EINVAL;
}

#define KNOB(name, variable, handler, min, max)		\
	{						\
		.procname = name,			\
		.data = variable,			\
		.maxlen = sizeof(unsigned int),		\
		.mode = 0644,				\
		.proc_handler = handler,		\
		.extra1 = min,				\
		.extra2 = max,				\
	}

static struct ctl_table km_table[] = {
	KNOB("region_mb", NULL, set_region_mb, &mb_min, &mb_max),
	KNOB("threshold", &km_threshold, proc_douintvec_minmax, &pct_min, &pct_max),
	KNOB("scan_ms", &km_scan_ms, set_and_apply, &scan_min, &scan_max),
	KNOB("hold", &km_hold, set_and_apply, SYSCTL_ZERO, SYSCTL_ONE),
	KNOB("pages_per_sec", &km_pages_per_sec, set_and_apply, SYSCTL_ZERO, &rate_max),
	KNOB("choice", &km_choice, proc_douintvec_minmax, SYSCTL_ZERO, SYSCTL_ONE),
	KNOB("enable", &km_enable, set_and_apply, SYSCTL_ZERO, SYSCTL_ONE),
	{}
};

static struct ctl_table_header *km_header;

int km_knobs_register(void)
{
	km_header = compat_register_sysctl("vm/policy_" KM_NAME, km_table,
					   ARRAY_SIZE(km_table) - 1);
	return km_header ? 0 : -ENOMEM;
}

void km_knobs_unregister(void)
{
	unregister_sysctl_table(km_header);
}
