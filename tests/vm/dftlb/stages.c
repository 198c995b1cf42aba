// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The policy, stage by stage, on a process that does nothing meanwhile
 * (subject.c): which pages go where, which are left alone, what comes back
 * together, and what is said about it.
 */
#include "pps.h"

#include "../policy/guest.h"
#include "subject.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#define PAGES 1024u
#define BLOCK 8u
#define LIMIT_MS 60000

static bool choose(const char *cgroup)
{
	return put("/proc/sys/vm/policy_pps/cgroup", cgroup);
}

/* The policy works on the subject alone, and begins when all knobs are set. */
static void start(struct subject *s, enum subject_kind kind, unsigned int cmd, bool may_write)
{
	subject_start(s, kind, PAGES);
	policy_load();
	knob_put("enable", 0);
	choose(SUBJECT_CGROUP);
	knob_put("cmd", cmd);
	knob_put("may_write", may_write);
	knob_put("period_ms", 20);
	knob_put("enable", 1);
}

static void stop(struct subject *s, const char *what)
{
	subject_visit(s, VISIT_LOOK);
	check(s->state->wrong == 0, "%s: all pages hold what was written", what);
	subject_stop(s);
	policy_unload();
}

static bool reaches(const char *name, uint64_t at)
{
	uint64_t end = now_ms() + LIMIT_MS;

	while (counter(name) < at && now_ms() < end)
		sleep_ms(10);
	return counter(name) >= at;
}

static bool rounds(uint64_t n)
{
	return reaches("rounds", counter("rounds") + n);
}

/* Of a file of "NAME: VALUE" or "NAME VALUE" lines; -1: it has no such line. */
static long long line_of(const char *path, const char *name)
{
	char *text = get(path), *at = text ? strstr(text, name) : NULL;
	long long value = at ? strtoll(at + strlen(name), NULL, 10) : -1;

	free(text);
	return value;
}

#define MEMINFO "/proc/meminfo"

static void test_written(void)
{
	struct subject s;
	uint64_t most = PAGES - PAGES / 10;
	bool reached;

	start(&s, SUBJECT_PLAIN, 0, true);
	reached = reaches("written", most);
	check(reached && counter("reclaimed") == 0,
	      "cmd 0 takes %llu pages to swap, and reclaims none",
	      (unsigned long long)counter("written"));
	rounds(3);
	check(counter("isolated_cached") == 0, "nor does it look for them there");
	/* What it writes now has to get to swap, too, before they are dropped. */
	subject_visit(&s, VISIT_WRITE);
	check(s.state->majors < PAGES / 100, "nobody has to wait for them: %llu major faults",
	      (unsigned long long)s.state->majors);
	rounds(2);
	reaches("swapped_count", most);
	knob_put("cmd", 1);
	reached = reaches("isolated_cached", most) && reaches("reclaimed", most);
	check(reached, "cmd 1 drops %llu of them from the swap cache, and reclaims %llu",
	      (unsigned long long)counter("isolated_cached"),
	      (unsigned long long)counter("reclaimed"));
	stop(&s, "in two steps");

	start(&s, SUBJECT_PLAIN, 0, false);
	reaches("unmapped", most);
	rounds(5);
	check(counter("unmapped") >= most && counter("isolated") == 0 && counter("written") == 0,
	      "without may_write, %llu pages are unmapped and stay",
	      (unsigned long long)counter("unmapped"));
	subject_visit(&s, VISIT_WRITE);
	stop(&s, "not to be written");
}

static void test_reclaimed(void)
{
	struct subject s;
	uint64_t mms, n;
	bool reached;

	start(&s, SUBJECT_PLAIN, 1, true);
	reached = reaches("reclaimed", PAGES - PAGES / 10);
	check(reached, "cmd 1 reclaims %llu pages", (unsigned long long)counter("reclaimed"));
	rounds(3);
	check(counter("swapped_near") * 10 >= counter("swapped_pairs") * 9 &&
		      counter("swapped_pairs") >= PAGES / 2,
	      "of %llu neighbours %llu are neighbours in swap",
	      (unsigned long long)counter("swapped_pairs"),
	      (unsigned long long)counter("swapped_near"));
	check(line_of(MEMINFO, "PpsSwapped:") ==
			      4 * line_of("/proc/policy/pps", "swapped_count ") &&
		      line_of(MEMINFO, "PpsTotal:") ==
			      line_of(MEMINFO, "PpsPte:") + line_of(MEMINFO, "PpsUnmapped:") &&
		      line_of(MEMINFO, "PpsSwapped:") >= 4 * (long long)(PAGES - PAGES / 10),
	      "/proc/meminfo says so: %lld kB in swap", line_of(MEMINFO, "PpsSwapped:"));
	n = counter("rounds");
	mms = counter("mms") + counter("mms_busy");
	rounds(10);
	check(counter("mms") + counter("mms_busy") - mms <= counter("rounds") - n + 1,
	      "with a cgroup named, only its process is worked on");
	check(!choose("/nowhere") && line_of("/proc/sys/vm/policy_pps/cgroup", "/subject") >= 0,
	      "a cgroup that isn't there is refused");
	choose("/");
	mms = counter("mms");
	n = counter("rounds");
	rounds(10);
	check(counter("mms") - mms > counter("rounds") - n + 1, "and all of them with none");
	stop(&s, "at one go");
	check(line_of(MEMINFO, "Pps") < 0, "unloaded, it has no lines in /proc/meminfo");
}

