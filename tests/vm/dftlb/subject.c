// SPDX-License-Identifier: GPL-2.0-or-later
#include "subject.h"

#include "../policy/guest.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL
#define BLOCK 8 /* pages that are looked at together: a series */
#define CGROUPS "/sys/fs/cgroup"

static struct subject_state *state;
static char *area;
static unsigned int pages;
static enum subject_kind kind;
static uint64_t times[1 << 16]; /* that each page was written */

static volatile uint64_t *words(unsigned int page)
{
	return (volatile uint64_t *)(area + page * PAGE);
}

/* Different all over, so that no swap takes it for a page of one value. */
static uint64_t stamp(unsigned int page, unsigned int at, uint64_t times)
{
	return ((uint64_t)page << 32 | at) * 0x9e3779b97f4a7c15ull + times;
}

static void look(unsigned int page)
{
	for (unsigned int at = 0; at < PAGE / 512; at++) {
		uint64_t found = words(page)[at * 64];

		if (found != (times[page] ? stamp(page, at, times[page]) : 0)) {
			state->wrong++;
			break;
		}
	}
}

static void renew(unsigned int page)
{
	times[page]++;
	for (unsigned int at = 0; at < PAGE / 512; at++)
		words(page)[at * 64] = stamp(page, at, times[page]);
}

static void visit_page(unsigned int page, enum subject_visit how)
{
	if (how != VISIT_RENEW_FIRSTS)
		look(page);
	if (how == VISIT_WRITE || how == VISIT_RENEW_FIRSTS)
		renew(page);
}

static void visit(enum subject_visit how)
{
	unsigned int blocks = pages / BLOCK, block = 0;
	unsigned int n = how == VISIT_LOOK_FIRSTS || how == VISIT_RENEW_FIRSTS ? 1 : BLOCK;

	/* All blocks, far from each other: the step has no factor in common with them. */
	for (unsigned int i = 0; i < blocks; i++) {
		for (unsigned int page = 0; page < n; page++)
			visit_page(block * BLOCK + page, how);
		block = (block + blocks / 2 - 1) % blocks;
	}
}

static uint64_t majors(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_majflt;
}

static void *answer(void *data)
{
	(void)data;
	for (;;) {
		uint64_t before;

		while (state->done == state->asked)
			usleep(2000);
		before = majors();
		visit(state->visit);
		state->majors = majors() - before;
		__atomic_store_n(&state->done, state->asked, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void child(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static void run(void)
{
	pthread_t thread;
	pid_t pid;

	if (!put(CGROUPS SUBJECT_CGROUP "/cgroup.procs", "0"))
		_exit(2);
	area = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		_exit(2);
	madvise(area, pages * PAGE, MADV_NOHUGEPAGE);
	for (unsigned int page = 0; page < pages; page++)
		visit_page(page, VISIT_WRITE);
	if (kind == SUBJECT_LOCKED && mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		_exit(2);
	if (kind == SUBJECT_SHARED) {
		pid = fork();
		if (pid == 0)
			child();
		state->child = pid;
	}
	state->done = 1;
	if (kind != SUBJECT_THREADED)
		answer(NULL);
	if (pthread_create(&thread, NULL, answer, NULL))
		_exit(2);
	/* Of this thread alone: the process lives on. */
	pthread_exit(NULL);
}

void subject_setup(void)
{
	if (mount("cgroup2", CGROUPS, "cgroup2", 0, NULL) < 0 ||
	    mkdir(CGROUPS SUBJECT_CGROUP, 0755) < 0)
		give_up("no cgroups: %s", strerror(errno));
}

void subject_start(struct subject *s, enum subject_kind k, unsigned int n)
{
	state = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (state == MAP_FAILED)
		give_up("no memory");
	kind = k;
	pages = n;
	state->asked = 1;
	s->state = state;
	s->pid = spawn(run);
	while (!s->state->done)
		sleep_ms(5);
}

void subject_visit(struct subject *s, enum subject_visit how)
{
	s->state->visit = how;
	s->state->asked++;
	while (s->state->done != s->state->asked)
		sleep_ms(5);
}

void subject_stop(struct subject *s)
{
	reap(s->pid);
	munmap((void *)s->state, PAGE);
}
