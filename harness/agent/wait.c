// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/wait.h"

#include <time.h>

#define LOOK_EVERY_MS 2

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void sleep_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000l };

	nanosleep(&t, NULL);
}

bool wait_for(bool (*ready)(void *arg), void *arg, unsigned int timeout_ms)
{
	uint64_t end = now_ns() + timeout_ms * 1000000ull;

	while (!ready(arg)) {
		if (now_ns() > end)
			return false;
		sleep_ms(LOOK_EVERY_MS);
	}
	return true;
}
