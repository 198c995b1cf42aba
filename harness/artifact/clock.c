// SPDX-License-Identifier: GPL-2.0-or-later
#include "artifact/clock.h"

#include <math.h>

#include "base/str.h"

#define TOLERANCE 0.05
#define LATE_S 2.0

void clock_check_note(struct clock_check *c, uint64_t guest_ns, double host_s)
{
	if (!c->started) {
		c->guest_first = guest_ns;
		c->host_first = host_s;
		c->started = true;
	}
	c->guest_last = guest_ns;
	c->host_last = host_s;
}

static double guest_elapsed(const struct clock_check *c)
{
	return ((double)c->guest_last - (double)c->guest_first) * 1e-9;
}

static double host_elapsed(const struct clock_check *c)
{
	return c->host_last - c->host_first;
}

bool clock_check_ok(const struct clock_check *c)
{
	double host = host_elapsed(c);

	return fabs(guest_elapsed(c) - host) <= LATE_S + TOLERANCE * host;
}

char *clock_check_text(const struct clock_check *c)
{
	return xasprintf("the guest's clock went on by %s in %s", duration_to_str(guest_elapsed(c)),
			 duration_to_str(host_elapsed(c)));
}
