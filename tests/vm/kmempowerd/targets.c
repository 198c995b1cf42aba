// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where do a region's pages go? Half of the memory in use is thinned out to little,
 * half to more, and a region is evacuated that has little in it: what was in it
 * is to be found where there was more. The allocator by itself puts a good part
 * of it into other light regions, as they have holes as small.
 */
#include "kmempowerd.h"

#include <stdlib.h>
#include <string.h>

static bool is_light(const struct region *r)
{
	return !r->other && r->movable * 100 <= knob_get("threshold") * r->present;
}

/* The lightest on node 0 that has anything in it, and nothing of the kernel's. */
static struct region lightest(void)
{
	struct region *all, ret = {};
	size_t n = regions_read(&all);

	for (size_t i = 0; i < n; i++) {
		if (all[i].node == 0 && all[i].present == 4096 && all[i].movable > 256 &&
		    !all[i].other && (!ret.present || all[i].movable < ret.movable))
			ret = all[i];
	}
	free(all);
	if (!ret.present || !is_light(&ret))
		give_up("no light region");
	return ret;
}

/* Pages that came into regions meanwhile, by what these were before. */
struct gain {
	unsigned long light, heavy;
};

static struct gain gain_since(const struct region *before, size_t n)
{
	struct gain gain = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct region now = before[i];

		if (!region_look(&now) || now.movable <= before[i].movable)
			continue;
		*(is_light(&before[i]) ? &gain.light : &gain.heavy) +=
			now.movable - before[i].movable;
	}
	return gain;
}

void test_targets(void)
{
	struct fill light, heavy;
	struct region source, *before;
	struct gain gain;
	uint64_t done;
	size_t n;

	if (!chooses_targets())
		return;
	quiet();
	fill_make(&heavy, 0, 48);
	fill_make(&light, 0, 64);
	fill_thin(&heavy, 60, 21);
	fill_thin(&light, 20, 22);
	source = lightest();
	n = regions_read(&before);
	done = counter("done");
	region_request(&source);
	wait_idle();
	gain = gain_since(before, n);
	if (!check(counter("done") == done + 1 && gain.heavy >= source.movable / 10 * 9 &&
			   gain.light <= source.movable / 20,
		   "of %lu pages %lu went into well filled regions, and %lu into light ones",
		   source.movable, gain.heavy, gain.light))
		regions_show();
	free(before);
	fill_drop(&light);
	fill_drop(&heavy);
}
