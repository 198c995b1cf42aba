// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kmempowerd, in each of its forms, in a guest of two nodes that does nothing else:
 * what it must do, what it must not, and that it comes and goes.
 */
#include "kmempowerd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/resource.h>
#include <unistd.h>

#define TOLERANCE 384 /* pages that come and go by themselves */

static void delay(unsigned int ms)
{
	char path[100], text[16];

	snprintf(path, sizeof(path), "/sys/module/policy_%s/parameters/delay_ms", policy);
	snprintf(text, sizeof(text), "%u", ms);
	if (!put(path, text))
		give_up("no delay");
}

static void test_knobs(void)
{
	check(knob_get("region_mb") == 16 && knob_get("threshold") == 30 &&
		      knob_get("scan_ms") == 1000 && knob_get("hold") == 0 &&
		      knob_get("pages_per_sec") == 0 && knob_get("choice") == 0 &&
		      knob_get("enable") == 1,
	      "the knobs' defaults are those of its page");
	check(!knob_put("region_mb", 2) && !knob_put("region_mb", 24) &&
		      !knob_put("threshold", 0) && !knob_put("threshold", 100) &&
		      !knob_put("scan_ms", 9) && !knob_put("hold", 2) && !knob_put("choice", 2) &&
		      !knob_put("enable", 2) && knob_get("region_mb") == 16,
	      "values out of range are refused");
	check(knob_put("region_mb", 64) && knob_get("region_mb") == 64 && regions_free(-1) > 0 &&
		      knob_put("region_mb", 16),
	      "regions may have another size");
	check(region_request_text("0 DMA32") == -EINVAL &&
		      region_request_text("0 DMA32 3 4") == -EINVAL &&
		      region_request_text("0 None 0") == -ENXIO &&
		      region_request_text("7 DMA32 0") == -ENXIO &&
		      region_request_text("-1 DMA32 0") == -ENXIO &&
		      region_request_text("0 DMA32 100000") == -ENXIO,
	      "a request for what there isn't says so");
}

/* --- what it is for ------------------------------------------------------------------ */

/* Of those that were free, how many are not. */
static unsigned int spoilt(const struct region *before, size_t n)
{
	unsigned int spoilt = 0;

	for (size_t i = 0; i < n; i++) {
		struct region r = before[i];

		if (r.present == 4096 && r.free == 4096)
			spoilt += region_look(&r) && r.movable;
	}
	return spoilt;
}

bool chooses_targets(void)
{
	return strstr(policy, "targets") || strstr(policy, "divert");
}

/* Pages go where other pages are. */
static void check_targets(const struct region *before, size_t n)
{
	unsigned int bad = spoilt(before, n);

	if (!chooses_targets()) {
		check(counter("targets_taken") == 0, "where pages go, the allocator decides");
		return;
	}
	check(bad == 0 && counter("targets_taken") >= counter("pages_moved") &&
		      counter("pages_moved") > 0 && counter("targets_default") == 0,
	      "%llu pages went where others are, and into %u of the free regions",
	      (unsigned long long)counter("targets_taken"), bad);
}

static void test_evacuates(void)
{
	unsigned long before, after;
	uint64_t passes = counter("passes"), end = now_ms() + 60000;
	unsigned int won, base;
	struct trace_event *e;
	struct region *map;
	struct fill f[2];
	size_t n, n_map;

	quiet();
	for (int i = 0; i < 2; i++)
		fill_make(&f[i], i, 64);
	for (int i = 0; i < 2; i++)
		fill_thin(&f[i], 25, (unsigned int)i);
	n_map = regions_read(&map);
	base = regions_free(-1);
	before = free_pages();
	trace_start();
	knob_put("scan_ms", 100);
	while (counter("passes") < passes + 12 && now_ms() < end)
		sleep_ms(50);
	quiet();
	n = trace_stop(&e);
	after = free_pages();
	won = regions_free(-1);
	if (!check(won >= base + 3, "free regions: %u, then %u", base, won))
		counters_show();
	check(adds_up(), "each request is done, failed or cancelled: %llu, %llu, %llu",
	      (unsigned long long)counter("done"), (unsigned long long)counter("failed"),
	      (unsigned long long)counter("cancelled"));
	check(fill_wrong(&f[0]) + fill_wrong(&f[1]) == 0, "all contents are right");
	check(before <= after + TOLERANCE && after <= before + TOLERANCE,
	      "no page is lost or found: %lu free, then %lu", before, after);
	check(counter("node0.done") > 0 && counter("node1.done") > 0 &&
		      counter("node0.done") + counter("node1.done") == counter("done") &&
		      counter("pages_moved") > 0,
	      "both nodes' workers did their part, %llu pages",
	      (unsigned long long)counter("pages_moved"));
	check(trace_count(e, n, "evacuate") > 0 &&
		      trace_count(e, n, "request") == trace_count(e, n, "evacuate"),
	      "and the trace has each of them");
	check_targets(map, n_map);
	free(e);
	free(map);
	for (int i = 0; i < 2; i++)
		fill_drop(&f[i]);
}

