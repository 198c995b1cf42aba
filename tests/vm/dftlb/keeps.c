// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What kswapd leaves to the policy: its pages as long as kppsd copes, and no
 * longer. A process goes over more memory than there is, and has room for the rest
 * in swap, so that kswapd always has work.
 */
#include "pps.h"

#include "../policy/guest.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_MS 60000
#define TAKEN 2000 /* pages: more than kswapd finds that aren't the policy's */

static uint64_t vmstat(const char *name)
{
	char *text = get("/proc/vmstat"), *at = text ? strstr(text, name) : NULL;
	uint64_t value = at ? strtoull(at + strlen(name), NULL, 10) : 0;

	free(text);
	return value;
}

static uint64_t taken(void)
{
	return vmstat("pgsteal_kswapd ");
}

static bool takes(uint64_t more)
{
	uint64_t before = taken(), end = now_ms() + LIMIT_MS;

	while (taken() < before + more && now_ms() < end)
		sleep_ms(20);
	return taken() >= before + more;
}

static void rounds(uint64_t more)
{
	uint64_t at = counter("rounds") + more, end = now_ms() + LIMIT_MS;

	while (counter("rounds") < at && now_ms() < end)
		sleep_ms(20);
}

/* --- a kppsd that doesn't cope ------------------------------------------------------ */

static pid_t thread_called(const char *name)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	pid_t found = 0;

	while (dir && !found && (e = readdir(dir))) {
		char path[300], *comm;

		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		comm = get(path);
		if (comm && !strncmp(comm, name, strlen(name)))
			found = (pid_t)strtol(e->d_name, NULL, 10);
		free(comm);
	}
	if (dir)
		closedir(dir);
	if (!found)
		give_up("there is no %s", name);
	return found;
}

static void pin(pid_t pid, unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(pid, sizeof(set), &set) < 0)
		give_up("CPU %u: %s", cpu, strerror(errno));
}

static void spin(void)
{
	struct sched_param param = { .sched_priority = 1 };

	pin(0, 0);
	if (sched_setscheduler(0, SCHED_FIFO, &param) < 0)
		give_up("SCHED_FIFO: %s", strerror(errno));
	for (;;)
		;
}

/* Nobody but the spinner runs on CPU 0, to which kppsd is bound. */
static void test_slow(pid_t hog_pid)
{
	uint64_t before;
	pid_t pid;

	pin(0, 1);
	pin(hog_pid, 1);
	pin(thread_called("kswapd0"), 1);
	pin(thread_called("kppsd"), 0);
	put("/proc/sys/kernel/sched_rt_runtime_us", "-1");
	pid = spawn(spin);
	sleep_ms(200);
	before = counter("rounds");
	check(takes(TAKEN) && counter("rounds") <= before + 1,
	      "and takes what it needs when kppsd doesn't come to work");
	reap(pid);
	put("/proc/sys/kernel/sched_rt_runtime_us", "950000");
}

void test_keeps(unsigned int cpus)
{
	uint64_t kept, end = now_ms() + LIMIT_MS;
	pid_t pid;

	policy = "pps";
	policy_load();
	/* It reclaims when kswapd is at work, and not before. */
	knob_put("may_write", 0);
	knob_put("period_ms", 20);
	pid = spawn(hog);
	/* Not before kppsd has freed something, for which it goes round a few times. */
	while (counter("kept") < 100 && (now_ms() < end || counter("rounds") < 20))
		sleep_ms(20);
	kept = counter("kept");
	check(kept >= 100, "kswapd comes to %llu pages that it leaves to kppsd",
	      (unsigned long long)kept);
	/* kppsd goes on, so that kswapd would leave more if it asked. */
	knob_put("exclusive", 0);
	rounds(2);
	kept = counter("kept");
	check(takes(1) && counter("kept") == kept,
	      "told that they are not kppsd's alone, it leaves none");
	knob_put("exclusive", 1);
	if (cpus > 1)
		test_slow(pid);
	else
		skip("and takes what it needs when kppsd is slow", "there is one CPU");
	counters_show();
	reap(pid);
	policy_unload();
	policy = "scanner";
}
