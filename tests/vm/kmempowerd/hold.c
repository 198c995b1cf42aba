// SPDX-License-Identifier: GPL-2.0-or-later
/* Held regions: kept free, not too many of them, and given back in time. */
#include "kmempowerd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t held_now(void)
{
	return counter("held") - counter("released_shrinker") - counter("released_oom") -
	       counter("released_offline") - counter("released_off");
}

/* By hand, all that may be had of this node. */
static void request_all(int node)
{
	struct region *all;
	size_t n = regions_read(&all);

	for (size_t i = 0; i < n; i++) {
		if (all[i].node == node && !all[i].other)
			region_request(&all[i]);
	}
	free(all);
	wait_idle();
}

static unsigned int regions_held(void)
{
	struct region *all;
	size_t n = regions_read(&all);
	unsigned int held = 0;

	for (size_t i = 0; i < n; i++)
		held += !strcmp(all[i].state, "held");
	free(all);
	return held;
}

/* Takes so many MB, in a child that would be killed if they were not to be had. */
static bool child_gets(unsigned long mb)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		char *p = mmap(NULL, mb << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1, 0);

		if (p == MAP_FAILED)
			_exit(1);
		memset(p, 1, mb << 20);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* As if nothing had been wanted back. */
static void hold_anew(void)
{
	knob_put("hold", 0);
	knob_put("hold", 1);
	wait_idle();
	request_all(0);
}

/* So many that are free, on that node or (-1) anywhere: this takes no time. */
static size_t request_free(int node, size_t max)
{
	unsigned long full = 256ul * knob_get("region_mb");
	struct region *all;
	size_t n = regions_read(&all), asked = 0;

	for (size_t i = 0; i < n && asked < max; i++) {
		if ((node < 0 || all[i].node == node) && all[i].present == full &&
		    all[i].free == full && all[i].state[0] == '-')
			asked += !region_request(&all[i]);
	}
	if (!asked)
		give_up("no region is free");
	free(all);
	wait_idle();
	return asked;
}

/* Step by step: what should go into ZONE_DMA32 goes into ZONE_DMA, too. It may be more
 * afterwards, as the engine empties CPUs' lists. */
static size_t leave(size_t mb, struct fill *f, size_t max)
{
	size_t n = 0, spare;

	while (n < max && (spare = node_spare(0, "DMA32") >> 8) > mb)
		fill_make(&f[n++], 0, spare - mb);
	return n;
}

/* Workers begin anew with a look, whose evacuations would be seen among what is free. */
static void set_region_mb(unsigned int mb)
{
	knob_put("region_mb", mb);
	quiet();
}

/*
 * Some free regions are nearly all that there is above the high watermark: the last one
 * can't be held, since a region's size is to be left, give or take some pages.
 */
static void test_leaves_some(void)
{
	unsigned long spare;
	struct fill f[8];
	uint64_t held;
	size_t asked, n;

	set_region_mb(8);
	n = leave(36, f, 8);
	knob_put("hold", 1);
	asked = request_free(0, SIZE_MAX);
	held = held_now();
	spare = node_spare(0, "DMA32");
	if (!check(held > 0 && asked > held && spare + 32 >= 2048,
		   "of %zu free regions of 8 MB %llu are held: %lu pages above the high watermark",
		   asked, (unsigned long long)held, spare))
		regions_show();
	knob_put("hold", 0);
	while (n > 0)
		fill_drop(&f[--n]);
	set_region_mb(16);
}

/* It was wanted back after `since`, if at all. */
static void check_pause(uint64_t since)
{
	const char *what = "it holds no more for a while after that";
	uint64_t held = counter("held");

	request_free(-1, 1);
	if (counter("held") != held && now_ms() - since > 10000)
		skip(what, "the host is too slow");
	else
		check(counter("held") == held, "%s", what);
}

void test_hold(void)
{
	unsigned long before, after;
	uint64_t held, released;
	uint64_t released_at;
	bool ok;

	quiet();
	test_leaves_some();
	before = free_pages();
	knob_put("hold", 1);
	request_all(0);
	request_all(1);
	held = held_now();
	after = free_pages();
	check(held > 0 && regions_held() == held && before - after + 2048 >= held * 4096,
	      "%llu regions are held, and missing among the free pages: %lu, then %lu",
	      (unsigned long long)held, before, after);

	/* More than is free without what is held. */
	released = counter("released_shrinker");
	released_at = now_ms();
	ok = child_gets(after / 256 + held * 16 / 2);
	released = counter("released_shrinker") - released;
	check(ok && released, "pressure gets %llu of them back, and nobody is killed",
	      (unsigned long long)released);

	check_pause(released_at);
	hold_anew();
	held = held_now();
	released = counter("released_oom");
	put("/proc/sys/kernel/sysrq", "1");
	put("/proc/sysrq-trigger", "f");
	sleep_ms(500);
	check(held > 0 && counter("released_oom") - released == held && held_now() == 0,
	      "before anyone is killed, all are given back: %llu", (unsigned long long)held);

	hold_anew();
	held = held_now();
	knob_put("hold", 0);
	wait_idle();
	check(held > 0 && held_now() == 0 && regions_held() == 0,
	      "and when hold is switched off: %llu", (unsigned long long)held);
	after = free_pages();
	if (!check(after + 512 >= before, "no page is lost: %lu free, then %lu", before, after))
		regions_show();
}

void test_unload(void)
{
	unsigned long before, after;
	uint64_t held;

	wait_idle();
	before = free_pages();
	knob_put("hold", 1);
	request_free(-1, 3);
	held = held_now();
	policy_unload();
	after = free_pages();
	check(held > 0 && after + 512 >= before,
	      "unloaded, it gives back what it held: %llu regions; %lu free, then %lu",
	      (unsigned long long)held, before, after);
	policy_load();
}
