// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Besides coming and going: EVACUATIONS regions are evacuated, 2000 if not said
 * otherwise, with a look at the contents of every page after each round.
 */
#include "subject.h"
#include "../vm/kmempowerd/kmempowerd.h"

static const struct knob knobs[] = {
	{ "region_mb", { 64, 4, 16 }, 24 },
	{ "threshold", { 1, 99, 90 }, 0 },
	{ "scan_ms", { 600000, 10, 10 }, 9 },
	{ "hold", { 0, 1, 1 }, 2 },
	{ "pages_per_sec", { 1, 1u << 30, 0 }, (1u << 30) + 1 },
	{ "choice", { 0, 1, 0 }, 2 },
	{ "enable", { 0, 1, 1 }, 2 },
};

/* Which regions, what becomes of them, and whether any are looked at. */
static void vary(unsigned int round)
{
	knob_put("choice", round % 4 == 3);
	knob_put("hold", round % 2);
	sleep_ms(round % 7 * 10);
	knob_put("enable", round % 3 != 0);
}

static void work(void)
{
	evacuate_many(option("evacuations", 2000));
}

const struct subject subject_kmempowerd = {
	.name = "kmempowerd",
	.alive = "requested",
	.knobs = knobs,
	.n_knobs = sizeof(knobs) / sizeof(*knobs),
	.vary = vary,
	.work = work,
};
