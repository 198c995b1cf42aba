// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What kpaged must do, what it must not, and that its module comes and goes.
 * Times are of a guest that may get a fraction of a CPU: what is waited for is
 * waited for long, and what is compared are counts.
 */
#include "kpaged.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define HOT_MB 16
#define COLD_MB 64
#define PAGES(mb) ((mb)*256ul)

static unsigned int hog_mb; /* what is free and more than half of the cold part */

static void wait_for_counter(const char *name, uint64_t least)
{
	uint64_t end = now_ms() + 30000;

	while (counter(name) < least && now_ms() < end)
		sleep_ms(50);
}

/* --- knobs ------------------------------------------------------------------------ */

static void test_knobs(void)
{
	check(knob_get("enable") == 1 && knob_get("gate_pct") == 50 &&
		      knob_get("interval_ms") == 1000 && knob_get("random") == 0,
	      "the knobs have their defaults");
	check(!knob_put("enable", 2) && !knob_put("gate_pct", 101) && !knob_put("period_ms", 0) &&
		      !knob_put("ring_pages", 1) && knob_get("gate_pct") == 50,
	      "values out of range are refused");
	check(knob_put("interval_ms", 500) && knob_get("interval_ms") == 500,
	      "a knob reads as it was written");
	knob_put("gate_pct", 5);
}

/* --- ageing --------------------------------------------------------------------------- */

static bool gauge_is_right(void)
{
	/* The thread is at rest: one look is as good as the other. */
	return counter("candidates") == counter("candidates_counted");
}

/* The cold part is found, and what is used isn't. */
static void test_ageing(void)
{
	struct load *l = load_start(HOT_MB, COLD_MB, false);
	uint64_t candidates = 0, end = now_ms() + 60000;

	while (candidates < PAGES(COLD_MB) * 9 / 10 && now_ms() < end) {
		sleep_ms(100);
		candidates = counter("candidates");
	}
	check(candidates >= PAGES(COLD_MB) * 9 / 10, "%llu pages are candidates, %lu are cold",
	      (unsigned long long)candidates, PAGES(COLD_MB));
	check(candidates < PAGES(COLD_MB) + PAGES(HOT_MB) * 3 / 4,
	      "%lu are hot, and not among them", PAGES(HOT_MB));
	knob_put("enable", 0);
	sleep_ms(500);
	check(gauge_is_right(), "the gauge is the sum of the rings");
	knob_put("enable", 1);
	load_end();
	end = now_ms() + 30000;
	while (counter("candidates") > PAGES(COLD_MB) / 2 && now_ms() < end)
		sleep_ms(100);
	check(counter("candidates") < PAGES(COLD_MB) / 2, "a process takes its candidates along");
	(void)l;
}

/* --- what kswapd takes ------------------------------------------------------------------- */

/* In which way rounds ended meanwhile, and what the hot part suffered. */
struct outcome {
	uint64_t marked, regretted, used, overload, ordinary, rounds, hot_faults, cold_faults,
		pswpout;
	uint64_t stalls, woken, escaped, allocstall;
	uint64_t kthreads; /* of those that escaped: the rule isn't for them */
	uint64_t dirty;    /* in the end */
	unsigned long wrong;
};

static const char *const why[] = { "escaped_timeout", "escaped_nofs",     "escaped_swap_full",
				   "escaped_kswapd",  "escaped_kthread",  "escaped_io",
				   "escaped_dying",   "escaped_not_short" };

/* Allocations that reclaimed by themselves although the policy saw them, by its own count. */
static uint64_t escaped(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(why) / sizeof(why[0]); i++)
		sum += counter(why[i]);
	return sum;
}

static void escapes_show(void)
{
	for (size_t i = 0; i < sizeof(why) / sizeof(why[0]); i++) {
		if (counter(why[i]))
			say("#   %s %llu", why[i], (unsigned long long)counter(why[i]));
	}
}

/* And all that did, by the kernel's. */
static uint64_t allocstall(void)
{
	return vmstat("allocstall_dma") + vmstat("allocstall_dma32") + vmstat("allocstall_normal") +
	       vmstat("allocstall_movable") + vmstat("allocstall_device");
}

