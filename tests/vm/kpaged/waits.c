// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocations that wait for kswapd: for what, and for how long. */
#include "kpaged.h"

/* With so long before one is content with little; none may take all of its minute. */
static void nobody_waits_in_vain(unsigned int wait_low_ms, const char *how, const char *what)
{
	uint64_t timeouts = counter("escaped_timeout");
	struct outcome o;

	knob_put("wait_low_ms", wait_low_ms);
	o = squeeze(true, false);
	outcome_show(how, &o);
	check(counter("escaped_timeout") == timeouts && o.waits > 0 && o.wrong == 0, "%s, of %llu",
	      what, (unsigned long long)o.waits);
}

/* Negative control, and a wait that is too short. */
void test_waiting(void)
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
	/* Whoever is content with little isn't to miss what kswapd is content with. */
	knob_put("wait_ms", 60000);
	nobody_waits_in_vain(0, "waiting for little",
			     "nobody waits a minute for a batch above min");
	/* Nor who never is content with little. */
	nobody_waits_in_vain(60000, "waiting for enough", "or to be above the low watermark");
	knob_put("wait_low_ms", WAIT_LOW_MS);
	knob_put("wait_ms", 5000);
}

/* By more memory than there is to free, whenever a kind of it takes another's block. */
void test_boost(void)
{
	uint64_t before = counter("unboosted"), timeouts = counter("escaped_timeout"), ended = 0;
	struct outcome o = { 0 };

	put("/proc/sys/vm/watermark_boost_factor", "200000");
	for (int i = 0; i < 5 && !ended && !o.wrong; i++) {
		o = squeeze(true, false);
		ended = counter("unboosted") - before;
	}
	put("/proc/sys/vm/watermark_boost_factor", "15000");
	timeouts = counter("escaped_timeout") - timeouts;
	check(ended > 0 && !timeouts && !o.wrong,
	      "%llu boosts of the marks end for one who waits, and nobody waits for too long",
	      (unsigned long long)ended);
}

/* Who waits for kswapd with a lock that kswapd wants isn't waited for in turn. */
void test_lock_holder(void)
{
	uint64_t timeouts = counter("escaped_timeout"), locked, waits;
	bool well;
	pid_t pid;

	knob_put("wait_ms", 20000);
	pid = lock_holder_start(squeeze_mb);
	wait_for_candidates();
	locked = counter("locked");
	waits = counter("waits");
	lock_holder_goes();
	well = comes_to_end(pid, patience_s());
	locked = counter("locked") - locked;
	waits = counter("waits") - waits;
	timeouts = counter("escaped_timeout") - timeouts;
	check(well && waits > 0 && locked > 0 && !timeouts,
	      "a mapping's lock is taken %llu times; of %llu waits with it %llu take too long",
	      (unsigned long long)locked, (unsigned long long)waits, (unsigned long long)timeouts);
	knob_put("wait_ms", 5000);
}
