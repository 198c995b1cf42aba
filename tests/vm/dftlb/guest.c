// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PID 1 of a guest that tests the engine of delayed TLB flushes: the scanner
 * (scanner/) works on the oracle's pages (oracle.c) as fast as it can, in each
 * of its ways; then the policy goes round (pps.c).  Or, with broken=NAME on the
 * command line, that build of the engine goes to work, and the oracle has to
 * notice its lies.
 */
#include "ipis.h"
#include "oracle.h"
#include "pps.h"

#include "../policy/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#define LIMIT_MS 60000 /* of one way to scan */

static unsigned int cpus;

/* --- the machine -------------------------------------------------------------------- */

#define SWAP "/dev/zram0"
#define DISK "/dev/vda"

static void make_swap(const char *device)
{
	uint32_t head[3] = { 1 /* version */ };
	int fd = open(device, O_RDWR);
	off_t size;

	if (fd < 0)
		give_up("%s: %s", device, strerror(errno));
	size = lseek(fd, 0, SEEK_END);
	head[1] = (uint32_t)(size / 4096 - 1);
	if (pwrite(fd, head, sizeof(head), 1024) != sizeof(head) ||
	    pwrite(fd, "SWAPSPACE2", 10, 4096 - 10) != 10 || fsync(fd) < 0)
		give_up("mkswap: %s", strerror(errno));
	close(fd);
}

/*
 * On zram, which takes a page at once: it is gone then, and whoever still
 * writes to it writes to someone else's.  The disk is for later.
 */
static void swap_setup(void)
{
	if (!put("/sys/block/zram0/disksize", "128M"))
		give_up(SWAP ": %s", strerror(errno));
	make_swap(SWAP);
	make_swap(DISK);
	if (swapon(SWAP, 0) < 0)
		give_up("swapon: %s", strerror(errno));
}

static bool cpu_put(unsigned int cpu, bool online)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	return put(path, online ? "1" : "0");
}

/* --- one run of the scanner ----------------------------------------------------------- */

static void scanner_load(const char *module, const struct oracle *o, const char *params)
{
	char all[160], path[80];
	int r;

	snprintf(all, sizeof(all), "pid=%d %s", o->pid, params);
	snprintf(path, sizeof(path), "/%s.ko", module);
	r = module_load_with(path, all);
	if (r)
		give_up("%s doesn't load: %s", path, strerror(-r));
}

static void scanner_unload(const char *module)
{
	char name[80];
	int r;

	snprintf(name, sizeof(name), "policy_%s", module);
	r = module_unload(name);
	if (r)
		give_up("%s doesn't unload: %s", name, strerror(-r));
}

/* With the process gone nothing is posted any more, and all that was comes to an end. */
static bool comes_to_rest(void)
{
	uint64_t end = now_ms() + 20000;

	while (counter("posted") != counter("drained") && now_ms() < end)
		sleep_ms(20);
	return counter("posted") == counter("drained") &&
	       counter("waits") == counter("by_tick") + counter("by_force") + counter("dropped");
}

struct result {
	uint64_t visits, wrong, ipis, reclaimed, hidden, cleared, posted, waits, by_tick, by_force,
		dropped, forced_mm, forced_slots, forced_late, immediate;
	bool rested;
};

static void collect(struct result *ret)
{
	ret->rested = comes_to_rest();
	ret->reclaimed = counter("reclaimed");
	ret->hidden = counter("hidden");
	ret->cleared = counter("cleared");
	ret->posted = counter("posted");
	ret->waits = counter("waits");
	ret->by_tick = counter("by_tick");
	ret->by_force = counter("by_force");
	ret->dropped = counter("dropped");
	ret->forced_mm = counter("forced_mm");
	ret->forced_slots = counter("forced_slots");
	ret->forced_late = counter("forced_late");
	ret->immediate = counter("immediate");
}

static bool enough(const char *name, uint64_t n)
{
	return counter(name) >= n;
}

struct way {
	const char *params;  /* the scanner's */
	const char *counter; /* until it is at */
	uint64_t at;
	void (*meanwhile)(void); /* what else happens */
	bool pauses;
};

static void run(const struct way *way, struct oracle *o)
{
	uint64_t end = now_ms() + LIMIT_MS;

	o->state->pauses = way->pauses;
	scanner_load("scanner", o, way->params);
	while (!enough(way->counter, way->at) && now_ms() < end) {
		if (way->meanwhile)
			way->meanwhile();
		sleep_ms(20);
	}
}

static struct result scan(const struct way *way)
{
	struct result r = { 0 };
	struct oracle o;