static struct outcome now(void)
{
	return (struct outcome){
		.marked = counter("marked"),
		.regretted = counter("swap_hits_marked"),
		.used = counter("candidates_used"),
		.overload = counter("overload"),
		.ordinary = counter("ordinary"),
		.rounds = counter("rounds"),
		.pswpout = vmstat("pswpout"),
		.stalls = counter("stalls"),
		.woken = counter("woken"),
		.escaped = escaped(),
		.kthreads = counter("escaped_kthread"),
		.allocstall = allocstall(),
	};
}

static void since(struct outcome *o, const struct load *l)
{
	struct outcome n = now();

	o->marked = n.marked - o->marked;
	o->regretted = n.regretted - o->regretted;
	o->used = n.used - o->used;
	o->overload = n.overload - o->overload;
	o->ordinary = n.ordinary - o->ordinary;
	o->rounds = n.rounds - o->rounds;
	o->pswpout = n.pswpout - o->pswpout;
	o->stalls = n.stalls - o->stalls;
	o->woken = n.woken - o->woken;
	o->escaped = n.escaped - o->escaped;
	o->kthreads = n.kthreads - o->kthreads;
	o->allocstall = n.allocstall - o->allocstall;
	o->hot_faults = l->hot_faults;
	o->cold_faults = l->cold_faults;
	o->wrong = l->wrong;
}

static void outcome_show(const char *what, const struct outcome *o)
{
	say("# %s: rounds %llu: candidates %llu, overload %llu, ordinary %llu; marked %llu, "
	    "of these wanted back %llu, pswpout %llu; faults hot %llu, cold %llu",
	    what, (unsigned long long)o->rounds, (unsigned long long)o->used,
	    (unsigned long long)o->overload, (unsigned long long)o->ordinary,
	    (unsigned long long)o->marked, (unsigned long long)o->regretted,
	    (unsigned long long)o->pswpout, (unsigned long long)o->hot_faults,
	    (unsigned long long)o->cold_faults);
	say("# %s: allocations %llu: woken %llu, escaped %llu; the kernel counts %llu", what,
	    (unsigned long long)o->stalls, (unsigned long long)o->woken,
	    (unsigned long long)o->escaped, (unsigned long long)o->allocstall);
}

/* A hot and a cold part, then someone who wants memory that only the cold part has. */
static struct outcome squeeze(bool wait_for_candidates, bool lock_cold)
{
	struct load *l = load_start(HOT_MB, COLD_MB, lock_cold);
	uint64_t passes = counter("passes"), end = now_ms() + 30000, in;
	struct outcome o;

	if (wait_for_candidates) {
		wait_for_counter("passes", passes + 12);
		while (counter("candidates") < PAGES(COLD_MB) / 4 && now_ms() < end)
			sleep_ms(50);
	}
	o = now();
	l->hot_faults = 0;
	hog_start(hog_mb);
	load_wait_passes(l, 5);
	since(&o, l);
	o.dirty = counter("dirty");
	hog_end();
	/* Read-ahead brings more than one page for a fault. */
	in = vmstat("pswpin");
	load_look(l);
	o.cold_faults = vmstat("pswpin") - in;
	o.wrong = l->wrong;
	load_end();
	return o;
}

static struct outcome test_takes_cold(const char *how)
{
	struct outcome o = squeeze(true, false);

	outcome_show(how, &o);
	check(o.used > 0 && o.marked > PAGES(COLD_MB) / 8,
	      "%s: kswapd takes candidates: %llu pages in %llu rounds", how,
	      (unsigned long long)o.marked, (unsigned long long)o.used);
	check(o.cold_faults > PAGES(COLD_MB) / 8 && o.hot_faults * 40 < o.marked,
	      "%s: of the cold part %llu pages had gone; the hot one had %llu faults", how,
	      (unsigned long long)o.cold_faults, (unsigned long long)o.hot_faults);
	check(o.wrong == 0, "%s: all came back as they were", how);
	check(o.woken + 2 * o.kthreads > 2 * o.allocstall,
	      "%s: %llu allocations waited for kswapd, %llu reclaimed, %llu of them kernel threads'",
	      how, (unsigned long long)o.woken, (unsigned long long)o.allocstall,
	      (unsigned long long)o.kthreads);
	escapes_show();
	check(o.allocstall <= o.escaped, "%s: these are counted: %llu", how,
	      (unsigned long long)o.escaped);
	return o;
}

/* --- who waits --------------------------------------------------------------------------- */

