// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With swap, and something that is hot and something that is cold in memory all
 * the time. Besides coming and going: memory is squeezed SQUEEZES times, three if
 * not said otherwise, so that kswapd takes pages and allocations wait.
 */
#include "subject.h"
#include "../vm/kpaged/kpaged.h"

#include <stdio.h>

static const struct knob knobs[] = {
	{ "gate_pct", { 1, 100, 0 }, 101 },
	{ "period_ms", { 20, 50, 1 }, 0 },
	{ "interval_ms", { 1, 3600000, 10 }, 0 },
	{ "ages", { 1, 16, 16 }, 17 },
	{ "max_age_ms", { 1, 3600000, 5000 }, 0 },
	{ "run_ptes", { 256, 1u << 24, 4096 }, 255 },
	{ "ring_pages", { 64, 1u << 22, 65536 }, 63 },
	{ "easy_pct", { 0, 10000, 100 }, 10001 },
	{ "yellow_pct", { 0, 10000, 100 }, 10001 },
	{ "orange_pct", { 0, 10000, 100 }, 10001 },
	{ "red_pct", { 0, 10000, 100 }, 10001 },
	{ "wait", { 0, 1, 1 }, 2 },
	{ "wait_ms", { 1, 60000, 5000 }, 0 },
	{ "wait_low_ms", { 0, 60000, 20 }, 60001 },
	{ "wait_nofs_ms", { 1, 60000, 1000 }, 0 },
	{ "ra_discard", { 0, 1, 1 }, 2 },
	{ "defer_pages", { 0, 1024, 64 }, 1025 },
	{ "random", { 0, 1, 0 }, 2 },
	{ "enable", { 0, 1, 1 }, 2 },
};

/* What kswapd takes, whether writes and read-ahead are put off, whether any is on. */
static void vary(unsigned int round)
{
	knob_put("easy_pct", round % 2 ? 10000 : 0);
	knob_put("orange_pct", round % 3 ? 0 : 10000);
	knob_put("red_pct", round % 3 ? 0 : 100);
	knob_put("random", round % 5 == 4);
	knob_put("wait_ms", round % 4 ? 60000 : 1);
	sleep_ms(round % 7 * 10);
	knob_put("enable", round % 8 != 7);
}

static void setup(void)
{
	swap_on(SWAP_DISK);
	loads_init();
	load_start(HOT_MB, COLD_MB, false);
}

#define LEFT_MB 240

/*
 * To write all of memory takes a debug kernel long: most of it is taken in huge pages.
 * What is cached would be free to squeeze; and when a node comes khugepaged asks for
 * more to be kept free than there is to squeeze.
 */
static void put_aside(void)
{
	char pages[24];
	uint64_t mb;

	put("/proc/sys/vm/min_free_kbytes", "8192");
	put("/proc/sys/vm/drop_caches", "3");
	mb = free_mb();
	say("# %llu MB are free without what is cached", (unsigned long long)mb);
	snprintf(pages, sizeof(pages), "%llu",
		 (unsigned long long)(mb > LEFT_MB ? mb - LEFT_MB : 0) / 2);
	put("/proc/sys/vm/nr_hugepages", pages);
}

static void work(void)
{
	unsigned int n = option("squeezes", 3);
	uint64_t marked = 0, woken = 0;

	load_end();
	put_aside();
	squeeze_init();
	knob_put("gate_pct", 0);
	knob_put("interval_ms", 500);
	for (unsigned int i = 0; i < n || (!woken && i < n + 3); i++) {
		struct outcome o;

		put("/sys/kernel/mm/lru_gen/enabled", i % 2 ? "7" : "0");
		/* Every other time writes are put off. */
		knob_put("orange_pct", i % 2 ? 0 : 100);
		knob_put("red_pct", i % 2 ? 0 : 100);
		o = squeeze(true, false);
		outcome_show("squeezed", &o);
		check(!o.wrong, "squeezed: all came back as they were");
		/* What KASAN keeps from being used again, up to 1/32 of all, was there, too. */
		if (!o.woken)
			squeeze_mb += 8;
		marked += o.marked;
		woken += o.woken;
	}
	put("/proc/sys/vm/nr_hugepages", "0");
	check(marked > 0 && woken > 0, "%u times: %llu pages were taken, %llu waiters were woken",
	      n, (unsigned long long)marked, (unsigned long long)woken);
}

const struct subject subject_kpaged = {
	.name = "kpaged",
	.alive = "runs",
	.knobs = knobs,
	.n_knobs = sizeof(knobs) / sizeof(*knobs),
	.setup = setup,
	.vary = vary,
	.work = work,
};
