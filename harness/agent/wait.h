/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time, and waiting for devices.  Nothing in the agent waits without a limit. */
#ifndef AGENT_WAIT_H
#define AGENT_WAIT_H

#include <stdbool.h>
#include <stdint.h>

uint64_t now_ns(void); /* CLOCK_MONOTONIC, the clock of the trace */
void sleep_ms(unsigned int ms);

/*
 * Asks `ready` until it says yes or the time is over.  It looks again every
 * few milliseconds: devices appear by the kernel's own asynchronous probing,
 * and there is no udev here that would tell.
 */
bool wait_for(bool (*ready)(void *arg), void *arg, unsigned int timeout_ms);

#endif