	oracle_start(&o, cpus);
	r.ipis = interrupts("TLB:", cpus);
	run(way, &o);
	r.ipis = interrupts("TLB:", cpus) - r.ipis;
	sleep_ms(200); /* what was lost is looked for */
	r.visits = o.state->visits;
	r.wrong = o.state->wrong;
	if (r.wrong)
		say("# %s", (const char *)o.state->first);
	oracle_stop(&o);
	collect(&r);
	say("# %s: %llu TLB IPIs", way->params, (unsigned long long)r.ipis);
	counters_show();
	scanner_unload("scanner");
	return r;
}

static void sound(const struct result *r, const char *what)
{
	check(r->wrong == 0 && r->visits > 0 && r->reclaimed > 0,
	      "%s: %llu pages are reclaimed, and all that %llu visits find is what was written",
	      what, (unsigned long long)r->reclaimed, (unsigned long long)r->visits);
	check(r->rested, "%s: each task and each wait of a CPU ends in one way", what);
}

/* --- the engine as it should be --------------------------------------------------------- */

static void test_ticks(uint64_t n)
{
	struct result r = scan(&(struct way){ "hard=1 pause_us=12000", "rounds", n });
	sound(&r, "flushes in ticks");
	if (cpus > 1)
		check(r.posted > 0 && r.by_tick >= r.posted / 2 && r.by_tick > 10 * r.by_force,
		      "of %llu flushes %llu were a tick's", (unsigned long long)r.waits,
		      (unsigned long long)r.by_tick);
	else /* The scanner is what runs on it, and on its way out flushes are made up for. */
		check(r.posted > 0 && r.waits == 0, "nobody waits for the only CPU");

	r = scan(&(struct way){ "hard=1 at_once=1 pause_us=12000", "rounds", n });
	sound(&r, "flushes at once");
	check(r.posted == 0 && r.immediate > 0, "and none is left to the ticks");
}

static double ipis_per_1000(const char *params, uint64_t rounds)
{
	struct result r = scan(&(struct way){ params, "rounds", rounds });

	return 1000 * (double)r.ipis / (double)r.reclaimed;
}

/*
 * Each page is a range of its own, as reclaim without batches has it.  If the
 * scanner loses its CPU between the isolation of pages and their unmapping, the
 * hot ones are touched again, and each costs an IPI of its own, whichever way.
 * When that happens is up to the host.  So each way is judged by its best turn.
 */
static void test_ipis(uint64_t rounds)
{
	double ticks = INFINITY, at_once = INFINITY;

	for (int turn = 0; turn < 8 && ticks * 3 >= at_once; turn++) {
		ticks = fmin(ticks, ipis_per_1000("hard=1 apart=1 pause_us=12000", rounds));
		at_once = fmin(at_once,
			       ipis_per_1000("hard=1 apart=1 at_once=1 pause_us=12000", rounds));
	}
	check(ticks * 3 < at_once, "IPIs per 1000 reclaimed pages: %.2f with ticks, %.2f at once",
	      ticks, at_once);
}

/* A few come while tracing is switched; and a CPU may find that it has flushed already. */
static void test_counts(uint64_t rounds)
{
	struct ipi_events events;
	uint64_t calls, flushes;

	ipi_events_start();
	calls = interrupts("CAL:", cpus);
	flushes = interrupts("TLB:", cpus);
	scan(&(struct way){ "hard=1 at_once=1", "rounds", rounds });
	calls = interrupts("CAL:", cpus) - calls;
	flushes = interrupts("TLB:", cpus) - flushes;
	events = ipi_events_stop(cpus);
	check(calls > 50 && fabs((double)calls - (double)events.calls) <= 5 + (double)calls / 50,
	      "/proc/interrupts has %llu calls of functions, and the trace %llu",
	      (unsigned long long)calls, (unsigned long long)events.calls);
	check(flushes > 20 && events.flushes <= flushes + 3 && events.flushes * 10 >= flushes * 8,
	      "%llu of which are flushes, and in the trace %llu", (unsigned long long)flushes,
	      (unsigned long long)events.flushes);
}

static void test_ages(uint64_t n)
{
	struct result r = scan(&(struct way){ "pause_us=12000", "reclaimed", 20 * n });

	sound(&r, "by age");
	check(r.cleared > 0, "%llu accessed bits were cleared", (unsigned long long)r.cleared);
}

static void test_eager(uint64_t n)
{
	struct result r = scan(&(struct way){ "hard=1 eager=1", "rounds", n });

	sound(&r, "as soon as the last CPU says so");
	check(r.forced_mm == 0, "and nobody is forced to");
}

