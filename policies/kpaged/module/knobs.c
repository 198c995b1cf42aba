// SPDX-License-Identifier: GPL-2.0
/* vm.policy_kpaged.*; policy.toml says what each is. */
#include <linux/errno.h>
#include <linux/sysctl.h>

#include "compat.h"
#include "defer.h"
#include "kpaged.h"

unsigned int kp_enable = 1;
unsigned int kp_gate_pct = 50;
unsigned int kp_period_ms = 20;
unsigned int kp_interval_ms = 1000;
unsigned int kp_ages = KP_AGE_MAX;
unsigned int kp_max_age_ms = 5000;
unsigned int kp_run_ptes = 4096;
unsigned int kp_ring_pages = 65536;
unsigned int kp_easy_pct = 100;
unsigned int kp_yellow_pct = 100;
unsigned int kp_orange_pct = 100;
unsigned int kp_red_pct = 100;
unsigned int kp_wait = 1;
unsigned int kp_wait_ms = 5000;
unsigned int kp_wait_low_ms = 20;
unsigned int kp_wait_nofs_ms = 1000;
unsigned int kp_ra_discard = 1;
unsigned int kp_defer_pages = 64;
unsigned int kp_random;

static unsigned int one = 1, hundred = 100, pct_max = 10000;
static unsigned int minute = 60000, hour = 3600000;
static unsigned int ages_max = KP_AGE_MAX;
static unsigned int run_min = 256, run_max = 1 << 24;
static unsigned int defer_max = KP_DEFER_MAX;
static unsigned int ring_min = 64, ring_max = 1 << 22;

#define KNOB(name, min, max)				\
	{						\
		.procname = #name,			\
		.data = &kp_##name,			\
		.maxlen = sizeof(kp_##name),		\
		.mode = 0644,				\
		.proc_handler = proc_douintvec_minmax,	\
		.extra1 = min,				\
		.extra2 = max,				\
	}

static struct ctl_table kp_table[] = {
	KNOB(enable, SYSCTL_ZERO, SYSCTL_ONE),
	KNOB(gate_pct, SYSCTL_ZERO, &hundred),
	KNOB(period_ms, &one, &minute),
	KNOB(interval_ms, &one, &hour),
	KNOB(ages, &one, &ages_max),
	KNOB(max_age_ms, &one, &hour),
	KNOB(run_ptes, &run_min, &run_max),
	KNOB(ring_pages, &ring_min, &ring_max),
	KNOB(easy_pct, SYSCTL_ZERO, &pct_max),
	KNOB(yellow_pct, SYSCTL_ZERO, &pct_max),
	KNOB(orange_pct, SYSCTL_ZERO, &pct_max),
	KNOB(red_pct, SYSCTL_ZERO, &pct_max),
	KNOB(wait, SYSCTL_ZERO, SYSCTL_ONE),
	KNOB(wait_ms, &one, &minute),
	KNOB(wait_low_ms, SYSCTL_ZERO, &minute),
	KNOB(wait_nofs_ms, &one, &minute),
	KNOB(ra_discard, SYSCTL_ZERO, SYSCTL_ONE),
	KNOB(defer_pages, SYSCTL_ZERO, &defer_max),
	KNOB(random, SYSCTL_ZERO, SYSCTL_ONE),
	{}
};

static struct ctl_table_header *kp_header;

int kp_knobs_register(void)
{
	kp_header = compat_register_sysctl("vm/policy_kpaged", kp_table,
					   ARRAY_SIZE(kp_table) - 1);
	return kp_header ? 0 : -ENOMEM;
}

void kp_knobs_unregister(void)
{
	unregister_sysctl_table(kp_header);
}
