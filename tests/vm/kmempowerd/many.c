// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Thousands of evacuations, with a look at the contents of every page after each
 * round: what tests/debug does at length, and this test if it is asked to.
 */
#include "kmempowerd.h"

#include <stdlib.h>

#define FILL_MB 96

/* Every second one: what is queued takes no pages, where the policy chooses who does. */
static void request_half(unsigned int which)
{
	struct region *all;
	size_t n = regions_read(&all);

	for (size_t i = 0; i < n; i++) {
		if (all[i].movable && !all[i].other && (all[i].number + which) % 2)
			region_request(&all[i]);
	}
	free(all);
	wait_idle();
}

void evacuate_many(unsigned int wanted)
{
	unsigned int rounds = 0;
	uint64_t end = now_ms() + 3600000;
	struct fill f;
	size_t wrong = 0;

	knob_put("region_mb", 4);
	knob_put("scan_ms", 600000);
	while (counter("done") < wanted && now_ms() < end) {
		fill_make(&f, -1, FILL_MB);
		fill_thin(&f, 40, rounds);
		for (unsigned int i = 0; i < 4; i++) {
			knob_put("hold", i / 2);
			request_half(i);
			wrong += fill_wrong(&f);
			fill_thin(&f, 80, rounds * 4 + i);
		}
		fill_drop(&f);
		if (rounds++ % 10 == 0)
			say("# %llu of %u evacuations, %llu pages",
			    (unsigned long long)counter("done"), wanted,
			    (unsigned long long)counter("pages_moved"));
	}
	check(counter("done") >= wanted && wrong == 0,
	      "%llu regions evacuated, %llu pages moved, %zu of them wrong",
	      (unsigned long long)counter("done"), (unsigned long long)counter("pages_moved"),
	      wrong);
	check(adds_up(), "each request was done, failed or cancelled");
}