/* Negative control, and a wait that is too short. */
static void test_waiting(void)
{
	uint64_t timeouts = counter("escaped_timeout");
	struct outcome o;

	knob_put("wait", 0);
	o = squeeze(true, false);
	outcome_show("not waiting", &o);
	check(o.allocstall > 20 && !o.stalls,
	      "without the rule %llu allocations reclaim, and none is seen",
	      (unsigned long long)o.allocstall);
	knob_put("wait", 1);
	knob_put("wait_ms", 1);
	o = squeeze(true, false);
	outcome_show("waiting 1 ms", &o);
	timeouts = counter("escaped_timeout") - timeouts;
	check(timeouts > 0 && o.wrong == 0, "who may wait 1 ms only reclaims then, %llu times",
	      (unsigned long long)timeouts);
	knob_put("wait_ms", 5000);
}

/* Without swap nobody waits for it: who takes too much is killed as ever. */
static void test_swap_full(void)
{
	uint64_t full = counter("escaped_swap_full"), late = counter("escaped_timeout");
	uint64_t kills = vmstat("oom_kill");

	swap_off(SWAP_DISK);
	check(hog_dies((unsigned int)free_mb() * 2),
	      "without swap, who wants all of memory is killed");
	check(vmstat("oom_kill") > kills && counter("escaped_swap_full") > full,
	      "and reclaims before: %llu times",
	      (unsigned long long)(counter("escaped_swap_full") - full));
	check(counter("escaped_timeout") == late, "and doesn't wait in vain");
	swap_on(SWAP_DISK);
}

static struct outcome aged; /* what test_two_lists() has seen */

/* Read again, or found in the swap cache before they were gone. */
static uint64_t misses(const struct outcome *o)
{
	return o->hot_faults + o->regretted;
}

/* Negative control: what the ageing is worth. */
static void test_random(void)
{
	struct outcome o;

	knob_put("random", 1);
	o = squeeze(true, false);
	knob_put("random", 0);
	outcome_show("at random", &o);
	check(misses(&o) > 5 * misses(&aged) + PAGES(HOT_MB) / 50,
	      "candidates at random: %llu hot pages are missed, %llu with ageing",
	      (unsigned long long)misses(&o), (unsigned long long)misses(&aged));
	check(o.wrong == 0, "at random: all came back as they were");
}

static void test_locked(void)
{
	struct outcome o = squeeze(false, true);

	check(o.wrong == 0 && o.cold_faults < PAGES(COLD_MB) / 100,
	      "what is locked in memory stays there");
}

/* No idle time: candidates get too old, and kswapd has to do without. */
static void test_overload(void)
{
	struct load *l = load_start(HOT_MB, COLD_MB, false);
	uint64_t gated = counter("gated"), end = now_ms() + 60000, before;
	struct outcome o;

	wait_for_counter("passes", counter("passes") + 12);
	before = counter("candidates");
	knob_put("gate_pct", 50);
	knob_put("max_age_ms", 1000);
	spinners_start();
	while (counter("candidates") && now_ms() < end)
		sleep_ms(100);
	check(before && !counter("candidates") && counter("gated") > gated,
	      "with every CPU busy the candidates go: %llu, then %llu; %llu runs found no time",
	      (unsigned long long)before, (unsigned long long)counter("candidates"),
	      (unsigned long long)(counter("gated") - gated));
	o = now();
	hog_start(hog_mb);
	since(&o, l);
	spinners_end();
	outcome_show("overload", &o);
	check(o.overload > 0, "and kswapd falls back to the largest mapping %llu times",
	      (unsigned long long)o.overload);
	hog_end();
	load_look(l);
	check(l->wrong == 0, "overload: all came back as they were");
	load_end();
	knob_put("gate_pct", 5);
	knob_put("max_age_ms", 5000);
}

static void test_disabled(void)
{
	uint64_t runs, rounds, before = vmstat("pgsteal_kswapd");

	knob_put("enable", 0);
	sleep_ms(200);
	runs = counter("runs");
	rounds = counter("rounds");
	load_start(HOT_MB, COLD_MB, false);
	hog_start(hog_mb);
	check(counter("runs") == runs && counter("rounds") == rounds &&
		      vmstat("pgsteal_kswapd") > before,
	      "disabled, it does nothing, and kswapd does without");
	hog_end();
	load_end();
	knob_put("enable", 1);
}

