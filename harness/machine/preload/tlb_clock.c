// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loaded into QEMU (LD_PRELOAD) when runs must repeat: a clock for its TLB.
 *
 * QEMU enlarges its TLB where it is full and makes it smaller when it hasn't been
 * for a tenth of a second of the host's time (accel/tcg/cputlb.c, by
 * gettimeofday()). The size decides which pages are looked up in the page tables
 * again, and so which accessed bits are set again that reclaim has cleared: on a
 * busy host kswapd found 13 pages referenced where it found 10 before.
 *
 * The guest's thread asks once for each flush, and nobody else in it. So the time
 * it is told counts its questions, and a window is a thousand flushes, whatever
 * the host does. QEMU's first thread, which stamps messages, is told the true time.
 */
#include <stdbool.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define US_PER_QUESTION 100 /* QEMU's window is 100 ms */

static bool in_first_thread(void)
{
	static __thread enum { UNKNOWN, FIRST, OTHER } which;

	if (which == UNKNOWN)
		which = gettid() == getpid() ? FIRST : OTHER;
	return which == FIRST;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	static __thread unsigned long long us;
	struct timespec now;

	(void)tz;
	if (in_first_thread()) {
		clock_gettime(CLOCK_REALTIME, &now);
		*tv = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
		return 0;
	}
	us += US_PER_QUESTION;
	*tv = (struct timeval){ (time_t)(us / 1000000), (suseconds_t)(us % 1000000) };
	return 0;
}
