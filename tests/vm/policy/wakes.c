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

/* kswapd's wake-ups of which the timer, or an allocator, was the last cause before. */
static size_t wakes_by(const struct trace_event *e, size_t n, bool timer)
{
	size_t found = 0;
	bool last_timer = false;

	for (size_t i = 0; i < n; i++) {
		if (is_woke(&e[i]))
			last_timer = true;
		else if (is(&e[i], "mm_vmscan_wakeup_kswapd"))
			last_timer = false;
		else if (is(&e[i], "mm_vmscan_kswapd_wake"))
			found += last_timer == timer;
	}
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
 * And it knows: whenever kswapd goes to sleep, that is on record before the
 * next wake-up, and what is on record is not from long before.
 */
static bool knows_of_sleeps(const struct trace_event *e, size_t n, unsigned int expiry_ms)
{
	double reported = -1;
	bool unreported = false;

	for (size_t i = 0; i < n; i++) {
		double since_ms = (e[i].time - reported) * 1000;

		if (is(&e[i], "mm_vmscan_kswapd_sleep"))
			unreported = true;
		else if (is(&e[i], "rearmed"))
			unreported = false, reported = e[i].time;
		else if (is_woke(&e[i]) && unreported)
			return false;
		else if (is_woke(&e[i]) && reported >= 0 &&
			 trace_number(&e[i], "quiet_ms") > since_ms + 2 * expiry_ms)
			return false;
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
	bool ok = check(wakes && wakes_by(e, n, true) == wakes,
			"kswapd woke %zu times, each time by the timer and not by an allocator",
			wakes);

	ok &= check_quiet(e, n, expiry_ms);
	return ok & check(one_at_a_time(e, n), "nor twice without kswapd's sleep in between");
}
