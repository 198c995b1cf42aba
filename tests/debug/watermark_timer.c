// SPDX-License-Identifier: GPL-2.0-or-later
#include "subject.h"

static const struct knob knobs[] = {
	{ "load_gate", { 0, 1, 0 }, 2 },
	{ "expiry_ms", { 10, 600000, 10 }, 9 },
	{ "lots_mult", { 1, 10, 4 }, 0 },
	{ "enable", { 0, 1, 1 }, 2 },
};

/* What is asked for differs, and whether a timer is armed. */
static void vary(unsigned int round)
{
	knob_put("lots_mult", 1 + round % 10);
	sleep_ms(round % 7 * 10);
	knob_put("enable", round % 3 != 0);
}

const struct subject subject_watermark_timer = {
	.name = "watermark_timer",
	.alive = "decisions",
	.knobs = knobs,
	.n_knobs = sizeof(knobs) / sizeof(*knobs),
	.vary = vary,
};
