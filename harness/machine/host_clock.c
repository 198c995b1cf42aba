// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/host_clock.h"

#include <stdint.h>
#include <time.h>

#define MEASURE_NS 20000000

#ifdef __x86_64__
#include <x86intrin.h>

struct instant {
	uint64_t ns, tsc;
};

static uint64_t raw_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Both clocks at once: of several readings the one that was disturbed the least. */
static struct instant read_both(void)
{
	struct instant best = { 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 20; i++) {
		uint64_t before = raw_ns(), tsc = __rdtsc(), after = raw_ns();

		if (after - before < least) {
			least = after - before;
			best = (struct instant){ before + (after - before) / 2, tsc };
		}
	}
	return best;
}

unsigned int host_tsc_khz(void)
{
	static unsigned int khz;
	struct instant a, b;

	if (khz)
		return khz;
	a = read_both();
	nanosleep(&(struct timespec){ .tv_nsec = MEASURE_NS }, NULL);
	b = read_both();
	khz = (unsigned int)((b.tsc - a.tsc) * 1000000 / (b.ns - a.ns));
	return khz;
}
#else
unsigned int host_tsc_khz(void)
{
	return 0;
}
#endif
