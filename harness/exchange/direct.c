// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages of a trace are many and are copied as they are: from the page cache straight to the
 * disk, past this program and without a second copy in memory (a third of what an import of
 * ten million events took).
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exchange/internal.h"

#define DIRECT_MIN (1u << 20)    /* less isn't worth it */
#define DIRECT_WINDOW (8u << 20) /* mapped at once */
#define DIRECT_ALIGN 4096u       /* the largest block size that disks have */

/* Up to a window; what was written of it, 0 if nothing could be. */
static uint64_t copy_window(int from, uint64_t at, uint64_t n, int to)
{
	void *p = mmap(NULL, n, PROT_READ, MAP_SHARED, from, (off_t)at);
	ssize_t done;

	if (p == MAP_FAILED)
		return 0;
	/* A file that is shorter than it was gives EFAULT here, not a signal. */
	done = write(to, p, n);
	munmap(p, n);
	return done > 0 ? (uint64_t)done : 0;
}

static uint64_t copy_windows(int from, uint64_t at, uint64_t n, int to)
{
	uint64_t done = 0;

	while (done < n) {
		uint64_t want = n - done < DIRECT_WINDOW ? n - done : DIRECT_WINDOW;
		uint64_t got = copy_window(from, at + done, want, to);

		done += got;
		if (got != want)
			break;
	}
	return done;
}

uint64_t copy_direct(int from, uint64_t at, uint64_t n, int to)
{
	off_t start = lseek(to, 0, SEEK_CUR);
	int flags = fcntl(to, F_GETFL);
	uint64_t done;

	n -= n % DIRECT_ALIGN;
	if (n < DIRECT_MIN || start < 0 || start % DIRECT_ALIGN || at % DIRECT_ALIGN ||
	    at % (uint64_t)sysconf(_SC_PAGESIZE) || flags < 0 ||
	    fcntl(to, F_SETFL, flags | O_DIRECT) < 0)
		return 0;
	/* In one piece on the disk, where the file system can; the rest works without. */
	fallocate(to, FALLOC_FL_KEEP_SIZE, start, (off_t)n);
	done = copy_windows(from, at, n, to);
	fcntl(to, F_SETFL, flags);
	return done;
}
