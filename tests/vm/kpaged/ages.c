// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes a candidate, and which of them go first. */
#include "kpaged.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The cold part is found, and what is used isn't. */
void test_ageing(void)
{
	struct load *l = load_start(HOT_MB, COLD_MB, false);
	uint64_t candidates = 0, end = now_ms() + 60000;

	while (candidates < PAGES(COLD_MB) * 9 / 10 && now_ms() < end) {
		sleep_ms(100);
		candidates = counter("candidates");
	}
	check(candidates >= PAGES(COLD_MB) * 9 / 10, "%llu pages are candidates, %lu are cold",
	      (unsigned long long)candidates, PAGES(COLD_MB));
	check(candidates < PAGES(COLD_MB) + PAGES(HOT_MB) * 3 / 4,
	      "%lu are hot, and not among them", PAGES(HOT_MB));
	knob_put("enable", 0);
	sleep_ms(500);
	check(gauge_is_right(), "the gauge is the sum of the rings");
	knob_put("enable", 1);
	load_end();
	end = now_ms() + 30000;
	while (counter("candidates") > PAGES(COLD_MB) / 2 && now_ms() < end)
		sleep_ms(100);
	check(counter("candidates") < PAGES(COLD_MB) / 2, "a process takes its candidates along");
	(void)l;
}

/*
 * What is used all the time may stay in a TLB, and isn't marked then, if nothing
 * else runs there that would have it flushed.
 */
void test_translations(void)
{
	uint64_t before, most = 0, end;
	pid_t pid;

	stay_on_cpu(0);
	before = counter("candidates");
	pid = few_hot_start();
	wait_for_counter("passes", counter("passes") + 12);
	for (end = now_ms() + 5000; now_ms() < end; sleep_ms(100)) {
		uint64_t now = counter("candidates");

		if (now > before + most)
			most = now - before;
	}
	reap(pid);
	stay_on_cpu(-1);
	check(most < FEW_HOT / 2, "of %d pages that a CPU uses all the time %llu are candidates",
	      FEW_HOT, (unsigned long long)most);
}

#define MANY 100
#define MANY_PAGES 128

static char *volatile used; /* or nothing would be */

static void *use_and_wait(void *unused)
{
	size_t size = MANY_PAGES * 4096;

	used = malloc(size);
	memset(used, 1, size);
	for (;;)
		pause();
	return unused;
}

static void process(void)
{
	use_and_wait(NULL);
}

/* The process lives on in another thread. */
static void process_without_its_first_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, use_and_wait, NULL) == 0)
		pthread_exit(NULL);
}

/* Of a process that has ended nothing is kept. */
void test_ends(void)
{
	uint64_t before = slab_objects("mm_struct"), candidates = counter("candidates"), now, end;
	pid_t pid[MANY];

	for (size_t i = 0; i < MANY; i++)
		pid[i] = spawn(i % 2 ? process : process_without_its_first_thread);
	for (end = now_ms() + 60000; now_ms() < end; sleep_ms(100)) {
		if (counter("candidates") > candidates + MANY * MANY_PAGES * 9 / 10)
			break;
	}
	candidates = counter("candidates") - candidates;
	check(candidates > MANY * MANY_PAGES * 9 / 10,
	      "%llu candidates in %u processes, half of them without their first thread",
	      (unsigned long long)candidates, MANY);
	now = slab_objects("mm_struct");
	check(before && now > before + MANY * 9 / 10,
	      "%llu mappings, and %llu with %u processes more", (unsigned long long)before,
	      (unsigned long long)now, MANY);
	for (size_t i = 0; i < MANY; i++)
		reap(pid[i]);
	for (end = now_ms() + 30000; now > before + MANY / 10 && now_ms() < end; sleep_ms(100))
		now = slab_objects("mm_struct");
	check(now <= before + MANY / 10, "and %llu when they have ended", (unsigned long long)now);
}

/* So seldom that some passes find the hot part unused, as they do the cold one. */
#define SELDOM_INTERVAL_MS 200
#define SELDOM_MS (3 * SELDOM_INTERVAL_MS)

static struct outcome squeeze_seldom_used(unsigned int ages)
{
	struct load *l;

	knob_put("ages", ages);
	l = load_start(HOT_MB, COLD_MB, false);
	wait_for_candidates();
	/* Of all mappings: for the cold part to be older than the hot one ever is. */
	wait_for_counter("passes", counter("passes") + 60);
	return squeeze_load(l);
}

/* What is used now and then stays as long as there is what isn't used at all. */
void test_oldest(void)
{
	struct outcome o, control;

	knob_put("interval_ms", SELDOM_INTERVAL_MS);
	load_rests(SELDOM_MS);
	o = squeeze_seldom_used(16);
	outcome_show("seldom used", &o);
	control = squeeze_seldom_used(1);
	outcome_show("no ages", &control);
	load_rests(REST_MS);
	knob_put("ages", 16);
	knob_put("interval_ms", INTERVAL_MS);
	check(misses(&o) * 5 < misses(&control) && misses(&control) > PAGES(HOT_MB) / 20,
	      "of pages that are used seldom %llu are missed; %llu without their ages",
	      (unsigned long long)misses(&o), (unsigned long long)misses(&control));
	check(o.marked > PAGES(COLD_MB) / 8, "for %llu that aren't used at all are taken",
	      (unsigned long long)o.marked);
	check(o.wrong == 0 && control.wrong == 0, "seldom used: all came back as they were");
}
