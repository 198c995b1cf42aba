// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PID 1 of a guest with a debug kernel: a policy's module comes and goes and
 * every knob of it is changed, many times, under memory pressure, while the
 * memory of a node comes and goes too. What the kernel has to say of it is on
 * the console (debug.test reads it), in kmemleak's file and in lockdep's.
 *
 * After the line "# failures", the allocations of loading it fail one by one,
 * which code of the kernel's own (trace events) warns of and leaks by. Then,
 * after "# faults", errors are committed on purpose.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "subject.h"

#define KMEMLEAK "/sys/kernel/debug/kmemleak"
#define KMEMLEAK_AGE_MS 6000 /* it reports nothing that is younger than 5 s */
#define NODE_EVERY 20        /* cycles */

static const struct subject *const subjects[] = { &subject_watermark_timer, &subject_kmempowerd,
						  &subject_pps, &subject_kpaged };
static const struct subject *subject; /* whose module it is */

static void find_subject(void)
{
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		if (!strncmp(policy, subjects[i]->name, strlen(subjects[i]->name)))
			subject = subjects[i];
	}
	if (!subject)
		give_up("no campaign for %s", policy);
}

/* --- knobs ------------------------------------------------------------------------ */

/* Each knob that there is must be in the table, or it would go untested. */
static bool knobs_known(void)
{
	char path[100];
	struct dirent *e;
	size_t found = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/sys/vm/policy_%s", policy);
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		found += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return found == subject->n_knobs + subject->n_texts;
}

/* Returns how many writes did not do what they should have. */
static unsigned int change_knobs(unsigned int round)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < subject->n_knobs; i++) {
		const struct knob *k = &subject->knobs[i];

		for (size_t j = 0; j < 3; j++)
			wrong += !knob_put(k->name, k->good[j]) || knob_get(k->name) != k->good[j];
		wrong += knob_put(k->name, k->bad) || knob_get(k->name) != k->good[2];
	}
	subject->vary(round);
	return wrong;
}

/* --- the campaign ------------------------------------------------------------------ */

unsigned int option(const char *name, unsigned int def)
{
	const char *value = boot_option(name);

	return value ? (unsigned int)strtoul(value, NULL, 10) : def;
}

static void test_cycles(unsigned int cycles)
{
	unsigned int wrong = 0, nodes = 0;
	uint64_t decisions = 0;

	for (unsigned int i = 0; i < cycles; i++) {
		/*
		 * Most of a cycle's time is grace periods. After a tenth of them at their
		 * usual pace they end as soon as they can, and so does what waits for one:
		 * what is freed too early is then freed earliest.
		 */
		if (i == cycles / 10)
			put("/sys/kernel/rcu_expedited", "1");
		policy_load();
		wrong += change_knobs(i);
		if (i % NODE_EVERY == 0)
			nodes += node_online();
		decisions += counter(subject->alive);
		/* The node goes under a policy's eyes, or under no one's. */
		if (i % (2 * NODE_EVERY) == NODE_EVERY / 2)
			node_offline();
		policy_unload();
		if (i % (2 * NODE_EVERY) == NODE_EVERY * 3 / 2)
			node_offline();
		if ((i + 1) % 100 == 0 || i + 1 == cycles / 10)
			say("# %u of %u cycles, %llu decisions, %llu s", i + 1, cycles,
			    (unsigned long long)decisions, (unsigned long long)now_ms() / 1000);
	}
	check(decisions > 0, "loaded and unloaded %u times, %llu decisions made", cycles,
	      (unsigned long long)decisions);
	check(wrong == 0, "each knob took what is in its range and nothing else, %u times", cycles);
	check(nodes > 0, "a node's memory came and went: %u times", nodes);
}

