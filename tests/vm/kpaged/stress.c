// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes and goes while memory is short: CPUs, swap, the module itself. */
#include "kpaged.h"

#include <stdlib.h>
#include <sys/resource.h>

/* --- CPUs ---------------------------------------------------------------------------- */

#define CPU1 "/sys/devices/system/cpu/cpu1/online"

static volatile unsigned int *switched; /* how often, in memory that is shared */

static void switch_cpu(void)
{
	for (;;) {
		if (put(CPU1, "0"))
			++*switched;
		sleep_ms(100);
		if (put(CPU1, "1"))
			++*switched;
		sleep_ms(100);
	}
}

static bool wait_for_idle_runs(uint64_t least)
{
	uint64_t end = now_ms() + 30000;

	while (counter("runs") - counter("gated") < least && now_ms() < end)
		sleep_ms(50);
	return counter("runs") - counter("gated") >= least;
}

/* A CPU that has gone has no idle time: one that is left and busy leaves none. */
static void test_gate_without_cpu(void)
{
	uint64_t gated, runs;

	put(CPU1, "0");
	knob_put("gate_pct", 50);
	spinners_start();
	sleep_ms(500);
	gated = counter("gated");
	runs = counter("runs");
	wait_for_counter("runs", runs + 10);
	gated = counter("gated") - gated;
	runs = counter("runs") - runs;
	spinners_end();
	check(gated * 10 >= runs * 8, "with one CPU gone and the other busy %llu of %llu runs wait",
	      (unsigned long long)gated, (unsigned long long)runs);
	gated = counter("runs") - counter("gated");
	check(wait_for_idle_runs(gated + 10), "and go on when it is idle again");
	put(CPU1, "1");
	knob_put("gate_pct", 5);
}

void test_cpus(void)
{
	struct outcome o;
	pid_t pid;

	switched = shared_memory(sizeof(*switched));
	if (!put(CPU1, "0") || !put(CPU1, "1")) {
		skip("CPUs come and go", "this kernel or machine can't do that");
		return;
	}
	pid = spawn(switch_cpu);
	o = squeeze(true, false);
	reap(pid);
	put(CPU1, "1");
	outcome_show("CPUs come and go", &o);
	check(*switched >= 10 && o.used > 0 && o.wrong == 0,
	      "a CPU comes and goes %u times, candidates are taken, and all came back as they were",
	      *switched);
	test_gate_without_cpu();
}

/* --- swap ------------------------------------------------------------------------------ */

/* Who takes too much is killed as ever, and needn't wait for it. */
static void test_killed(const char *where)
{
	uint64_t full = counter("escaped_swap_full"), late = counter("escaped_timeout");
	uint64_t kills = vmstat("oom_kill");
	bool dies;

	/* Or it would be refused what it asks for. */
	put("/proc/sys/vm/overcommit_memory", "1");
	dies = hog_dies((unsigned int)free_mb() * 2);
	put("/proc/sys/vm/overcommit_memory", "0");
	check(dies && vmstat("oom_kill") > kills, "%s, who wants more than there is is killed",
	      where);
	check(counter("escaped_swap_full") > full, "%s: and reclaims before: %llu times", where,
	      (unsigned long long)(counter("escaped_swap_full") - full));
	check(counter("escaped_timeout") == late, "%s: and doesn't wait in vain", where);
}

void test_no_swap(void)
{
	swap_off(SWAP_DISK);
	test_killed("without swap");
	swap_on(SWAP_DISK);
}

#define SMALL 4096ul /* pages of swap */

void test_swap_full(void)
{
	uint64_t out = vmstat("pswpout");

	swap_off(SWAP_DISK);
	swap_on_pages(SWAP_DISK, SMALL);
	test_killed("with little swap");
	check(vmstat("pswpout") - out >= SMALL / 2, "and before that it was filled: %llu pages",
	      (unsigned long long)(vmstat("pswpout") - out));
	swap_off(SWAP_DISK);
	swap_on(SWAP_DISK);
}

/* --- the module ------------------------------------------------------------------------- */

static int cycles(void)
{
	const char *option = boot_option("cycles");

	return option ? atoi(option) : 50;
}

static void vary(int i)
{
	knob_put("gate_pct", 0);
	knob_put("period_ms", 1);
	knob_put("interval_ms", 1 + (unsigned int)i % 10);
	knob_put("easy_pct", i & 1 ? 10000 : 0);
}

void test_cycles(void)
{
	pid_t pressure[] = { spawn(read_device), spawn(touch_memory) };
	uint64_t runs = 0;

	load_start(HOT_MB, COLD_MB, false);
	for (size_t i = 0; i < 2; i++)
		setpriority(PRIO_PROCESS, (id_t)pressure[i], 15);
	for (int i = 0; i < cycles(); i++) {
		policy_load();
		vary(i);
		sleep_ms((unsigned long)i % 7 * 20);
		runs += counter("runs");
		policy_unload();
	}
	for (size_t i = 0; i < 2; i++)
		reap(pressure[i]);
	load_end();
	check(runs > 0, "loaded and unloaded %d times under pressure, with %llu runs", cycles(),
	      (unsigned long long)runs);
}

/* It goes while someone waits, who may wait for a minute. */
static bool unload_with_waiter(uint64_t *longest)
{
	uint64_t begun, end = now_ms() + patience_s() * 1000ull;
	bool waited;
	pid_t hog;

	policy_load();
	knob_put("wait_ms", 60000);
	hog = hog_spawn(squeeze_mb);
	while (!counter("waiting") && !hog_is_done() && now_ms() < end)
		sleep_ms(1);
	waited = counter("waiting") > 0;
	begun = now_ms();
	policy_unload();
	if (now_ms() - begun > *longest)
		*longest = now_ms() - begun;
	while (!hog_is_done() && now_ms() < end)
		sleep_ms(20);
	check(hog_is_done(), "the module goes, and who wanted memory gets it");
	reap(hog);
	return waited;
}

/* It goes while kswapd, which is in its code, is kept there by a disk. */
static void unload_with_kswapd(void)
{
	uint64_t end = now_ms() + 30000, begun, out;
	pid_t hog;

	swap_off(SWAP_DISK);
	swap_on(SLOW_DISK);
	policy_load();
	knob_put("gate_pct", 5);
	knob_put("interval_ms", 500);
	wait_for_candidates();
	hog = hog_spawn(squeeze_mb);
	while (counter("marked") < 64 && now_ms() < end)
		sleep_ms(1);
	out = counter("marked");
	begun = now_ms();
	policy_unload();
	begun = now_ms() - begun;
	/* Who is still in it comes back now. */
	sleep_ms(5000);
	reap(hog);
	check(out >= 64 && !taint(), "while kswapd writes %llu pages, it goes in %llu ms",
	      (unsigned long long)out, (unsigned long long)begun);
}

void test_unload(void)
{
	uint64_t longest = 0;
	int waited = 0, times = 0;

	load_start(HOT_MB, COLD_MB, false);
	for (; times < 3 || (times < 10 && !waited); times++)
		waited += unload_with_waiter(&longest);
	unload_with_kswapd();
	load_end();
	swap_off(SLOW_DISK);
	swap_on(SWAP_DISK);
	check(waited > 0, "%d of %d times someone waited meanwhile", waited, times);
	check(longest < 30000, "it took %llu ms at most, and a wait might have taken 60000",
	      (unsigned long long)longest);
}
