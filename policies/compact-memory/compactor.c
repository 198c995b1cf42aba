// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: daemon PERIOD_MS
 *
 * Has the kernel compact all zones every PERIOD_MS.  The write returns when it
 * has; the pause begins then.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLICY "compact-memory"
#include "daemon.h"

#define TRIGGER "/proc/sys/vm/compact_memory"

static uint64_t period_ms, rounds, busy_us;

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void compact(int trigger)
{
	uint64_t begin = now_us();

	if (pwrite(trigger, "1", 1, 0) != 1)
		fail("write to " TRIGGER ": %s", strerror(errno));
	busy_us += now_us() - begin;
	rounds++;
}

int main(int argc, char **argv)
{
	struct timespec pause;
	int trigger;

	period_ms = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
	if (!period_ms)
		fail("usage: compactor PERIOD_MS");
	pause = (struct timespec){ (time_t)(period_ms / 1000), (long)(period_ms % 1000) * 1000000 };
	trigger = open(TRIGGER, O_WRONLY | O_CLOEXEC);
	if (trigger < 0)
		fail("open " TRIGGER ": %s", strerror(errno));
	daemon_begin();
	for (;;) {
		publish("period_ms %" PRIu64 "\nrounds %" PRIu64 "\nbusy_us %" PRIu64 "\n", period_ms,
			rounds, busy_us);
		nanosleep(&pause, NULL);
		compact(trigger);
	}
}
