// SPDX-License-Identifier: GPL-2.0-or-later
#include "subject.h"

static const struct knob knobs[] = {
	{ "period_ms", { 10, 600000, 10 }, 9 },
	{ "max_series", { 1, 64, 8 }, 0 },
	{ "dftlb", { 0, 1, 1 }, 2 },
	{ "share", { 1, 100, 100 }, 0 },
	{ "cmd", { 0, 1, 1 }, 2 },
	{ "may_write", { 0, 1, 1 }, 2 },
	{ "readahead", { 0, 1, 1 }, 2 },
	{ "exclusive", { 0, 1, 1 }, 2 },
	{ "enable", { 0, 1, 1 }, 2 },
};

#define CGROUP "/proc/sys/vm/policy_pps/cgroup"

/* Whether flushes are left to the ticks, and whether any are pending when it goes. */
static void vary(unsigned int round)
{
	if (put(CGROUP, "/nowhere") || !put(CGROUP, "/"))
		give_up(CGROUP " takes what isn't there, or doesn't take the root");
	knob_put("dftlb", round % 3 != 0);
	knob_put("share", 1 + round % 100);
	sleep_ms(round % 7 * 10);
	knob_put("enable", round % 5 != 0);
}

const struct subject subject_pps = {
	.name = "pps",
	.alive = "rounds",
	.knobs = knobs,
	.n_knobs = sizeof(knobs) / sizeof(*knobs),
	.n_texts = 1,
	.vary = vary,
};