static void test_forced(uint64_t n)
{
	struct result r = scan(&(struct way){ "hard=1", "rounds", n });

	sound(&r, "without a pause");
	if (cpus > 1)
		check(r.forced_mm > 0, "the mm is wanted again before the ticks: %llu times",
		      (unsigned long long)r.forced_mm);
}

static void test_slots(uint64_t n)
{
	struct result r;
	int tries = 0;

	/* On a busy host ticks may come faster than tasks. */
	do
		r = scan(&(struct way){ "hard=1 apart=8 pause_us=12000", "rounds", n });
	while (cpus > 1 && !r.forced_slots && ++tries < 10);

	sound(&r, "each page eight ranges");
	check(r.posted > 32, "more tasks than slots: %llu", (unsigned long long)r.posted);
	if (cpus > 1)
		check(r.forced_slots > 0, "slots run out %llu times",
		      (unsigned long long)r.forced_slots);
}

static void plug(void)
{
	for (unsigned int cpu = 1; cpu < cpus; cpu++) {
		if (!cpu_put(cpu, false))
			give_up("CPU %u doesn't go", cpu);
		sleep_ms(20);
		if (!cpu_put(cpu, true))
			give_up("CPU %u doesn't come", cpu);
	}
}

static void test_absent(void)
{
	struct result r;

	if (cpus < 2) {
		skip("CPUs come and go", "there is one");
		return;
	}
	r = scan(&(struct way){ "hard=1 pause_us=3000", "dropped", 1, .pauses = true });
	sound(&r, "CPUs idle");
	check(r.dropped > 0, "%llu idle CPUs are not waited for", (unsigned long long)r.dropped);
	r = scan(&(struct way){ "hard=1 pause_us=3000", "rounds", 30, plug, .pauses = true });
	sound(&r, "CPUs come and go");
}

/* As of a CPU that works with interrupts off for longer than it should. */
static void test_late(void)
{
	struct result r;

	if (cpus < 2) {
		skip("a tick doesn't come", "the only CPU isn't waited for");
		return;
	}
	r = scan(&(struct way){ "hard=1 eager=1 pause_us=3000 stall_ms=300", "forced_late", 3 });
	sound(&r, "ticks don't come");
	check(r.forced_late >= 3, "a CPU whose tick doesn't come is sent an IPI: %llu times",
	      (unsigned long long)r.forced_late);
}

static void test_unload(unsigned int times)
{
	struct oracle o;

	oracle_start(&o, cpus);
	for (unsigned int i = 0; i < times; i++) {
		scanner_load("scanner", &o, "hard=1 pause_us=1000");
		sleep_ms(i % 7 * 5);
		scanner_unload("scanner");
	}
	check(o.state->wrong == 0, "loaded and unloaded %u times at work", times);
	oracle_stop(&o);
}

/* --- the engine as it should not be ------------------------------------------------------- */

static void test_broken(const char *module, unsigned long ms)
{
	uint64_t start = now_ms(), end = start + ms;
	char first[160];
	struct oracle o;
	bool caught;

	oracle_start(&o, cpus);
	scanner_load(module, &o, "hard=1 eager=1");
	while (!o.state->wrong && now_ms() < end)
		sleep_ms(20);
	caught = o.state->wrong;
	snprintf(first, sizeof(first), "%s", (const char *)o.state->first);
	oracle_stop(&o);
	scanner_unload(module);
	check(caught, "the oracle catches %s", module);
	say("# after %llu ms: %s", (unsigned long long)(now_ms() - start), caught ? first : "no");
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = boot_option(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void test_engine(void)
{
	uint64_t rounds = number("rounds", 20);

	test_ticks(rounds);
	if (cpus > 1)
		test_ipis(rounds);
	test_ages(rounds);
	test_eager(rounds);
	test_forced(rounds);
	test_slots(rounds / 4);
	test_absent();
	test_unload((unsigned int)number("cycles", 10));
}

/* Those that are named, or all. */
static bool part(const char *name)
{
	const char *parts = boot_option("parts");

	return !parts || strstr(parts, name);
}

int main(void)
{
	const char *broken;

	guest_setup();
	swap_setup();
	cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	broken = boot_option("broken");
	if (broken) {
		test_broken(broken, 60000);
		guest_end();
	}
	if (part("engine"))
		test_engine();
	if (part("late") && (boot_option("long") || boot_option("parts")))
		test_late();
	if (part("counts") && cpus > 1)
		test_counts(number("rounds", 20));
	if (part("stages"))
		test_stages(SWAP, DISK);
	if (part("keeps"))
		test_keeps(cpus);
	if (part("pps"))
		test_pps(cpus, number("pages", 1000), (unsigned int)number("cycles", 10), SWAP);
	guest_end();
}