/* --- requests ------------------------------------------------------------------------ */

static bool becomes(struct region *r, const char *state)
{
	uint64_t end = now_ms() + 20000;

	while (region_look(r) && strcmp(r->state, state) != 0 && now_ms() < end)
		sleep_ms(20);
	return !strcmp(r->state, state);
}

static struct region region_in(const struct fill *f)
{
	struct region r;

	fill_page(f, &r);
	return r;
}

static void test_served_again(const struct fill *f)
{
	uint64_t requested = counter("requested"), done = counter("done"),
		 merged = counter("merged");
	struct region r = region_in(f);

	delay(1000);
	region_request(&r);
	if (!becomes(&r, "busy"))
		give_up("it isn't busy");
	region_request(&r);
	region_request(&r);
	wait_idle();
	delay(0);
	check(counter("requested") - requested == 2 && counter("done") - done == 2 &&
		      counter("merged") - merged == 1,
	      "asked for during its evacuation, a region is served again: %llu times",
	      (unsigned long long)(counter("done") - done));
}

/* Of those that it is in, the one with the highest number, or the lowest. */
static struct region region_at_end(const struct fill *f, bool highest)
{
	struct region end = region_in(f), r;

	for (size_t i = 0; i < f->pages; i += 61) {
		if (f->kept[i] && region_find(pfn_of(fill_at(f, i)), &r) && !r.other &&
		    r.present == 4096 && (highest ? r.number > end.number : r.number < end.number))
			end = r;
	}
	return end;
}

/*
 * The one that begins later has the higher number: a worker that looks at the
 * other's mask, too, goes on to that one when its own is done. Node 1 has all
 * the numbers that node 0 has.
 */
static void test_nodes(const struct fill *f)
{
	uint64_t done[2] = { counter("node0.done"), counter("node1.done") };
	uint64_t requested = counter("requested");
	struct region first = region_at_end(&f[1], false), second = region_at_end(&f[0], true);
	bool both;

	if (second.number <= first.number)
		give_up("regions %u and %u: in the wrong order", first.number, second.number);
	delay(1500);
	region_request(&first);
	if (!becomes(&first, "busy"))
		give_up("it isn't busy");
	sleep_ms(500); /* so that it is done well before the other */
	region_request(&second);
	both = becomes(&second, "busy") && region_look(&first) && !strcmp(first.state, "busy");
	wait_idle();
	sleep_ms(1700);
	delay(0);
	check(both && counter("requested") - requested == 2 && adds_up() &&
		      counter("node0.done") - done[0] == 1 && counter("node1.done") - done[1] == 1,
	      "two nodes work at the same time, each on its own region");
}

static void test_disabled(const struct fill *f)
{
	struct region r = region_in(&f[0]), other = region_in(&f[1]);
	uint64_t cancelled = counter("cancelled"), passes, requested;

	delay(1000);
	region_request(&r);
	region_request(&other);
	if (!becomes(&r, "busy"))
		give_up("it isn't busy");
	knob_put("enable", 0);
	delay(0);
	passes = counter("passes");
	requested = counter("requested");
	check(counter("cancelled") - cancelled == 2 && adds_up(),
	      "switched off, what is waiting is cancelled");
	knob_put("scan_ms", 10);
	sleep_ms(500);
	check(region_request(&r) == -EPERM && counter("passes") == passes &&
		      counter("requested") == requested,
	      "and nothing is done, nor by hand");
	knob_put("enable", 1);
	quiet();
}

static void test_requests(void)
{
	struct fill f[2];

	quiet();
	for (int i = 0; i < 2; i++) {
		fill_make(&f[i], i, 64);
		fill_thin(&f[i], 25, 3);
	}
	test_served_again(&f[0]);
	test_nodes(f);
	test_disabled(f);
	check(fill_wrong(&f[0]) + fill_wrong(&f[1]) == 0, "all contents are right");
	for (int i = 0; i < 2; i++)
		fill_drop(&f[i]);
}

/* --- what it costs ------------------------------------------------------------------- */

/*
 * A part of memory thinned out to a tenth, the rest to three quarters: pages
 * moved for each region won, in some passes.
 */
static double price(unsigned int choice)
{
	uint64_t passes, moved;
	unsigned int won;
	struct fill light, dense;

	quiet();
	knob_put("choice", choice);
	fill_make(&dense, 0, 80);
	fill_make(&light, 0, 64);
	fill_thin(&dense, 75, 1);
	fill_thin(&light, 3, 2);
	won = regions_free(0);
	moved = counter("pages_moved");
	passes = counter("node0.passes");
	knob_put("scan_ms", 100);
	while (counter("node0.passes") < passes + 3)
		sleep_ms(20);
	quiet();
	moved = counter("pages_moved") - moved;
	won = regions_free(0) > won ? regions_free(0) - won : 0;
	fill_drop(&light);
	fill_drop(&dense);
	knob_put("choice", 0);
	say("# choice %u: %llu pages moved, %u regions won", choice, (unsigned long long)moved,
	    won);
	return (double)moved / (won ? won : 0.5);
}