/* The nth allocation of this task's next load fails; 0: there were fewer than that. */
static bool load_with_failure(unsigned int nth, bool *ret_loaded)
{
	char text[16], left[16] = "";
	int fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	int n = snprintf(text, sizeof(text), "%u", nth);

	if (fd < 0 || write(fd, text, (size_t)n) != n)
		give_up("/proc/self/fail-nth can't be written");
	*ret_loaded = module_load("/policy.ko") == 0;
	if (pread(fd, left, sizeof(left) - 1, 0) <= 0)
		give_up("/proc/self/fail-nth can't be read");
	if (pwrite(fd, "0", 1, 0) != 1)
		give_up("/proc/self/fail-nth can't be reset");
	close(fd);
	return strtoul(left, NULL, 10) == 0;
}

static void test_failures(void)
{
	unsigned int n, refused = 0, limit = option("failures", 2000);
	bool loaded;

	put("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	put("/sys/kernel/debug/failslab/verbose", "0");
	put("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	put("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	for (n = option("first", 1); n <= limit; n++) {
		bool failed = load_with_failure(n, &loaded);

		refused += !loaded;
		if (loaded)
			policy_unload();
		if (!failed)
			break;
	}
	check(refused > 0 && loaded,
	      "without one of its %u allocations the module isn't loaded, %u times, or is whole",
	      n - 1, refused);
}

/* --- what the kernel found --------------------------------------------------------- */

static unsigned int leaks(bool show)
{
	char *text, *line, *rest;
	unsigned int n = 0;

	sleep_ms(KMEMLEAK_AGE_MS);
	put(KMEMLEAK, "scan");
	put(KMEMLEAK, "scan");
	text = rest = get(KMEMLEAK);
	if (!text)
		give_up("no " KMEMLEAK);
	while ((line = strsep(&rest, "\n"))) {
		n += strstr(line, "unreferenced object") != NULL;
		if (show && *line)
			say("# %s", line);
	}
	free(text);
	return n;
}

/* Lockdep ends its work at its first report, and when its tables are full. */
static bool lockdep_works(void)
{
	char *text = get("/proc/lockdep_stats"), *at = text ? strstr(text, "debug_locks:") : NULL;
	bool works = at && atoi(at + strlen("debug_locks:")) == 1;

	free(text);
	return works;
}

static void commit(const char *fault)
{
	char params[40];
	int r;

	snprintf(params, sizeof(params), "fault=%s", fault);
	say("# fault: %s", fault);
	r = module_load_with("/faults.ko", params);
	if (r)
		give_up("faults.ko with %s: %s", params, strerror(-r));
	if (!strcmp(fault, "leak"))
		check(leaks(false) > 0, "kmemleak sees a leak");
	module_unload("policy_faults");
}

int main(void)
{
	pid_t pressure[2];
	unsigned int found;

	guest_setup();
	find_subject();
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	put("/proc/sys/vm/min_free_kbytes", "8192");
	check(lockdep_works(), "lockdep is at work");
	leaks(false);
	put(KMEMLEAK, "clear");

	policy_load();
	check(knobs_known(), "the campaign knows all knobs");
	policy_unload();
	if (subject->setup)
		subject->setup();
	pressure[0] = spawn(read_device);
	pressure[1] = spawn(touch_memory);
	for (size_t i = 0; i < 2; i++)
		setpriority(PRIO_PROCESS, (id_t)pressure[i], 15);
	test_cycles(option("cycles", 1000));
	for (size_t i = 0; i < 2; i++)
		reap(pressure[i]);
	if (subject->work) {
		policy_load();
		subject->work();
		policy_unload();
	}

	found = leaks(true);
	check(found == 0, "kmemleak has nothing to report: %u", found);
	check(lockdep_works(), "lockdep is at work to the end");
	check(taint() == 0, "no warning, oops, bad page or lockup: taint %#lx", taint());

	say("# failures");
	test_failures();
	check(lockdep_works(), "lockdep is at work after that, too");

	say("# faults");
	/* Lockdep first: it ends its work when KASAN has found something. */
	commit("lock_order");
	commit("sleeping");
	commit("armed_timer");
	commit("use_after_free");
	commit("leak");
	guest_end();
}
