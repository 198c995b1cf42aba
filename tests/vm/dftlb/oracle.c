// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle.h"

#include "../policy/guest.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define PAGE 4096UL
#define HOT 24   /* pages, visited again and again */
#define COLD 600 /* one of them after so many visits of hot ones: */
#define BURST 100
#define PAUSE_US 1000
#define STRIDE 64 /* bytes between stamps */
#define STAMPS (PAGE / STRIDE)

struct worker {
	unsigned int id;
	struct oracle_state *state;
	char *pages;
	uint64_t *seq; /* what each page was stamped with last; 0: never */
};

static uint64_t stamp(const struct worker *w, unsigned long page, unsigned long at, uint64_t seq)
{
	return ((uint64_t)w->id << 56 | (uint64_t)page << 40 | (uint64_t)at << 32) + seq;
}

static volatile uint64_t *place(const struct worker *w, unsigned long page, unsigned long at)
{
	return (volatile uint64_t *)(w->pages + page * PAGE + at * STRIDE);
}

static void report(struct worker *w, unsigned long page, unsigned long at, uint64_t found)
{
	if (__atomic_fetch_add(&w->state->wrong, 1, __ATOMIC_RELAXED) == 0)
		snprintf(w->state->first, sizeof(w->state->first),
			 "CPU %u, page %lu, stamp %lu: %#llx is there, %#llx was written", w->id,
			 page, at, (unsigned long long)found,
			 (unsigned long long)stamp(w, page, at, w->seq[page]));
}

static void verify(struct worker *w, unsigned long page)
{
	for (unsigned long at = 0; at < STAMPS; at++) {
		uint64_t found = *place(w, page, at);

		if (found != (w->seq[page] ? stamp(w, page, at, w->seq[page]) : 0)) {
			report(w, page, at, found);
			return;
		}
	}
}

static void visit(struct worker *w, unsigned long page)
{
	verify(w, page);
	w->seq[page]++;
	for (unsigned long at = 0; at < STAMPS; at++)
		*place(w, page, at) = stamp(w, page, at, w->seq[page]);
	__atomic_fetch_add(&w->state->visits, 1, __ATOMIC_RELAXED);
}

/* Again and again: a CPU that goes offline loses it. */
static void pin(const struct worker *w)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(w->id, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void *work(void *data)
{
	struct worker *w = data;

	pin(w);
	for (unsigned long page = 0; page < HOT + COLD; page++)
		visit(w, page);
	__atomic_fetch_add(&w->state->ready, 1, __ATOMIC_RELEASE);
	for (unsigned long cold = 0;; cold = (cold + 1) % COLD) {
		for (unsigned long n = 0; n < BURST; n++)
			visit(w, n % HOT);
		visit(w, HOT + cold);
		if (w->state->pauses && cold % 16 == 0) {
			usleep(PAUSE_US);
			pin(w);
		}
	}
	return NULL;
}

static void *memory(size_t size, int flags)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);

	if (p == MAP_FAILED)
		_exit(2);
	return p;
}

#define PAGES_SIZE ((HOT + COLD) * PAGE)
#define STACK_SIZE (1UL << 18)
#define MAX_WORKERS 64

static void prepare(struct worker *w, pthread_attr_t *attr)
{
	w->seq = memory((HOT + COLD) * sizeof(uint64_t), MAP_PRIVATE);
	w->pages = memory(PAGES_SIZE, MAP_PRIVATE);
	madvise(w->pages, PAGES_SIZE, MADV_NOHUGEPAGE);
	pthread_attr_init(attr);
	pthread_attr_setstack(attr, memory(STACK_SIZE, MAP_PRIVATE), STACK_SIZE);
}

static void run(struct oracle_state *state, unsigned int threads)
{
	static struct worker workers[MAX_WORKERS];
	static pthread_attr_t attrs[MAX_WORKERS];
	pthread_t id;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned int i = 0; i < threads; i++) {
		workers[i] = (struct worker){ .id = i, .state = state };
		prepare(&workers[i], &attrs[i]);
	}
	if (mlockall(MCL_CURRENT) < 0)
		_exit(2);
	for (unsigned int i = 0; i < threads; i++)
		munlock(workers[i].pages, PAGES_SIZE);
	for (unsigned int i = 0; i < threads; i++) {
		if (pthread_create(&id, &attrs[i], work, &workers[i]))
			_exit(2);
	}
	pause();
}

void oracle_start(struct oracle *o, unsigned int threads)
{
	o->state = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (o->state == MAP_FAILED)
		give_up("no memory for the oracle");
	o->pid = fork();
	if (o->pid < 0)
		give_up("fork: %s", strerror(errno));
	if (o->pid == 0) {
		run((struct oracle_state *)o->state, threads);
		_exit(2);
	}
	while (o->state->ready < threads)
		sleep_ms(10);
}

void oracle_stop(struct oracle *o)
{
	reap(o->pid);
	munmap((void *)o->state, PAGE);
}
