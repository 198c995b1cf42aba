// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that use memory. What is hot is touched all the time, what is cold
 * was written once; contents are known and checked.
 */
#include "kpaged.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096ul
#define MB (1ul << 20)

static struct load *shared;
static unsigned int hot_mb, cold_mb, rest_ms = REST_MS;
static bool lock_cold;
static pid_t load_pid, hog_pid, spinner[64];
static unsigned int hog_mb;

static void *map(size_t size, int flags)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		_exit(1);
	return p;
}

/* --- who doesn't come to an end ------------------------------------------------------- */

/* For a host that has little time; patience=SECONDS for one that has more. */
unsigned int patience_s(void)
{
	const char *option = boot_option("patience");

	return option ? (unsigned int)atoi(option) : 300;
}

/* Who waits for what, as the kernel says on the console. */
static void stuck_show(void)
{
	counters_show();
	put("/proc/sys/kernel/printk", "8");
	put("/proc/sys/kernel/sysrq", "1");
	put("/proc/sysrq-trigger", "w");
	put("/proc/sysrq-trigger", "m");
}

bool comes_to_end(pid_t pid, unsigned int seconds)
{
	uint64_t end = now_ms() + seconds * 1000ull;
	int status = -1;
	pid_t ended = 0;

	while (!ended && now_ms() < end) {
		sleep_ms(50);
		ended = waitpid(pid, &status, WNOHANG);
	}
	if (!ended) {
		/* It may not even die: nobody waits for it. */
		stuck_show();
		kill(pid, SIGKILL);
	} else if (status) {
		say("# status %#x", (unsigned int)status);
	}
	return ended == pid && status == 0;
}

/* --- what is written and looked at ----------------------------------------------------- */

void *shared_memory(size_t size)
{
	return map(size, MAP_SHARED);
}

static uint64_t stamp(unsigned long page)
{
	return (page + 1) * 0x9e3779b97f4a7c15ull;
}

static uint64_t *word(char *area, unsigned long page)
{
	return (uint64_t *)(area + page * PAGE);
}

static char *write_area(unsigned int mb, bool lock)
{
	char *area = map(mb * MB, MAP_PRIVATE);

	if (lock && mlock2(area, mb * MB, MLOCK_ONFAULT) < 0)
		_exit(1);

	/* One entry for each page is what is looked at. */
	madvise(area, mb * MB, MADV_NOHUGEPAGE);
	for (unsigned long page = 0; page < mb * MB / PAGE; page++)
		*word(area, page) = stamp(page);
	return area;
}

static uint64_t faults(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)u.ru_majflt;
}

static uint64_t look_at(char *area, unsigned int mb)
{
	uint64_t before = faults();

	for (unsigned long page = 0; page < mb * MB / PAGE; page++) {
		volatile uint64_t *w = word(area, page);

		if (*w != stamp(page))
			shared->wrong++;
		*w = stamp(page);
	}
	return faults() - before;
}

static void load_run(void)
{
	/* Later areas are at lower addresses: the hot one comes first where the order is theirs. */
	char *cold = write_area(cold_mb, lock_cold), *hot = write_area(hot_mb, false);

	shared->ready = true;
	for (;;) {
		shared->hot_faults += look_at(hot, hot_mb);
		shared->passes++;
		if (shared->look && !shared->done) {
			shared->cold_faults = look_at(cold, cold_mb);
			shared->done = true;
		}
		/* Not to be taken for load itself: there is idle time in between. */
		sleep_ms(rest_ms);
	}
}

void loads_init(void)
{
	if (!shared)
		shared = shared_memory(sizeof(*shared));
}

struct load *load_start(unsigned int hot, unsigned int cold, bool lock)
{
	loads_init();
	memset((void *)shared, 0, sizeof(*shared));
	hot_mb = hot;
	cold_mb = cold;
	lock_cold = lock;
	load_pid = spawn(load_run);
	while (!shared->ready)
		sleep_ms(50);
	return shared;
}

void load_rests(unsigned int ms)
{
	rest_ms = ms;
}

void load_wait_passes(struct load *l, uint64_t n)
{
	uint64_t to = l->passes + n, end = now_ms() + patience_s() * 1000ull;

	while (l->passes < to && now_ms() < end)
		sleep_ms(50);
}

void load_look(struct load *l)
{
	uint64_t end = now_ms() + patience_s() * 1000ull;

	l->done = false;
	l->look = true;
	while (!l->done && now_ms() < end)
		sleep_ms(50);
	l->look = false;
	if (!l->done) {
		stuck_show();
		give_up("the process with the cold part doesn't answer");
	}
}

void load_end(void)
{
	reap(load_pid);
}

void stay_on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (cpu < 0 || i == cpu)
			CPU_SET(i, &set);
	}
	sched_setaffinity(0, sizeof(set), &set);
}

static void touch_few(char *area)
{
	for (unsigned long page = 0; page < FEW_HOT; page++)
		++*(volatile uint64_t *)word(area, page);
}

