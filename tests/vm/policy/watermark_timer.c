// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The watermark timer, in both forms: what it must do, what it must not, and
 * that its module comes and goes under pressure.
 */
#include "guest.h"
#include "tests.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define EXPIRY_MS 300

static bool boost; /* the form for unpatched kernels */

/* Page cache full, kswapd at rest, the timer off: a zone is below lots. */
static void prepare(unsigned int mult) /* at least 4 */
{
	knob_put("enable", 0);
	knob_put("expiry_ms", EXPIRY_MS);
	knob_put("lots_mult", mult);
	memory_fill();
	memory_drain(3); /* above high: no one else's wake-up */
	if (!memory_lots(mult))
		give_up("filling the page cache left all zones above %u steps", mult);
}

/* At most so long; fires of the timer are what we wait for. */
static void wait_fires(unsigned int n)
{
	uint64_t fired = counter("fired"), end = now_ms() + n * 4000;

	while (counter("fired") - fired < n && now_ms() < end)
		sleep_ms(50);
}

static void wait_rearmed(void)
{
	uint64_t rearmed = counter("rearmed"), end = now_ms() + 30000;

	while (counter("rearmed") == rearmed && now_ms() < end)
		sleep_ms(50);
}

static void wait_reached(void)
{
	uint64_t end = now_ms() + 40 * EXPIRY_MS;

	while (!counter("reached") && now_ms() < end)
		sleep_ms(50);
}

/* --- knobs ------------------------------------------------------------------------ */

static void test_knobs(void)
{
	check(knob_get("expiry_ms") == 5000 && knob_get("lots_mult") == 4 &&
		      knob_get("load_gate") == 1 && knob_get("enable") == 1,
	      "the knobs' defaults are the original's");
	check(!knob_put("expiry_ms", 9) && !knob_put("expiry_ms", 600001) &&
		      !knob_put("lots_mult", 0) && !knob_put("enable", 2) &&
		      knob_get("expiry_ms") == 5000,
	      "values out of range are refused");
	check(knob_put("expiry_ms", 600000) && knob_get("expiry_ms") == 600000,
	      "a knob reads as it was written");
	sleep_ms(1000);
	check(counter("fired") == 0, "nothing fires before the expiry");
	knob_put("expiry_ms", 100);
	wait_fires(1);
	check(counter("fired") > 0, "a new expiry counts from now on");
}

/* --- what it is for ---------------------------------------------------------------- */

static bool adds_up(void)
{
	return counter("fired") == counter("skipped_busy") + counter("skipped_load") +
					   counter("skipped_hopeless") + counter("satisfied") +
					   counter("woke") &&
	       counter("decisions") == counter("fired") + counter("rearmed") &&
	       counter("passes") == counter("reached") + counter("gave_up");
}

/* What kswapd was woken for comes to its end, so that all of it is in the trace. */
static void stop_timer(void)
{
	uint64_t end = now_ms() + 20 * EXPIRY_MS;

	knob_put("enable", 0);
	while (counter("passes") < counter("woke") && now_ms() < end)
		sleep_ms(50);
}

static void test_restores(void)
{
	uint64_t fired, rearmed, passes;
	unsigned long before, after;
	struct trace_event *e;
	size_t n;
	bool ok;

	prepare(4);
	before = memory_lots(4);
	fired = counter("fired");
	rearmed = counter("rearmed");
	passes = counter("passes");
	trace_start();
	knob_put("enable", 1);
	wait_reached();
	after = memory_lots(4);
	stop_timer();
	n = trace_stop(&e);

	ok = check(counter("woke") > 0 && (boost || counter("reached") > 0),
		   "an idle guest's kswapd is woken: woke %llu, reached lots %llu",
		   (unsigned long long)counter("woke"), (unsigned long long)counter("reached"));
	/* Boosted reclaim ends at the first round that finds nothing, soon with MGLRU. */
	ok &= check(boost ? after < before : before > 0 && after == 0,
		    "%lu pages were missing to lots, %lu are now", before, after);
	ok &= check_wakes(e, n, EXPIRY_MS);
	ok &= check(trace_count(e, n, "fired") == counter("fired") - fired &&
			    trace_count(e, n, "rearmed") == counter("rearmed") - rearmed &&
			    trace_count(e, n, "pass") == counter("passes") - passes,
		    "the trace has each decision that the counters have");
	ok &= check(adds_up(), "each firing ends in exactly one way");
	if (!ok) {
		trace_show(e, n);
		memory_show(4);
		counters_show();
	}
	free(e);
}

