/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that can't be moved at the moment, in two ways: by vmsplice, held by a
 * pipe until the end; and by O_DIRECT, for as long as the disk takes.  What
 * comes back must be what was there.
 */
#ifndef FRAGMENT_PINS_H
#define FRAGMENT_PINS_H

#include <fcntl.h>
#include <pthread.h>
#include <sys/uio.h>
#include <unistd.h>

#include "arena.h"

#define STACK (64u << 10) /* of a thread: mlockall() takes all of it */

/* --- vmsplice --------------------------------------------------------------- */

struct splice {
	int in, out;
	uint32_t *pages;
	unsigned long n;
};

static inline void splice_page(struct splice *s, char *at)
{
	struct iovec v = { at, PAGE };

	if (vmsplice(s->in, &v, 1, SPLICE_F_NONBLOCK) != PAGE)
		fail("vmsplice: %s", strerror(errno));
}

static inline void splice_begin(struct splice *s, struct arena *a, unsigned long n)
{
	int ends[2];

	s->n = n;
	if (!n)
		return;
	s->pages = map(n * sizeof(*s->pages));
	if (pipe2(ends, O_CLOEXEC) < 0 || fcntl(ends[1], F_SETPIPE_SZ, (int)n * PAGE) < 0)
		fail("a pipe of %lu pages: %s", n, strerror(errno));
	s->out = ends[0];
	s->in = ends[1];
	for (unsigned long i = 0; i < n; i++) {
		s->pages[i] = arena_take(a);
		splice_page(s, arena_at(a, s->pages[i]));
	}
}

/* The pipe's view of each page, and the program's own. */
static inline void splice_end(struct splice *s, struct arena *a)
{
	static uint64_t copy[WORDS];

	for (unsigned long i = 0; i < s->n; i++) {
		uint32_t page = s->pages[i];

		if (read(s->out, copy, PAGE) != PAGE)
			fail("read a spliced page: %s", strerror(errno));
		stamp_check(a->stamps, copy, page, a->generation[page]);
		arena_check(a, page);
	}
}

/* --- O_DIRECT --------------------------------------------------------------- */

struct direct {
	pthread_t thread;
	struct arena *arena;
	const char *device;
	uint32_t *pages;
	unsigned long n, number, transfers;
	atomic_bool *stop;
};

/* Each page has a place of its own on the disk. */
static inline void direct_transfer(struct direct *d, int fd, bool out, unsigned long i)
{
	off_t at = (off_t)(d->number * d->n + i) * PAGE;
	char *from = arena_at(d->arena, d->pages[i]);
	ssize_t n = out ? pwrite(fd, from, PAGE, at) : pread(fd, from, PAGE, at);

	if (n != PAGE)
		fail("%s %s: %s", out ? "write" : "read", d->device,
		     n < 0 ? strerror(errno) : "less than a page");
	d->transfers++;
}

/* Out to the disk and, over zeroes, back into the same page, each in its turn. */
static inline void *direct_run(void *arg)
{
	struct direct *d = arg;
	struct arena *a = d->arena;
	int fd = open(d->device, O_RDWR | O_DIRECT | O_CLOEXEC);

	if (fd < 0)
		fail("open %s: %s", d->device, strerror(errno));
	for (unsigned long i = 0; !atomic_load(d->stop); i = (i + 1) % d->n) {
		uint32_t page = d->pages[i];

		direct_transfer(d, fd, true, i);
		arena_check(a, page);
		memset(arena_at(a, page), 0, PAGE);
		direct_transfer(d, fd, false, i);
		arena_check(a, page);
		arena_write(a, page);
	}
	close(fd);
	return NULL;
}

static inline void direct_check_size(const char *device, unsigned long pages)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (size < (off_t)pages * PAGE)
		fail("%s must have a place for each of %lu pages; it has %jd bytes", device, pages,
		     (intmax_t)size);
	close(fd);
}

/* `threads` of them with `each` pages.  They begin at once, and end when *stop is set. */
static inline struct direct *direct_begin(struct arena *a, const char *device,
					  unsigned long threads, unsigned long each,
					  atomic_bool *stop)
{
	struct direct *list = calloc(threads + 1, sizeof(*list));
	pthread_attr_t attr;

	if (!list)
		fail("out of memory");
	if (threads)
		direct_check_size(device, threads * each);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (unsigned long i = 0; i < threads; i++) {
		struct direct *d = &list[i];

		*d = (struct direct){
			.arena = a, .device = device, .n = each, .number = i, .stop = stop
		};
		d->pages = map(each * sizeof(*d->pages));
		for (unsigned long k = 0; k < each; k++)
			d->pages[k] = arena_take(a);
		if (pthread_create(&d->thread, &attr, direct_run, d) != 0)
			fail("start a thread: %s", strerror(errno));
	}
	pthread_attr_destroy(&attr);
	return list;
}

/* Returns how many transfers there were. */
static inline unsigned long direct_end(struct direct *list, unsigned long threads)
{
	unsigned long sum = 0;

	for (unsigned long i = 0; i < threads; i++) {
		struct direct *d = &list[i];

		pthread_join(d->thread, NULL);
		for (unsigned long k = 0; k < d->n; k++)
			arena_check(d->arena, d->pages[k]);
		sum += d->transfers;
	}
	return sum;
}

#endif