/* A reader's own pages come, what may be wanted next doesn't. */
static void test_readahead(void)
{
	uint64_t before = counter("ra_discarded"), end = now_ms() + 30000, off, on;
	pid_t reader;

	/* All that is free is too little. */
	knob_put("orange_pct", 10000);
	knob_put("ra_discard", 0);
	reader = spawn(read_device);
	sleep_ms(1000);
	off = counter("ra_discarded") - before;
	knob_put("ra_discard", 1);
	while (counter("ra_discarded") - before - off < 100 && now_ms() < end)
		sleep_ms(50);
	reap(reader);
	on = counter("ra_discarded") - before - off;
	check(!off && on >= 100, "read-ahead is left out %llu times, switched off %llu times",
	      (unsigned long long)on, (unsigned long long)off);
	knob_put("orange_pct", 100);
}

/* A swapped page comes alone. */
static void test_swap_readahead(void)
{
	uint64_t alone = counter("ra_discarded_swap"), ahead = vmstat("swap_ra");
	struct outcome o;

	knob_put("orange_pct", 10000);
	o = squeeze(true, false);
	alone = counter("ra_discarded_swap") - alone;
	ahead = vmstat("swap_ra") - ahead;
	check(alone > PAGES(COLD_MB) / 50 && ahead < alone / 10,
	      "%llu swapped pages come alone, %llu ahead of need", (unsigned long long)alone,
	      (unsigned long long)ahead);
	check(o.wrong == 0, "alone: all came back as they were");
	knob_put("orange_pct", 100);
}

/* --- what is written later -------------------------------------------------------------------- */

static void test_deferral(void)
{
	uint64_t before = counter("deferred"), without, end = now_ms() + 30000;
	struct outcome o;

	/* Memory is never short, so that all may be put off. */
	knob_put("orange_pct", 0);
	knob_put("red_pct", 0);
	knob_put("defer_pages", 0);
	squeeze(true, false);
	without = counter("deferred") - before;
	knob_put("defer_pages", 64);
	o = squeeze(true, false);
	check(!without && counter("deferred") > before,
	      "%llu writes are put off, %llu with that switched off",
	      (unsigned long long)(counter("deferred") - before), (unsigned long long)without);
	check(o.dirty <= 64 && o.wrong == 0, "%llu at once, and all came back as they were",
	      (unsigned long long)o.dirty);
	while (counter("dirty") && now_ms() < end)
		sleep_ms(50);
	check(!counter("dirty"), "none is left of processes that have ended");
	knob_put("orange_pct", 100);
	knob_put("red_pct", 100);
}

/* --- what kswapd may have to wait for ------------------------------------------------------ */

/* Limits go other ways than what the policy has diverted. */
static void test_limit(void)
{
	uint64_t stalls = counter("stalls"), out = vmstat("pswpout");
	bool ended;

	if (!group_make(16)) {
		skip("a memory cgroup is left alone", "this kernel has none");
		return;
	}
	ended = comes_to_end(group_uses(32), 60);
	out = vmstat("pswpout") - out;
	check(ended && out > 0, "who has a limit swaps: %llu pages", (unsigned long long)out);
	check(counter("stalls") == stalls, "and doesn't wait");
}

/*
 * To free a page kswapd needs the loop device's thread, which needs ext4's pages
 * and locks, while a process with a limit writes there, too.
 */
static void test_loop(void)
{
	const char *device;
	struct outcome o;
	pid_t writer;

	files_mount();
	device = loop_attach(256);
	swap_off(SWAP_DISK);
	swap_on(device);
	group_make(16);
	writer = group_writes(64);
	o = squeeze(true, false);
	outcome_show("swap on a loop device", &o);
	check(o.pswpout > PAGES(COLD_MB) / 8 && o.wrong == 0,
	      "swap on a loop device: %llu pages go there, and come back as they were",
	      (unsigned long long)o.pswpout);
	check(comes_to_end(writer, 120), "and who writes files beside it comes to an end");
	swap_off(device);
	swap_on(SWAP_DISK);
}

/* --- counters ------------------------------------------------------------------------------ */

