/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the guest's clock run?  A kernel that misjudged the speed of its time
 * stamp counter measures everything in wrong seconds and never notices.  The
 * heartbeats and phases carry the guest's time, and arrive at ours.
 */
#ifndef HARNESS_ARTIFACT_CLOCK_H
#define HARNESS_ARTIFACT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock_check {
	bool started;
	uint64_t guest_first, guest_last; /* ns */
	double host_first, host_last;     /* now_s() */
};

void clock_check_note(struct clock_check *c, uint64_t guest_ns, double host_s);

/*
 * False if the two differ by more than 5 % and two seconds: a frame may be
 * late by as much as a busy host lets a guest wait, but no more than that.
 */
bool clock_check_ok(const struct clock_check *c);
/* "the guest's clock went on by 83.4s in 9.0s": caller frees. */
char *clock_check_text(const struct clock_check *c);

#endif
