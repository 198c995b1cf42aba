// SPDX-License-Identifier: GPL-2.0
/*
 * vm.policy_pps.*
 */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/sysctl.h>

#include "compat.h"
#include "pps.h"

unsigned int pps_period_ms = 2000;
unsigned int pps_max_series = 8;
unsigned int pps_dftlb = 1;
unsigned int pps_share = 100;
unsigned int pps_cmd;
unsigned int pps_may_write = 1;
unsigned int pps_readahead = 1;
unsigned int pps_exclusive = 1;
unsigned int pps_enable = 1;

static unsigned int period_min = 10, period_max = 600000;
static unsigned int series_max = PPS_MAX_SERIES;
static unsigned int share_max = 100;

/* A new period counts from now, not from when the old one is over. */
static int set_and_kick(COMPAT_CTL_TABLE *table, int write, void *buffer, size_t *lenp,
			loff_t *ppos)
{
	int ret = proc_douintvec_minmax(table, write, buffer, lenp, ppos);

	if (!ret && write)
		pps_kick();
	return ret;
}

static char cgroup_path[PPS_PATH_MAX] = "/";
static DEFINE_MUTEX(path_mutex);

/* Refused, the old path stays. */
static int set_cgroup(COMPAT_CTL_TABLE *table, int write, void *buffer, size_t *lenp,
		      loff_t *ppos)
{
	char old[PPS_PATH_MAX];
	int ret;

	mutex_lock(&path_mutex);
	strscpy(old, cgroup_path, sizeof(old));
	ret = proc_dostring(table, write, buffer, lenp, ppos);
	if (!ret && write)
		ret = pps_choose(cgroup_path);
	if (ret)
		strscpy(cgroup_path, old, sizeof(cgroup_path));
	mutex_unlock(&path_mutex);
	return ret;
}

#define KNOB(name, handler, min, max)			\
	{						\
		.procname = #name,			\
		.data = &pps_##name,			\
		.maxlen = sizeof(pps_##name),		\
		.mode = 0644,				\
		.proc_handler = handler,		\
		.extra1 = min,				\
		.extra2 = max,				\
	}

static struct ctl_table pps_table[] = {
	KNOB(period_ms, set_and_kick, &period_min, &period_max),
	KNOB(max_series, proc_douintvec_minmax, SYSCTL_ONE, &series_max),
	KNOB(dftlb, proc_douintvec_minmax, SYSCTL_ZERO, SYSCTL_ONE),
	KNOB(share, proc_douintvec_minmax, SYSCTL_ONE, &share_max),
	KNOB(cmd, proc_douintvec_minmax, SYSCTL_ZERO, SYSCTL_ONE),
	KNOB(may_write, proc_douintvec_minmax, SYSCTL_ZERO, SYSCTL_ONE),
	KNOB(readahead, proc_douintvec_minmax, SYSCTL_ZERO, SYSCTL_ONE),
	KNOB(exclusive, proc_douintvec_minmax, SYSCTL_ZERO, SYSCTL_ONE),
	{
		.procname = "cgroup",
		.data = cgroup_path,
		.maxlen = sizeof(cgroup_path),
		.mode = 0644,
		.proc_handler = set_cgroup,
	},
	KNOB(enable, set_and_kick, SYSCTL_ZERO, SYSCTL_ONE),
	{}
};

static struct ctl_table_header *pps_header;

int pps_knobs_register(void)
{
	pps_header = compat_register_sysctl("vm/policy_" PPS_NAME, pps_table,
					    ARRAY_SIZE(pps_table) - 1);
	return pps_header ? 0 : -ENOMEM;
}

void pps_knobs_unregister(void)
{
	unregister_sysctl_table(pps_header);
}