static void test_identities(void)
{
	bool ok;

	knob_put("enable", 0);
	sleep_ms(500);
	ok = check(counter("runs") == counter("runs_green") + counter("runs_yellow") +
					      counter("runs_orange") + counter("runs_red"),
		   "each run was in one mode");
	ok &= check(counter("rounds") == counter("easy") + counter("candidates_used") +
						 counter("overload") + counter("ordinary"),
		    "each round went one way");
	ok &= check(counter("stalls") == counter("woken") + escaped() && !counter("waiting"),
		    "each allocation that waited was woken or escaped, and none waits now");
	ok &= check(counter("cache_adds") >=
			    counter("cache_adds_readahead") + counter("cache_adds_kswapd"),
		    "pages were added to the swap cache by read-ahead, kswapd, and others");
	ok &= check(counter("cache_adds_kswapd") >= counter("marked"),
		    "kswapd added those that were marked");
	ok &= check(counter("swap_hits_marked") <= counter("swap_hits") &&
			    counter("swap_hits") <= counter("swap_faults") &&
			    counter("swap_faults") > 0,
		    "hits are a part of the lookups");
	ok &= check(gauge_is_right(), "the gauge has not drifted");
	ok &= check(counter("wakeups") > 0, "kswapd's wake-ups are seen");
	if (!ok)
		counters_show();
	knob_put("enable", 1);
}

/* The kernel's log since it was last read has a line that begins so. */
static bool log_has(int fd, const char *text)
{
	char line[1024];
	ssize_t n;

	while ((n = read(fd, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		if (strstr(line, text))
			return true;
	}
	return false;
}

static void test_sysrq(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	lseek(fd, 0, SEEK_END);
	put("/proc/sys/kernel/sysrq", "1");
	put("/proc/sysrq-trigger", "y");
	check(log_has(fd, "Swap cache: add ") && log_has(fd, "kswapd: total ") &&
		      log_has(fd, "kswapd: wakeup ") && log_has(fd, "kswapd: aged pages "),
	      "SysRq-y says it in the original's four lines");
	close(fd);
}

/* --- coming and going ------------------------------------------------------------------------- */

static void test_cycles(void)
{
	pid_t pressure[] = { spawn(read_device), spawn(touch_memory) };
	const char *option = boot_option("cycles");
	int cycles = option ? atoi(option) : 50;
	uint64_t runs = 0;

	load_start(HOT_MB, COLD_MB, false);
	for (size_t i = 0; i < 2; i++)
		setpriority(PRIO_PROCESS, (id_t)pressure[i], 15);
	for (int i = 0; i < cycles; i++) {
		policy_load();
		knob_put("gate_pct", 0);
		knob_put("period_ms", 1);
		knob_put("interval_ms", 1 + (unsigned int)i % 10);
		knob_put("easy_pct", i & 1 ? 10000 : 0);
		sleep_ms((unsigned long)i % 7 * 20);
		runs += counter("runs");
		policy_unload();
	}
	for (size_t i = 0; i < 2; i++)
		reap(pressure[i]);
	load_end();
	check(runs > 0, "loaded and unloaded %d times under pressure, with %llu runs", cycles,
	      (unsigned long long)runs);
}

/* --- parts ------------------------------------------------------------------------------------- */

static void test_two_lists(void)
{
	put("/sys/kernel/mm/lru_gen/enabled", "0");
	aged = test_takes_cold("two lists");
}

static void test_generations(void)
{
	put("/sys/kernel/mm/lru_gen/enabled", "7");
	test_takes_cold("generations");
	put("/sys/kernel/mm/lru_gen/enabled", "0");
}

/* In this order; without whole=1 on the guest's command line those that are quick. */
static const struct part {
	void (*run)(void);
	bool quick;
} parts[] = {
	{ test_knobs, true },     { test_ageing, true },   { test_two_lists, true },
	{ test_random },          { test_deferral },       { test_loop },
	{ test_limit },           { test_generations },    { test_waiting },
	{ test_readahead, true }, { test_swap_readahead }, { test_locked },
	{ test_overload },        { test_disabled },       { test_identities, true },
	{ test_sysrq, true },     { test_swap_full },
};

int main(void)
{
	bool whole;

	guest_setup();
	whole = boot_option("whole") != NULL;
	swap_on(SWAP_DISK);
	hog_mb = (unsigned int)free_mb() - HOT_MB - COLD_MB / 2;
	say("# %llu MB are free, %u MB will be asked for", (unsigned long long)free_mb(), hog_mb);

	policy_load();
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (whole || parts[i].quick)
			parts[i].run();
	}
	policy_unload();
	test_cycles();
	check(!taint(), "the kernel had nothing to complain about (taint %#lx)", taint());
	guest_end();
}
