// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What kpaged must do, what it must not, one part after the other.
 * Times are of a guest that may get a fraction of a CPU: what is waited for is
 * waited for long, and what is compared are counts.
 */
#include "kpaged.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- knobs ------------------------------------------------------------------------ */

static void test_knobs(void)
{
	check(knob_get("enable") == 1 && knob_get("gate_pct") == 50 &&
		      knob_get("interval_ms") == 1000 && knob_get("random") == 0,
	      "the knobs have their defaults");
	check(!knob_put("enable", 2) && !knob_put("gate_pct", 101) && !knob_put("period_ms", 0) &&
		      !knob_put("ring_pages", 1) && knob_get("gate_pct") == 50,
	      "values out of range are refused");
	check(knob_put("interval_ms", INTERVAL_MS) && knob_get("interval_ms") == INTERVAL_MS,
	      "a knob reads as it was written");
	knob_put("gate_pct", 5);
	knob_put("wait_low_ms", WAIT_LOW_MS);
}

/* --- what kswapd takes ------------------------------------------------------------------- */

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
	check(o.told * 4 > o.waits, "%s: of %llu that slept kswapd has woken %llu", how,
	      (unsigned long long)o.waits, (unsigned long long)o.told);
	escapes_show();
	check(o.allocstall <= o.escaped, "%s: these are counted: %llu", how,
	      (unsigned long long)o.escaped);
	return o;
}

/*
 * What has come back and is written to keeps its place in swap for a while. Taken
 * again it isn't new there, and is to be free all the same when it is written.
 */
static void test_again(void)
{
	struct load *l = load_start(HOT_MB, COLD_MB, false);
	uint64_t out, reclaimed;

	wait_for_candidates();
	hog_start(squeeze_mb);
	load_wait_passes(l, 5);
	hog_end();
	load_look(l);
	wait_for_candidates();
	out = vmstat("pswpout");
	reclaimed = counter("reclaimed");
	hog_start(squeeze_mb);
	out = vmstat("pswpout") - out;
	reclaimed = counter("reclaimed") - reclaimed;
	hog_end();
	check(out > PAGES(COLD_MB) / 8 && reclaimed * 2 > out,
	      "taken again, of %llu pages that are written %llu are free", (unsigned long long)out,
	      (unsigned long long)reclaimed);
	load_look(l);
	check(l->wrong == 0, "taken again: all came back as they were");
	load_end();
}

static struct outcome aged; /* what test_two_lists() has seen */

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
	o = outcome_now();
	hog_start(squeeze_mb);
	outcome_since(&o, l);
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
	hog_start(squeeze_mb);
	check(counter("runs") == runs && counter("rounds") == rounds &&
		      vmstat("pgsteal_kswapd") > before,
	      "disabled, it does nothing, and kswapd does without");
	hog_end();
	load_end();
	knob_put("enable", 1);
}

