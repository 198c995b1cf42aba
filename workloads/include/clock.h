/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKLOADS_CLOCK_H
#define WORKLOADS_CLOCK_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_S 1000000000ull

static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* All of it, whatever signals come. */
static inline void sleep_ns(uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

static inline void sleep_ms(uint64_t ms)
{
	sleep_ns(ms * 1000000);
}

#endif