static void test_satisfied(void)
{
	uint64_t woke, satisfied;

	knob_put("enable", 1);
	memory_relieve(5); /* not just so: a page more or less doesn't matter */
	woke = counter("woke");
	satisfied = counter("satisfied");
	wait_fires(5);
	check(counter("woke") == woke && counter("satisfied") > satisfied,
	      "with all zones at lots it wakes no one");
}

/*
 * kswapd puts the timer off, more often than it could run out: the expiry is
 * long enough for a guest that gets little of its host's time to be in need of
 * kswapd within it.
 */
static void test_put_off(void)
{
	const unsigned int expiry_ms = 1000;
	uint64_t fired, began, elapsed;
	struct trace_event *e;
	size_t n;
	bool ok;
	pid_t reader = spawn(read_device);

	knob_put("load_gate", 0);
	knob_put("expiry_ms", expiry_ms);
	wait_rearmed();
	fired = counter("fired");
	trace_start();
	began = now_ms();
	sleep_ms(5 * expiry_ms);
	fired = counter("fired") - fired;
	elapsed = now_ms() - began;
	/* And once kswapd has nothing to do any more, the timer knows since when. */
	reap(reader);
	wait_fires(2);
	n = trace_stop(&e);
	knob_put("load_gate", 1);
	ok = check(2 * fired * expiry_ms < elapsed,
		   "while kswapd works it fires %llu times in %llu ms", (unsigned long long)fired,
		   (unsigned long long)elapsed);
	ok &= check_quiet(e, n, expiry_ms);
	if (!ok)
		trace_show(e, n);
	free(e);
}

/* --- what it must not do ------------------------------------------------------------ */

static void test_disabled(void)
{
	unsigned long before, after;
	uint64_t fired, decisions;

	prepare(4);
	before = memory_lots(4);
	fired = counter("fired");
	decisions = counter("decisions");
	sleep_ms(5 * EXPIRY_MS);
	after = memory_lots(4);
	check(counter("fired") == fired && counter("decisions") == decisions && after > before / 2,
	      "disabled, it does nothing: %lu pages missing, then %lu", before, after);
}

static void spin(void)
{
	for (;;)
		;
}

/* What each form can tell from work: a task of SCHED_IDLE, CPU time of a niced one. */
static void spin_in_background(void)
{
	struct sched_param param = { 0 };

	if (boost ? setpriority(PRIO_PROCESS, 0, 19) : sched_setscheduler(0, SCHED_IDLE, &param))
		_exit(1);
	spin();
}

static void test_gate(void)
{
	uint64_t woke, skipped;
	pid_t spinner;

	/* Under emulation on a busy host a spinner gets a fraction of the guest's time. */
	knob_put("load_pct", 10);
	prepare(4);
	spinner = spawn(spin);
	sleep_ms(500);
	woke = counter("woke");
	skipped = counter("skipped_load");
	knob_put("enable", 1);
	wait_fires(5);
	check(counter("woke") == woke && counter("skipped_load") > skipped && memory_lots(4),
	      "a task of nice 0 closes the gate: %llu times",
	      (unsigned long long)(counter("skipped_load") - skipped));
	knob_put("load_gate", 0);
	wait_fires(3);
	check(counter("woke") > woke, "which can be switched off");
	reap(spinner);
	knob_put("load_gate", 1);

	prepare(4);
	spinner = spawn(spin_in_background);
	sleep_ms(500);
	woke = counter("woke");
	knob_put("enable", 1);
	wait_fires(5);
	check(counter("woke") > woke, "a background task leaves it open");
	reap(spinner);
}

/*
 * Where all zones are above low, a timer whose lots is low has nothing to do,
 * and one whose lots is higher has. (Allocators alone don't see to the first:
 * one zone that is balanced is enough for kswapd.)
 */