/* As long as the page cache has enough nothing is swapped, however long it goes on. */
static void test_easy(void)
{
	uint64_t easy = counter("easy"), marked, end = now_ms() + 60000;
	pid_t reader;

	load_start(HOT_MB, COLD_MB, false);
	wait_for_counter("passes", counter("passes") + 12);
	marked = counter("marked");
	reader = spawn(read_device);
	while (counter("easy") < easy + 100 && now_ms() < end)
		sleep_ms(50);
	reap(reader);
	easy = counter("easy") - easy;
	marked = counter("marked") - marked;
	check(easy >= 100 && marked < easy,
	      "beside a reader %llu rounds are left to the page cache, and %llu pages are taken",
	      (unsigned long long)easy, (unsigned long long)marked);
	load_end();
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

static volatile uint64_t *most; /* that were put off at once, in shared memory */

static void watch_dirty(void)
{
	for (;;) {
		uint64_t n = counter("dirty");

		if (n > *most)
			*most = n;
		sleep_ms(1);
	}
}

static void test_deferral(void)
{
	uint64_t before = counter("deferred"), without, end = now_ms() + 30000;
	struct outcome o;
	pid_t watch;

	/* Memory is never short, so that all may be put off. */
	knob_put("orange_pct", 0);
	knob_put("red_pct", 0);
	knob_put("defer_pages", 0);
	squeeze(true, false);
	without = counter("deferred") - before;
	knob_put("defer_pages", 64);
	most = shared_memory(sizeof(*most));
	watch = spawn(watch_dirty);
	o = squeeze(true, false);
	reap(watch);
	check(!without && counter("deferred") > before,
	      "%llu writes are put off, %llu with that switched off",
	      (unsigned long long)(counter("deferred") - before), (unsigned long long)without);
	check(*most > 0 && *most <= 64 && o.wrong == 0,
	      "%llu at once, and all came back as they were", (unsigned long long)*most);
	while (counter("dirty") && now_ms() < end)
		sleep_ms(50);
	check(!counter("dirty"), "none is left of processes that have ended");
	knob_put("orange_pct", 100);
	knob_put("red_pct", 100);
}

/* Shared memory is written by a way of its own, and isn't put off. */
static void test_shared(void)
{
	pid_t sharer;
	uint64_t in;
	bool well;

	knob_put("orange_pct", 0);
	knob_put("red_pct", 0);
	/* The lists have the turn, and look for such pages first. */
	knob_put("easy_pct", 0);
	put("/proc/sys/vm/swappiness", "200");
	sharer = sharer_start();
	hog_start((unsigned int)free_mb() + 24);
	hog_end();
	in = vmstat("pswpin");
	sharer_reads();
	well = comes_to_end(sharer, patience_s());
	in = vmstat("pswpin") - in;
	check(well && in > PAGES(4),
	      "%llu pages of shared memory are read again, and are as they were",
	      (unsigned long long)in);
	put("/proc/sys/vm/swappiness", "60");
	knob_put("easy_pct", 100);
	knob_put("orange_pct", 100);
	knob_put("red_pct", 100);
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
	const char *name;
	void (*run)(void);
	bool quick;
} parts[] = {
	{ "knobs", test_knobs, true },
	{ "ageing", test_ageing, true },
	{ "translations", test_translations },
	{ "ends", test_ends },
	{ "two_lists", test_two_lists, true },
	{ "again", test_again },
	{ "boost", test_boost },
	{ "lock_holder", test_lock_holder },
	{ "random", test_random },
	{ "oldest", test_oldest, true },
	{ "deferral", test_deferral },
	{ "shared", test_shared },
	{ "limit", test_limit },
	{ "group_writes", test_group_writes },
	{ "loop", test_loop },
	{ "crypt", test_crypt },
	{ "fuse", test_fuse },
	{ "cpus", test_cpus },
	{ "generations", test_generations },
	{ "waiting", test_waiting },
	{ "writers", test_writers },
	{ "easy", test_easy },
	{ "readahead", test_readahead, true },
	{ "swap_readahead", test_swap_readahead },
	{ "locked", test_locked },
	{ "overload", test_overload },
	{ "disabled", test_disabled },
	{ "identities", test_identities, true },
	{ "sysrq", test_sysrq, true },
	{ "no_swap", test_no_swap },
	{ "swap_full", test_swap_full },
};

/* Without the module loaded. */
static const struct part loading[] = {
	{ "cycles", test_cycles, true },
	{ "unload", test_unload },
};

/* Or those that only=NAME,NAME says, after the knobs, which are set there. */
static bool is_asked_for(const struct part *part)
{
	const char *only = boot_option("only"), *at = only ? strstr(only, part->name) : NULL;
	size_t len = strlen(part->name);

	if (!only)
		return part->quick || boot_option("whole");
	return part == parts ||
	       (at && (at == only || at[-1] == ',') && (!at[len] || at[len] == ','));
}

static void run(const struct part *part, size_t n)
{
	for (; n; n--, part++) {
		uint64_t begun = now_ms();

		if (!is_asked_for(part))
			continue;
		part->run();
		say("# %s took %llu s", part->name, (unsigned long long)(now_ms() - begun) / 1000);
	}
}

#define RUN(parts) run(parts, sizeof(parts) / sizeof(parts[0]))

int main(void)
{
	guest_setup();
	swap_on(SWAP_DISK);
	squeeze_init();
	loads_init();
	policy_load();
	RUN(parts);
	policy_unload();
	RUN(loading);
	check(!taint(), "the kernel had nothing to complain about (taint %#lx)", taint());
	guest_end();
}