static void test_left_alone(void)
{
	struct subject s;

	start(&s, SUBJECT_LOCKED, 1, true);
	rounds(10);
	check(counter("mms") > 0 &&
		      counter("aged") + counter("unmapped") + counter("isolated") == 0,
	      "what is locked isn't touched");
	stop(&s, "locked");

	start(&s, SUBJECT_SHARED, 1, true);
	rounds(10);
	check(counter("mms") > 0 && counter("unmapped") < PAGES / 10,
	      "pages that a fork shares stay: %llu of others are unmapped",
	      (unsigned long long)counter("unmapped"));
	kill(s.state->child, SIGKILL);
	check(reaches("reclaimed", PAGES - PAGES / 10), "and when the child is gone, they go");
	stop(&s, "shared by a fork");

	start(&s, SUBJECT_THREADED, 1, true);
	check(reaches("reclaimed", PAGES - PAGES / 10),
	      "a process without its first thread is worked on, too");
	stop(&s, "without its first thread");
}

/* What was found is found anew in each round: nothing has to be told that a process ends. */
static void test_gone(void)
{
	struct subject s;
	long long before;

	start(&s, SUBJECT_PLAIN, 0, true);
	reaches("written", PAGES / 2);
	rounds(2);
	before = line_of("/proc/policy/pps", "\ntotal ") +
		 line_of("/proc/policy/pps", "swapped_count ");
	subject_stop(&s);
	rounds(3);
	check(before >= (long long)PAGES && line_of("/proc/policy/pps", "\ntotal ") == 0 &&
		      line_of("/proc/policy/pps", "swapped_count ") == 0,
	      "of %lld pages none is left when their process is gone", before);
	policy_unload();
}

/* All that it has goes to swap, and then PPS leaves it there. */
static void all_to_swap(void)
{
	knob_put("cmd", 1);
	reaches("reclaimed", counter("reclaimed") + PAGES - PAGES / 20);
	knob_put("cmd", 0);
	knob_put("may_write", 0);
	rounds(2);
	/* What was written may still be in the cache. */
	put("/proc/sys/vm/drop_caches", "1");
}

static void test_readahead(void)
{
	struct subject s;
	uint64_t asked, majors;
	long long ahead;

	start(&s, SUBJECT_PLAIN, 1, true);
	all_to_swap();
	ahead = line_of("/proc/vmstat", "swap_ra ");
	subject_visit(&s, VISIT_LOOK);
	asked = counter("readahead");
	majors = s.state->majors;
	check(asked > 0 && majors >= PAGES / BLOCK / 2 && majors <= PAGES / BLOCK * 5 / 4,
	      "%u pages come back with %llu major faults, and %lld ahead of need", PAGES,
	      (unsigned long long)majors, line_of("/proc/vmstat", "swap_ra ") - ahead);
	all_to_swap();
	knob_put("readahead", 0);
	asked = counter("readahead");
	subject_visit(&s, VISIT_LOOK);
	check(counter("readahead") == asked && s.state->majors > majors,
	      "left to the kernel, with %llu", (unsigned long long)s.state->majors);
	stop(&s, "read ahead");
}

/* Some pages have gone to swap again, without their neighbours. */
static void test_apart(void)
{
	unsigned int blocks = PAGES / BLOCK;
	uint64_t asked, alone;
	struct subject s;

	start(&s, SUBJECT_PLAIN, 1, true);
	all_to_swap();
	subject_visit(&s, VISIT_RENEW_FIRSTS);
	all_to_swap();
	asked = counter("readahead");
	subject_visit(&s, VISIT_LOOK_FIRSTS);
	alone = counter("readahead") - asked;
	subject_visit(&s, VISIT_LOOK);
	asked = counter("readahead") - asked - alone;
	check(alone < blocks / 10 && asked > blocks / 2,
	      "what went apart doesn't bring its neighbours (but %llu times), and those come together: %llu times",
	      (unsigned long long)alone, (unsigned long long)asked);
	stop(&s, "come apart");
}

/* Swap that doesn't answer at once: without a swap cache there is no read-ahead. */
static void test_from_disk(const char *fast, const char *disk)
{
	if (swapoff(fast) < 0 || swapon(disk, 0) < 0)
		give_up("%s: no swap", disk);
	test_readahead();
	test_apart();
	if (swapoff(disk) < 0 || swapon(fast, 0) < 0)
		give_up("%s doesn't go", disk);
}

void test_stages(const char *fast, const char *disk)
{
	policy = "pps";
	subject_setup();
	test_written();
	test_reclaimed();
	test_left_alone();
	test_gone();
	test_from_disk(fast, disk);
	policy = "scanner";
}
