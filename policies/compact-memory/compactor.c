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
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TRIGGER "/proc/sys/vm/compact_memory"
#define STATUS_DIR "/run/policy"
#define STATUS STATUS_DIR "/compact-memory"

static uint64_t period_ms, rounds, busy_us;

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *fmt, ...)
{
	va_list ap;

	fputs("compact-memory: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Renamed into its place, so that no reader sees half of it. */
static void publish(void)
{
	FILE *f = fopen(STATUS ".new", "w");

	if (!f)
		fail("create " STATUS ".new: %s", strerror(errno));
	fprintf(f, "period_ms %" PRIu64 "\nrounds %" PRIu64 "\nbusy_us %" PRIu64 "\n", period_ms,
		rounds, busy_us);
	if (fclose(f) != 0 || rename(STATUS ".new", STATUS) < 0)
		fail("write " STATUS ": %s", strerror(errno));
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
	mkdir("/run", 0755);
	mkdir(STATUS_DIR, 0755);
	if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		fail("mlockall: %s", strerror(errno));
	for (;;) {
		publish();
		nanosleep(&pause, NULL);
		compact(trigger);
	}
}