static void test_control(void)
{
	double light = price(0), random = price(1);

	check(light > 0 && random > 2 * light,
	      "random regions cost more: %.0f pages a region, instead of %.0f", random, light);
}

/* All of node 0 that have user memory and nothing else. */
static void request_movable(void)
{
	struct region *all;
	size_t n = regions_read(&all);

	for (size_t i = 0; i < n; i++) {
		if (all[i].node == 0 && all[i].movable && !all[i].other)
			region_request(&all[i]);
	}
	free(all);
}

/* At one page a second, the second region would come in an hour. */
static void test_rate_lifted(void)
{
	uint64_t requested = counter("requested"), began, elapsed;
	struct fill f;

	fill_make(&f, 0, 64);
	fill_thin(&f, 25, 6);
	knob_put("pages_per_sec", 1);
	request_movable();
	if (counter("requested") < requested + 2)
		give_up("nothing is left to be moved");
	sleep_ms(2000);
	began = now_ms();
	knob_put("scan_ms", 599999);
	knob_put("pages_per_sec", 0);
	wait_idle();
	elapsed = now_ms() - began;
	check(elapsed < 60000, "the rate is lifted, and the rest done in %llu ms",
	      (unsigned long long)elapsed);
	fill_drop(&f);
}

static void test_rate(void)
{
	uint64_t moved, began, elapsed;
	struct fill f;

	quiet();
	fill_make(&f, 0, 96);
	fill_thin(&f, 25, 5);
	knob_put("pages_per_sec", 1000);
	moved = counter("node0.pages_moved");
	began = now_ms();
	request_movable();
	wait_idle();
	moved = counter("node0.pages_moved") - moved;
	elapsed = now_ms() - began;
	knob_put("pages_per_sec", 0);
	/* A node's last region is paid for afterwards. */
	check(moved > 2500 && moved <= elapsed + 4096,
	      "%llu pages of a node in %llu ms, at 1000 a second", (unsigned long long)moved,
	      (unsigned long long)elapsed);
	fill_drop(&f);
	test_rate_lifted();
}

/* --- coming and going ---------------------------------------------------------------- */

static void test_cycles(void)
{
	pid_t pressure;
	const char *option = boot_option("cycles");
	int cycles = option ? atoi(option) : 10;
	uint64_t requested = 0;
	unsigned long before, after;
	struct fill f;

	test_unload();
	pressure = spawn(touch_memory);
	setpriority(PRIO_PROCESS, (id_t)pressure, 15);
	fill_make(&f, 0, 64);
	fill_thin(&f, 25, 9);
	policy_unload();
	before = free_pages();
	for (int i = 0; i < cycles; i++) {
		policy_load();
		knob_put("hold", i & 1);
		knob_put("scan_ms", 10);
		sleep_ms((unsigned long)i % 4 * 50);
		/* In the middle of an evacuation, with more of them waiting. */
		delay(i % 3 ? 0 : 1000);
		requested += counter("requested");
		policy_unload();
		fill_thin(&f, 95, (unsigned int)i);
	}
	reap(pressure);
	sleep_ms(100);
	after = free_pages();
	check(requested > 0 && fill_wrong(&f) == 0,
	      "loaded and unloaded %d times, after %llu requests, with all contents right", cycles,
	      (unsigned long long)requested);
	check(after + TOLERANCE >= before, "no page is lost: %lu free, then %lu", before, after);
	fill_drop(&f);
}

/* If it is asked for: only=many. */
static void test_many(void)
{
	const char *option = boot_option("evacuations");

	evacuate_many(option ? (unsigned int)atoi(option) : 2000);
}

/* What the kernel said, from its first complaint on. */
static void show_complaint(void)
{
	static char log[1 << 18];
	int n = klogctl(3, log, sizeof(log) - 1); /* SYSLOG_ACTION_READ_ALL */
	char *line, *rest = strstr(log, "cut here");

	if (n < 0 || !rest)
		return;
	for (int i = 0; i < 60 && (line = strsep(&rest, "\n")); i++)
		say("# %s", line);
}

/* In this order; the option only=NAME of the guest's command line takes one of them. */
static const struct {
	const char *name;
	void (*test)(void);
	bool if_asked;
} parts[] = {
	{ "knobs", test_knobs },       { "evacuates", test_evacuates }, { "targets", test_targets },
	{ "requests", test_requests }, { "pinned", test_pinned },       { "room", test_room },
	{ "hold", test_hold },         { "plug", test_plug },           { "control", test_control },
	{ "rate", test_rate },         { "cycles", test_cycles },       { "many", test_many, true },
};

int main(void)
{
	const char *only;

	guest_setup();
	trace_setup();
	/* As the policy has it: kcompactd moves nothing of its own accord. */
	put("/proc/sys/vm/compaction_proactiveness", "0");
	policy_load();
	only = boot_option("only");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (only ? !strcmp(only, parts[i].name) : !parts[i].if_asked)
			parts[i].test();
	}
	if (!check(!taint(), "the kernel had nothing to complain about (taint %#lx)", taint()))
		show_complaint();
	guest_end();
}
