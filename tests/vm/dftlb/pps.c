// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The policy itself: kppsd works on all processes of the guest, the oracles
 * among them.
 */
#include "pps.h"

#include "../policy/guest.h"
#include "oracle.h"
#include "shuffle.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_MS 60000

struct watched {
	struct oracle oracle;
	struct shuffle shuffle;
};

static void start(struct watched *w, unsigned int cpus, unsigned int seed)
{
	oracle_start(&w->oracle, cpus);
	shuffle_start(&w->shuffle, seed);
	policy_load();
}

static void wait_until(const char *name, uint64_t at)
{
	uint64_t end = now_ms() + LIMIT_MS;

	while (counter(name) < at && now_ms() < end)
		sleep_ms(20);
}

static void wait_for(const char *name, uint64_t more)
{
	wait_until(name, counter(name) + more);
}

static bool right(struct watched *w)
{
	if (w->oracle.state->wrong)
		say("# %s", (const char *)w->oracle.state->first);
	if (w->shuffle.state->wrong)
		say("# %s", (const char *)w->shuffle.state->first);
	return !w->oracle.state->wrong && !w->shuffle.state->wrong;
}

static void stop(struct watched *w, const char *what)
{
	sleep_ms(100);
	check(right(w), "%s: all of %llu visits and %llu steps find what was written", what,
	      (unsigned long long)w->oracle.state->visits,
	      (unsigned long long)w->shuffle.state->steps);
	oracle_stop(&w->oracle);
	shuffle_stop(&w->shuffle);
	policy_unload();
}

static void test_knobs(void)
{
	policy_load();
	check(knob_get("period_ms") == 2000 && knob_get("max_series") == 8 &&
		      knob_get("dftlb") == 1 && knob_get("share") == 100 && knob_get("cmd") == 0 &&
		      knob_get("enable") == 1,
	      "the knobs' defaults");
	check(knob_get("may_write") == 1 && knob_get("readahead") == 1 &&
		      knob_get("exclusive") == 1,
	      "and those of ours");
	check(!knob_put("max_series", 0) && !knob_put("max_series", 65) && !knob_put("share", 0) &&
		      !knob_put("share", 101) && !knob_put("cmd", 2) && !knob_put("period_ms", 9),
	      "values out of range are refused");
	knob_put("enable", 0);
	sleep_ms(100);
	knob_put("period_ms", 10);
	uint64_t rounds = counter("rounds");
	sleep_ms(500);
	check(counter("rounds") == rounds, "disabled, it goes no rounds");
	knob_put("enable", 1);
	wait_for("rounds", 2);
	check(counter("rounds") > rounds, "enabled again, it does");
	policy_unload();
}

static void test_cmd0(unsigned int cpus)
{
	struct watched w;

	start(&w, cpus, 1);
	knob_put("period_ms", 20);
	wait_for("unmapped", 300);
	check(counter("unmapped") >= 300 && counter("aged") > 0 && counter("reclaimed") == 0 &&
		      counter("rounds_wake") == 0,
	      "cmd 0 ages %llu and unmaps %llu pages, writes %llu, and reclaims none",
	      (unsigned long long)counter("aged"), (unsigned long long)counter("unmapped"),
	      (unsigned long long)counter("written"));
	stop(&w, "cmd 0");
}

static void test_cmd1(unsigned int cpus, uint64_t n)
{
	struct watched w;

	start(&w, cpus, 2);
	knob_put("period_ms", 20);
	knob_put("cmd", 1);
	wait_for("reclaimed", n);
	check(counter("reclaimed") >= n && counter("dftlb_immediate") == 0,
	      "cmd 1 reclaims %llu pages", (unsigned long long)counter("reclaimed"));
	check(counter("series") * 2 < counter("aged") + counter("unmapped") + counter("isolated"),
	      "%llu series for %llu pages", (unsigned long long)counter("series"),
	      (unsigned long long)(counter("aged") + counter("unmapped") + counter("isolated")));
	stop(&w, "cmd 1");

	start(&w, cpus, 3);
	knob_put("dftlb", 0); /* long before its first round */
	knob_put("period_ms", 20);
	knob_put("cmd", 1);
	wait_for("reclaimed", n);
	check(counter("reclaimed") >= n && counter("dftlb_posted") == 0,
	      "without dftlb it reclaims %llu pages", (unsigned long long)counter("reclaimed"));
	stop(&w, "without dftlb");
}

