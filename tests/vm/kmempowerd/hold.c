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

/* Every zone keeps its high watermark, and as much as a region above it. */
static bool zones_fed(void)
{
	char *text = get("/proc/zoneinfo"), *rest = text, *line;
	unsigned long pages = 0, high = 0, n;
	bool ok = true;

	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, " pages free %lu", &n) == 1)
			pages = n;
		/* "high" is also a line of each CPU's list, with a colon. */
		if (sscanf(line, " high %lu", &n) == 1)
			high = n;
		if (sscanf(line, " managed %lu", &n) == 1 && n > 16384)
			ok &= pages >= high;
	}
	free(text);
	return ok;
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

/* The first one that is free: this takes no time. */
static void request_free(void)
{
	struct region *all;
	size_t n = regions_read(&all), i;

	for (i = 0; i < n; i++) {
		if (all[i].present == 4096 && all[i].free == 4096 && all[i].state[0] == '-')
			break;
	}
	if (i == n || region_request(&all[i]))
		give_up("no region is free");
	free(all);
	wait_idle();
}

/* It was wanted back after `since`, if at all. */
static void check_pause(uint64_t since)
{
	const char *what = "it holds no more for a while after that";
	uint64_t held = counter("held");

	request_free();
	if (counter("held") != held && now_ms() - since > 10000)
		skip(what, "the host is too slow");
	else
		check(counter("held") == held, "%s", what);
}

void test_hold(void)
{
	unsigned long before = free_pages(), after;
	uint64_t held, released;
	uint64_t released_at;
	bool ok;

	knob_put("hold", 1);
	request_all(0);
	request_all(1);
	held = held_now();
	after = free_pages();
	check(held > 0 && regions_held() == held && before - after + 2048 >= held * 4096,
	      "%llu regions are held, and missing among the free pages: %lu, then %lu",
	      (unsigned long long)held, before, after);
	check(zones_fed(), "no zone is below its high watermark for that");

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
