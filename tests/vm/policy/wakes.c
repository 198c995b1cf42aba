// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must hold of every wake-up by the timer. By the order of events and by
 * the timer's own clock, hardly by the trace's: while the host gives an emulated
 * CPU no time, the guest's jiffies stand still, and then make up for it at once.
 */
#include "tests.h"

#include <string.h>

static bool is(const struct trace_event *e, const char *name)
{
	return !strcmp(e->name, name);
}

static bool is_woke(const struct trace_event *e)
{
	return is(e, "fired") && trace_field(e, "result", "woke");
}

/*
 * By counts: kswapd may be up on another CPU before this one has written down
 * that it woke it.
 */
static size_t times_woke(const struct trace_event *e, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += is_woke(&e[i]);
	return found;
}

/* By what the timer knows of kswapd; never within the expiry. */
static bool quiet_enough(const struct trace_event *e, size_t n, unsigned int expiry_ms)
{
	for (size_t i = 0; i < n; i++) {
		if (is_woke(&e[i]) && trace_number(&e[i], "quiet_ms") < expiry_ms)
			return false;
	}
	return true;
}

/*
 * And it knows: kswapd's going to sleep is on record before the next wake-up,
 * and what is on record is not from long before. (By counts: the boost form's
 * record is written by a probe on the same event, before or after it.)
 */
static bool knows_of_sleeps(const struct trace_event *e, size_t n, unsigned int expiry_ms)
{
	size_t sleeps = 0, reports = 0;
	double reported = -1;

	for (size_t i = 0; i < n; i++) {
		double since_ms = (e[i].time - reported) * 1000;

		if (is(&e[i], "fired") && reported >= 0 &&
		    trace_number(&e[i], "quiet_ms") > since_ms + 2 * expiry_ms)
			return false;
		if (is_woke(&e[i])) {
			if (sleeps > reports)
				return false;
			sleeps = reports = 0;
		}
		sleeps += is(&e[i], "mm_vmscan_kswapd_sleep");
		if (is(&e[i], "rearmed"))
			reports++, reported = e[i].time;
	}
	return true;
}

/* One wake-up, then kswapd works and goes to sleep, then maybe another. */
static bool one_at_a_time(const struct trace_event *e, size_t n)
{
	bool awake = false;

	for (size_t i = 0; i < n; i++) {
		if (is(&e[i], "mm_vmscan_kswapd_sleep"))
			awake = false;
		if (is_woke(&e[i]) && awake)
			return false;
		awake |= is_woke(&e[i]);
	}
	return true;
}

bool check_quiet(const struct trace_event *e, size_t n, unsigned int expiry_ms)
{
	bool ok = check(quiet_enough(e, n, expiry_ms), "never within the expiry of kswapd's work");

	return ok & check(knows_of_sleeps(e, n, expiry_ms), "of which it knows at once");
}

bool check_wakes(const struct trace_event *e, size_t n, unsigned int expiry_ms)
{
	size_t wakes = trace_count(e, n, "mm_vmscan_kswapd_wake");
	size_t asked = trace_count(e, n, "mm_vmscan_wakeup_kswapd");
	bool ok = check(
		wakes && wakes == times_woke(e, n) && !asked,
		"kswapd woke %zu times, the timer woke it %zu times, allocators asked %zu times",
		wakes, times_woke(e, n), asked);

	ok &= check_quiet(e, n, expiry_ms);
	return ok & check(one_at_a_time(e, n), "nor twice without kswapd's sleep in between");
}