static void use_few(void)
{
	char *area = map(FEW_HOT * PAGE, MAP_PRIVATE);

	stay_on_cpu(1);
	madvise(area, FEW_HOT * PAGE, MADV_NOHUGEPAGE);
	/* QEMU's TLB is as large as it was used for when it is flushed. */
	for (int i = 0; i < 8; i++) {
		touch_few(area);
		mprotect(area, FEW_HOT * PAGE, PROT_READ);
		mprotect(area, FEW_HOT * PAGE, PROT_READ | PROT_WRITE);
	}
	shared->ready = true;
	for (;;) {
		touch_few(area);
		sleep_ms(5);
	}
}

pid_t few_hot_start(void)
{
	pid_t pid;

	shared->ready = false;
	pid = spawn(use_few);
	while (!shared->ready)
		sleep_ms(50);
	return pid;
}

/* --- who holds his mapping's lock ---------------------------------------------------------- */

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Who writes to the mapping waits for who reads it, and whoever comes to read it for him. */
static int map_and_unmap(void *unused)
{
	for (;;)
		munmap(map(PAGE, MAP_PRIVATE), PAGE);
	return unused != NULL;
}

static unsigned int populate_mb;

static void hold_lock(void)
{
	static char stack[65536];
	char *cold = write_area(COLD_MB, false), *area = map(populate_mb * MB, MAP_PRIVATE);
	pid_t other;

	madvise(area, populate_mb * MB, MADV_NOHUGEPAGE);
	shared->ready = true;
	while (!shared->look)
		sleep_ms(50);
	other = clone(map_and_unmap, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	if (other < 0 || madvise(area, populate_mb * MB, MADV_POPULATE_WRITE) < 0)
		_exit(1);
	kill(other, SIGKILL);
	munmap(area, populate_mb * MB);
	for (unsigned long page = 0; page < COLD_MB * MB / PAGE; page++) {
		if (*word(cold, page) != stamp(page))
			_exit(1);
	}
	_exit(0);
}

pid_t lock_holder_start(unsigned int mb)
{
	pid_t pid;

	memset((void *)shared, 0, sizeof(*shared));
	populate_mb = mb;
	pid = spawn(hold_lock);
	while (!shared->ready)
		sleep_ms(50);
	return pid;
}

void lock_holder_goes(void)
{
	shared->look = true;
}

/* --- memory that is shared, which has other ways to swap and back ------------------------- */

#define SHARED_MB 48u

static volatile bool *read_it; /* what it was told last */

static void share(void)
{
	char *area = map(SHARED_MB * MB, MAP_SHARED);
	unsigned long wrong = 0;

	for (unsigned long page = 0; page < SHARED_MB * MB / PAGE; page++)
		*word(area, page) = stamp(page);
	shared->ready = true;
	while (!*read_it)
		sleep_ms(50);
	for (unsigned long page = 0; page < SHARED_MB * MB / PAGE; page++)
		wrong += *word(area, page) != stamp(page);
	_exit(wrong != 0);
}

pid_t sharer_start(void)
{
	pid_t pid;

	shared->ready = false;
	read_it = shared_memory(sizeof(*read_it));
	pid = spawn(share);
	while (!shared->ready)
		sleep_ms(50);
	return pid;
}

void sharer_reads(void)
{
	*read_it = true;
}

/* --- who takes memory --------------------------------------------------------------------- */

static void hold(bool lock)
{
	write_area(hog_mb, lock);
	shared->ready = true;
	for (;;)
		pause();
}

static void hog_run(void)
{
	/* What it has isn't to be had again: it would be cold, too. Unless nothing else is left. */
	hold(!lock_cold);
}

pid_t hog_spawn(unsigned int mb)
{
	shared->ready = false;
	hog_mb = mb;
	return hog_pid = spawn(hog_run);
}

bool hog_is_done(void)
{
	return shared->ready;
}

void hog_start(unsigned int mb)
{
	uint64_t end = now_ms() + patience_s() * 1000ull;

	hog_spawn(mb);
	while (!shared->ready && now_ms() < end)
		sleep_ms(50);
	if (!shared->ready) {
		stuck_show();
		give_up("%u MB were not written in %u s", mb, patience_s());
	}
}

void hog_end(void)
{
	reap(hog_pid);
}

static void hog_to_be_killed(void)
{
	put("/proc/self/oom_score_adj", "1000");
	hold(false);
}

bool hog_dies(unsigned int mb)
{
	uint64_t end = now_ms() + patience_s() * 1000ull;
	pid_t ended = 0;
	int status = 0;

	hog_mb = mb;
	hog_pid = spawn(hog_to_be_killed);
	while (!ended && now_ms() < end) {
		sleep_ms(50);
		ended = waitpid(hog_pid, &status, WNOHANG);
	}
	if (!ended) {
		stuck_show();
		hog_end();
	}
	return ended == hog_pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void spin(void)
{
	for (;;)
		;
}

void spinners_start(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	for (long i = 0; i < n && i < 64; i++) {
		cpu_set_t set;

		spinner[i] = spawn(spin);
		CPU_ZERO(&set);
		CPU_SET(i, &set);
		sched_setaffinity(spinner[i], sizeof(set), &set);
	}
}

void spinners_end(void)
{
	for (int i = 0; i < 64; i++) {
		if (spinner[i])
			reap(spinner[i]);
		spinner[i] = 0;
	}
}