static void test_lots_is_low(void)
{
	uint64_t woke;

	prepare(4);
	memory_relieve(2);
	check(memory_lots(4) && !memory_lots(1), "all zones are above low, and one is below lots");
	woke = counter("woke");
	knob_put("lots_mult", 1);
	knob_put("enable", 1);
	wait_fires(5);
	check(counter("woke") == woke, "with lots at the low watermark there is nothing to do");
	knob_put("lots_mult", 4);
	wait_fires(5);
	check(counter("woke") > woke, "and with more there is");
}

/* More than a zone has: the pass must end, with page cache left over. */
static void test_bounded(void)
{
	uint64_t gave_up, end;

	prepare(1000);
	gave_up = counter("gave_up");
	knob_put("enable", 1);
	end = now_ms() + 20000;
	while (counter("gave_up") == gave_up && now_ms() < end)
		sleep_ms(50);
	check(counter("gave_up") > gave_up, "a pass for more than there is gives up");
	knob_put("enable", 0);
	knob_put("lots_mult", 4);
}

/* --- coming and going ---------------------------------------------------------------- */

static void test_cycles(void)
{
	pid_t pressure[] = { spawn(read_device), spawn(touch_memory) };
	const char *option = boot_option("cycles");
	int cycles = option ? atoi(option) : 200;
	uint64_t decisions = 0;

	/* Else loading a module waits for them most of the time. */
	for (size_t i = 0; i < 2; i++)
		setpriority(PRIO_PROCESS, (id_t)pressure[i], 15);
	for (int i = 0; i < cycles; i++) {
		policy_load();
		knob_put("load_gate", 0);
		knob_put("expiry_ms", 10);
		knob_put("lots_mult", 1 + (unsigned int)i % 10);
		sleep_ms((unsigned long)i % 7 * 10);
		knob_put("enable", i & 1);
		knob_put("enable", 1);
		decisions += counter("decisions");
		policy_unload();
	}
	for (size_t i = 0; i < 2; i++)
		reap(pressure[i]);
	check(decisions > 0, "loaded and unloaded %d times under pressure, with %llu decisions",
	      cycles, (unsigned long long)decisions);
}

/* A kswapd that has gone leaves no timer behind. */
static void test_hotplug(void)
{
	uint64_t fired, before = 0;
	int rounds = 0;

	if (!node_online()) {
		skip("memory comes and goes", "no node that can be plugged");
		return;
	}
	knob_put("expiry_ms", 10);
	knob_put("enable", 1);
	while (rounds < 5) {
		sleep_ms(500);
		fired = counter("node1.fired");
		if (fired == before || !node_offline())
			break;
		before = counter("node1.fired");
		sleep_ms(300);
		if (counter("node1.fired") != before || !node_online())
			break;
		rounds++;
	}
	check(rounds == 5,
	      "with its node's memory a timer comes and goes: %d times, fired %llu times", rounds,
	      (unsigned long long)before);
}

static void test_unload_armed(void)
{
	policy_load();
	knob_put("expiry_ms", 10);
	sleep_ms(100);
	policy_unload();
	sleep_ms(200);
	check(access("/proc/sys/vm", F_OK) == 0 && knob_get("enable") == ~0u,
	      "unloaded while armed");
}

int main(void)
{
	guest_setup();
	boost = strstr(policy, "boost") != NULL;
	/* Fragmentation boosts watermarks, too; here only the policy does. */
	put("/proc/sys/vm/watermark_boost_factor", "0");
	/* Steps between the levels that are large against what a quiet guest does by itself. */
	put("/proc/sys/vm/min_free_kbytes", "8192");

	/* Page cache stays out of ZONE_DMA: MGLRU may have none to give of a low zone alone. */
	if (boost)
		put("/proc/sys/vm/lowmem_reserve_ratio", "1");
	trace_setup();

	policy_load();
	test_knobs();
	test_restores();
	test_satisfied();
	test_put_off();
	test_disabled();
	test_gate();
	test_lots_is_low();
	test_bounded();
	test_hotplug();
	policy_unload();
	test_unload_armed();
	test_order();
	test_cycles();
	check(!taint(), "the kernel had nothing to complain about (taint %#lx)", taint());
	guest_end();
}