static void test_share(unsigned int cpus)
{
	struct watched w;
	uint64_t mms;

	start(&w, cpus, 4);
	knob_put("enable", 0);
	knob_put("share", 20);
	knob_put("max_series", 1);
	knob_put("period_ms", 20);
	knob_put("cmd", 1);
	knob_put("enable", 1);
	wait_for("reclaimed", 200);
	mms = counter("mms");
	check(counter("reclaimed") >= 200 && mms > 0,
	      "with a share of 20 %% it reclaims, too: %llu",
	      (unsigned long long)counter("reclaimed"));
	stop(&w, "a fifth of the tables a round, one by one");
}

/* More than there is: kswapd has to work, and wakes kppsd. */
void hog(void)
{
	size_t size = (size_t)sysconf(_SC_PHYS_PAGES) * 4096 / 4 * 5;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t at = 0; p != MAP_FAILED; at = (at + 4096) % size)
		p[at]++;
}

static void test_pressure(unsigned int cpus, const char *swap)
{
	struct watched w;
	pid_t pid;

	start(&w, cpus, 5);
	knob_put("period_ms", 50);
	pid = spawn(hog);
	/* Once awake, kswapd may be so for as long as the hog lives. */
	wait_until("rounds_wake", 1);
	wait_until("reclaimed", 1000);
	check(counter("rounds_wake") > 0 && counter("reclaimed") > 0,
	      "kswapd wakes it %llu times, and it reclaims %llu pages",
	      (unsigned long long)counter("rounds_wake"), (unsigned long long)counter("reclaimed"));
	reap(pid);
	/* All comes back, while it is taken away. */
	knob_put("cmd", 1);
	for (int i = 0; i < 3; i++) {
		if (swapoff(swap) < 0 || swapon(swap, 0) < 0)
			give_up("swapoff and swapon fail");
		sleep_ms(100);
	}
	stop(&w, "under pressure, with swap going off");
}

/* Memory and swap are not enough for this, and whoever takes it has to go. */
static void glutton(void)
{
	size_t size = (size_t)sysconf(_SC_PHYS_PAGES) * 4096 * 3;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	put("/proc/self/oom_score_adj", "1000");
	for (size_t at = 0; p != MAP_FAILED && at < size; at += 4096)
		p[at]++;
	_exit(0);
}

static void test_oom(unsigned int cpus)
{
	uint64_t end = now_ms() + 2 * LIMIT_MS;
	struct watched w;
	int status = 0;
	pid_t pid, r;

	start(&w, cpus, 7);
	knob_put("period_ms", 20);
	knob_put("cmd", 1);
	pid = spawn(glutton);
	while ((r = waitpid(pid, &status, WNOHANG)) == 0 && now_ms() < end)
		sleep_ms(20);
	if (r == 0)
		reap(pid);
	check(r == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL &&
		      counter("reclaimed") > 0,
	      "the OOM killer ends who takes too much, and it reclaims %llu pages",
	      (unsigned long long)counter("reclaimed"));
	stop(&w, "with an OOM kill");
}

static void test_unload(unsigned int cpus, unsigned int times)
{
	struct watched w;

	start(&w, cpus, 6);
	for (unsigned int i = 0; i < times; i++) {
		knob_put("cmd", 1);
		knob_put("period_ms", 10);
		knob_put("dftlb", i % 3 > 0);
		sleep_ms(i % 5 * 20);
		policy_unload();
		policy_load();
	}
	stop(&w, "loaded and unloaded at work");
}

void test_pps(unsigned int cpus, uint64_t pages, unsigned int cycles, const char *swap)
{
	policy = "pps";
	test_knobs();
	test_cmd0(cpus);
	test_cmd1(cpus, pages);
	test_share(cpus);
	test_pressure(cpus, swap);
	test_oom(cpus);
	test_unload(cpus, cycles);
	policy = "scanner";
}
