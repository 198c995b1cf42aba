// SPDX-License-Identifier: GPL-2.0-or-later
#include "shuffle.h"

#include "../policy/guest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL
#define REGIONS 12
#define PAGES 96 /* of a region */

struct region {
	char *at;
	uint64_t seq[PAGES]; /* what each page was stamped with last; 0: never, or dropped */
	bool readonly;
};

static struct region regions[REGIONS];
static struct shuffle_state *state;
static unsigned int seed;

static unsigned int pick(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 12) % n;
}

static void fail(const char *what)
{
	snprintf(state->first, sizeof(state->first), "%s: %s", what, strerror(errno));
	state->wrong++;
	_exit(1);
}

static volatile uint64_t *word(const struct region *r, unsigned int page, unsigned int at)
{
	return (volatile uint64_t *)(r->at + page * PAGE + at * 512);
}

/* Whose doing it was is part of what is reported. */
static void verify(const struct region *r, const char *after)
{
	for (unsigned int page = 0; page < PAGES; page++) {
		for (unsigned int at = 0; at < PAGE / 512; at++) {
			uint64_t found = *word(r, page, at), want = r->seq[page];

			if (found == (want ? want + at : 0))
				continue;
			snprintf(state->first, sizeof(state->first),
				 "after %s: region %d, page %u, %llu and not %llu", after,
				 (int)(r - regions), page, (unsigned long long)found,
				 (unsigned long long)want);
			state->wrong++;
			_exit(1);
		}
	}
}

static void *map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

static void writable(struct region *r)
{
	if (r->readonly && mprotect(r->at, PAGES * PAGE, PROT_READ | PROT_WRITE) < 0)
		fail("mprotect");
	r->readonly = false;
}

static void stamp(struct region *r)
{
	static uint64_t seq;

	writable(r);
	for (unsigned int n = pick(PAGES), page = pick(PAGES); n > 0; n--, page = pick(PAGES)) {
		r->seq[page] = seq += 16;
		for (unsigned int at = 0; at < PAGE / 512; at++)
			*word(r, page, at) = seq + at;
	}
}

static void protect(struct region *r)
{
	if (mprotect(r->at, PAGES * PAGE, PROT_NONE) < 0 ||
	    mprotect(r->at, PAGES * PAGE, PROT_READ) < 0)
		fail("mprotect");
	r->readonly = true;
}

static void move(struct region *r)
{
	char *to = map(PAGES * PAGE);

	writable(r);
	if (mremap(r->at, PAGES * PAGE, PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		fail("mremap");
	r->at = to;
}

static void drop(struct region *r)
{
	unsigned int first = pick(PAGES), n = pick(PAGES - first) + 1;

	if (madvise(r->at + first * PAGE, n * PAGE, MADV_DONTNEED) < 0)
		fail("MADV_DONTNEED");
	memset(&r->seq[first], 0, n * sizeof(r->seq[0]));
}

static void advise(struct region *r)
{
	static const int advice[] = { MADV_COLD, MADV_PAGEOUT, MADV_WILLNEED };

	/* A kernel that can't is fine. */
	madvise(r->at, PAGES * PAGE, advice[pick(3)]);
}

static void lock(struct region *r)
{
	if (mlock(r->at, PAGES * PAGE) < 0)
		fail("mlock");
	verify(r, "mlock");
	if (munlock(r->at, PAGES * PAGE) < 0)
		fail("munlock");
}

/* The child has what the parent had, whatever the parent does meanwhile. */
static void split(struct region *r)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		usleep(2000);
		for (unsigned int i = 0; i < REGIONS; i++)
			verify(&regions[i], "fork, in the child");
		_exit(0);
	}
	stamp(r);
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		fail("wait");
}

static void anew(struct region *r)
{
	if (munmap(r->at, PAGES * PAGE) < 0)
		fail("munmap");
	*r = (struct region){ .at = map(PAGES * PAGE) };
}

static const struct {
	const char *name;
	void (*run)(struct region *r);
} steps[] = {
	{ "writes", stamp }, { "writes", stamp },       { "mprotect", protect },
	{ "mremap", move },  { "MADV_DONTNEED", drop }, { "madvise", advise },
	{ "mlock", lock },   { "fork", split },         { "munmap", anew },
};

static void run(void)
{
	for (unsigned int i = 0; i < REGIONS; i++)
		regions[i].at = map(PAGES * PAGE);
	for (;;) {
		struct region *r = &regions[pick(REGIONS)];
		unsigned int step = pick(sizeof(steps) / sizeof(steps[0]));

		steps[step].run(r);
		verify(r, steps[step].name);
		state->steps++;
		/* Long enough for some to be unmapped, and some to be reclaimed. */
		if (state->steps % 4 == 0)
			usleep(5000);
	}
}

void shuffle_start(struct shuffle *s, unsigned int n)
{
	state = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (state == MAP_FAILED)
		give_up("no memory");
	s->state = state;
	seed = n;
	s->pid = spawn(run);
}

void shuffle_stop(struct shuffle *s)
{
	reap(s->pid);
	munmap((void *)s->state, PAGE);
}
