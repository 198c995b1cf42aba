// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: daemon PERIOD_MS KEEP_FREE_KB
 *
 * Looks at the free memory every PERIOD_MS and has the kernel reclaim what it
 * lacks. The root of the cgroups has no memory.reclaim, so that everything that
 * runs is to be in a group below it: the harness's agent, which started us, is
 * moved there, and whatever it starts from then on is born there.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define POLICY "memory-reclaim"
#include "daemon.h"

#define CGROUPS "/sys/fs/cgroup"
#define GROUP CGROUPS "/all"

static uint64_t period_ms, keep_free_kb;
static uint64_t satisfied, reclaims, fell_short, asked_kb;

/* In one write, as the kernel's files want it. 0, or errno. */
static int put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	int e;

	if (!f)
		return errno;
	setvbuf(f, NULL, _IOFBF, 4096);
	fputs(text, f);
	e = fflush(f) == 0 ? 0 : errno;
	fclose(f);
	return e;
}

static void must_put(const char *path, const char *text)
{
	int e = put(path, text);

	if (e)
		fail("write \"%s\" to %s: %s", text, path, strerror(e));
}

static void make_group(void)
{
	char agent[16];

	if (mount("cgroup2", CGROUPS, "cgroup2", 0, NULL) < 0 && errno != EBUSY)
		fail("mount cgroup2 on " CGROUPS ": %s", strerror(errno));
	must_put(CGROUPS "/cgroup.subtree_control", "+memory");
	if (mkdir(GROUP, 0755) < 0)
		fail("create " GROUP ": %s", strerror(errno));
	snprintf(agent, sizeof(agent), "%d", getppid());
	must_put(GROUP "/cgroup.procs", agent);
	if (access(GROUP "/memory.reclaim", W_OK) < 0)
		fail(GROUP "/memory.reclaim: %s (it came with Linux 5.19)", strerror(errno));
}

static uint64_t free_kb(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	uint64_t kb = UINT64_MAX;
	char line[128];

	while (f && kb == UINT64_MAX && fgets(line, sizeof(line), f))
		sscanf(line, "MemFree: %" SCNu64, &kb);
	if (kb == UINT64_MAX)
		fail("no MemFree in /proc/meminfo");
	fclose(f);
	return kb;
}

static void tell(void)
{
	publish("period_ms %" PRIu64 "\nkeep_free_kb %" PRIu64 "\nrounds %" PRIu64
		"\nsatisfied %" PRIu64 "\nreclaims %" PRIu64 "\nfell_short %" PRIu64
		"\nasked_kb %" PRIu64 "\n",
		period_ms, keep_free_kb, satisfied + reclaims, satisfied, reclaims, fell_short,
		asked_kb);
}

static void look(void)
{
	uint64_t now = free_kb();
	char text[32];
	int e;

	if (now >= keep_free_kb) {
		satisfied++;
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64 "K", keep_free_kb - now);
	e = put(GROUP "/memory.reclaim", text);
	if (e && e != EAGAIN)
		fail("write \"%s\" to " GROUP "/memory.reclaim: %s", text, strerror(e));
	reclaims++;
	fell_short += e == EAGAIN;
	asked_kb += keep_free_kb - now;
}

static uint64_t number(const char *name, const char *text)
{
	char *end;
	uint64_t v;

	errno = 0;
	v = strtoull(text ? text : "", &end, 10);
	if (!text || errno || end == text || *end || *text == '-')
		fail("%s is not a number: \"%s\"", name, text ? text : "");
	return v;
}

int main(int argc, char **argv)
{
	struct timespec next;

	if (argc != 3)
		fail("usage: %s PERIOD_MS KEEP_FREE_KB", argv[0]);
	period_ms = number("PERIOD_MS", argv[1]);
	keep_free_kb = number("KEEP_FREE_KB", argv[2]);
	make_group();
	daemon_begin();
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		tell();
		next.tv_nsec += (long)(period_ms % 1000) * 1000000;
		next.tv_sec += (time_t)(period_ms / 1000) + next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		look();
	}
}
