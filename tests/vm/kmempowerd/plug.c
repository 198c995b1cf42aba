// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory comes and goes while its regions are evacuated and held. */
#include "kmempowerd.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 3

/* All of ZONE_MOVABLE, which is what was plugged. */
static unsigned int request_movable(void)
{
	struct region *all;
	size_t n = regions_read(&all);
	unsigned int asked = 0;

	for (size_t i = 0; i < n; i++)
		asked += !strcmp(all[i].zone, "Movable") && all[i].present &&
			 region_request(&all[i]) == 0;
	free(all);
	return asked;
}

static unsigned int with_state(const char *state)
{
	struct region *all;
	size_t n = regions_read(&all);
	unsigned int found = 0;

	for (size_t i = 0; i < n; i++)
		found += !strcmp(all[i].zone, "Movable") && !strcmp(all[i].state, state);
	free(all);
	return found;
}

/* Goes offline, in spite of regions that are held and of requests under way. */
static bool goes(void)
{
	for (int i = 0; i < 50; i++) {
		if (blocks_offline())
			return true;
		sleep_ms(100);
	}
	return false;
}

void test_plug(void)
{
	unsigned int rounds = 0, held = 0;
	uint64_t requested = counter("requested");
	struct fill f;

	if (!blocks_find()) {
		check(false, "there is memory that can be plugged");
		return;
	}
	knob_put("hold", 1);
	while (rounds < ROUNDS && blocks_online()) {
		fill_make(&f, 1, 32);
		fill_thin(&f, 30, rounds);
		if (!request_movable())
			break;
		/* Once when all is over, then in the middle of it. */
		if (rounds == 0)
			wait_idle();
		held += with_state("held");
		if (rounds > 0)
			request_movable();
		if (!goes() || fill_wrong(&f))
			break;
		fill_drop(&f);
		rounds++;
	}
	knob_put("hold", 0);
	check(rounds == ROUNDS && held > 0 && counter("released_offline") > 0,
	      "memory goes offline while its regions are evacuated, and with %u held: %d times",
	      held, rounds);
	check(counter("requested") > requested && adds_up() && with_state("held") == 0,
	      "with each request accounted for");
}
