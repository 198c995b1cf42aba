// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * touchers: what does it cost the CPUs of one process when its memory doesn't
 * fit?
 *
 * A thread pinned to each CPU goes over its own blocks of a shared anonymous
 * area that is larger than memory: runs of neighbouring pages from random
 * places, and single pages in between. Each page that is reclaimed is taken from
 * all of these CPUs' TLBs, in today's kernel by IPI.
 *
 * swapmix and affinity are the same program. There, some threads go over their
 * pages in order, while the others pick single ones; here, runs are objects,
 * each of which is used as a whole, and each phase has a choice of them.
 *
 * Each page carries stamps with its number and how often it was written; all of
 * them are checked at each touch, and other contents end it with EX_DATAERR.
 * Work is fixed, so that fast and slow hosts put the same pressure on memory.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "memory.h"
#include "mix.h"
#include "options.h"
#include "result.h"
#include "vmstat.h"

#define PAGE 4096ul
#define STAMPS 8           /* of a page; the rest stays zero, so that pages compress */
#define BLOCK 64ul         /* neighbouring pages that belong to one thread */
#define SAMPLES (1u << 16) /* latencies of major faults, at most, of a thread */
#define SLOW_NS 5000       /* no touch that is faster was a major fault */
#define NO_OBJECTS 64ul    /* runs begin anywhere */

static struct options {
	const char *out;
	unsigned long ws_permille, passes, threads, run_pages, random_percent;
	unsigned long sequential_threads, object_shift, phases, active_percent;
	uint64_t seed;
} opt = {
	.ws_permille = 1300,
	.passes = 2,
	.run_pages = 16,
	.random_percent = 20,
	.object_shift = NO_OBJECTS,
	.phases = 1,
	.active_percent = 100,
};

struct worker {
	pthread_t thread;
	unsigned int id;
	uint64_t rng, touches, majors, ns;
	unsigned long next; /* for one that goes in order */
	uint32_t *sample, samples;
};

static char *area;
static unsigned long pages; /* whole blocks for each thread */
static uint32_t *written;   /* how often each page was */

static unsigned long random_below(struct worker *w, unsigned long n)
{
	return (unsigned long)(mix_next(&w->rng) % n);
}

/* --- pages ------------------------------------------------------------------------ */

static uint64_t stamp(unsigned long page, unsigned int i, uint32_t times)
{
	return mix(opt.seed ^ ((uint64_t)page << 20 | i)) + times;
}

static void compare(unsigned long page, const volatile uint64_t *words)
{
	uint32_t times = written[page];

	for (unsigned int i = 0; i < STAMPS; i++) {
		uint64_t got = words[i * (PAGE / STAMPS / sizeof(*words))];

		if (got == stamp(page, i, times))
			continue;
		fprintf(stderr,
			"touchers: page %lu stamp %u, written %" PRIu32 " times, has %016" PRIx64
			", not %016" PRIx64 "\n",
			page, i, times, got, stamp(page, i, times));
		exit(EX_DATAERR);
	}
}

/*
 * A new page isn't read before it is written: it would be the zero page first, and
 * its replacement by another takes an IPI to each of the other threads' CPUs.
 */
static void touch(unsigned long page)
{
	volatile uint64_t *words = (volatile uint64_t *)(area + page * PAGE);
	uint32_t times = written[page];

	if (times)
		compare(page, words);
	written[page] = times + 1;
	for (unsigned int i = 0; i < STAMPS; i++)
		words[i * (PAGE / STAMPS / sizeof(*words))] = stamp(page, i, times + 1);
}

static long major_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_majflt;
}

static void timed_touch(struct worker *w, unsigned long page)
{
	uint64_t start = now_ns(), ns;
	long majors;

	touch(page);
	ns = now_ns() - start;
	w->touches++;
	if (ns < SLOW_NS)
		return;
	majors = major_faults();
	if ((uint64_t)majors == w->majors)
		return;
	w->majors = (uint64_t)majors;
	if (w->samples < SAMPLES)
		w->sample[w->samples++] = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

/* --- threads ----------------------------------------------------------------------- */

/* The thread's own n-th page: its blocks lie between those of others. */
static unsigned long own_page(const struct worker *w, unsigned long n)
{
	return (n / BLOCK * opt.threads + w->id) * BLOCK + n % BLOCK;
}

static void pin(const struct worker *w)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(w->id % (unsigned int)sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		fail("pin: %s", strerror(errno));
}

/* Of this phase's choice; each phase has another one. */
static bool active(unsigned long at, unsigned long phase)
{
	return mix(opt.seed ^ phase << 40 ^ at / opt.run_pages) % 100 < opt.active_percent;
}

static unsigned long pick_object(struct worker *w, unsigned long own, unsigned long phase)
{
	unsigned long at;

	do
		at = random_below(w, own / opt.run_pages) * opt.run_pages;
	while (!active(at, phase));
	return at + opt.object_shift;
}

/* Where the next run begins, and how long it is. */
static unsigned long next_run(struct worker *w, unsigned long own, unsigned long phase,
			      unsigned long *ret_pages)
{
	*ret_pages = opt.run_pages;
	if (w->id < opt.sequential_threads) {
		unsigned long at = w->next;

		w->next = (at + opt.run_pages) % own;
		return at;
	}
	if (random_below(w, 100) < opt.random_percent)
		*ret_pages = 1;
	else if (opt.object_shift != NO_OBJECTS)
		return pick_object(w, own, phase);
	return random_below(w, own);
}

static pthread_barrier_t barrier;

static void *work(void *data)
{
	struct worker *w = data;
	unsigned long own = pages / opt.threads, all = own * opt.passes, left = all, n;
	uint64_t start;

	pin(w);
	for (n = 0; n < own; n++)
		touch(own_page(w, n));
	w->majors = (uint64_t)major_faults();
	n = w->majors;
	pthread_barrier_wait(&barrier);
	start = now_ns();
	while (left > 0) {
		unsigned long phase = (all - left) * opt.phases / all, run;
		unsigned long at = next_run(w, own, phase, &run);

		for (; run > 0 && left > 0; run--, left--, at++)
			timed_touch(w, own_page(w, at % own));
	}
	w->ns = now_ns() - start;
	w->majors = (uint64_t)major_faults() - n;
	return NULL;
}

/* --- what the kernel counts ---------------------------------------------------------- */

static const char *const events[] = {
	"pswpin",
	"pswpout",
	"pgmajfault",
	"swap_ra",
	"swap_ra_hit",
	"numa_hint_faults",
	"nr_tlb_remote_flush",
	"nr_tlb_remote_flush_received",
	"nr_tlb_local_flush_all",
	"nr_tlb_local_flush_one",
};

#define N_EVENTS (sizeof(events) / sizeof(events[0]))

struct counts {
	uint64_t event[N_EVENTS], tlb_ipis, call_ipis;
};

/* A row of /proc/interrupts over all CPUs: " TLB:  12  7   TLB shootdowns". */
static uint64_t sum_row(const char *row)
{
	uint64_t sum = 0;
	char *end;

	for (;; row = end) {
		uint64_t v = strtoull(row, &end, 10);

		if (end == row)
			return sum;
		sum += v;
	}
}

static void read_interrupts(struct counts *c)
{
	FILE *f = fopen("/proc/interrupts", "r");
	char *line = NULL;
	size_t size = 0;

	if (!f)
		fail("/proc/interrupts: %s", strerror(errno));
	while (getline(&line, &size, f) > 0) {
		char *row = line + strspn(line, " ");

		if (!strncmp(row, "TLB:", 4))
			c->tlb_ipis = sum_row(row + 4);
		else if (!strncmp(row, "CAL:", 4))
			c->call_ipis = sum_row(row + 4);
	}
	free(line);
	fclose(f);
}

static struct counts read_counts(void)
{
	struct counts c = { 0 };

	vmstat_read(events, N_EVENTS, c.event);
	read_interrupts(&c);
	return c;
}

/* --- the result ----------------------------------------------------------------------- */

static uint32_t *gather(struct worker *workers, size_t *ret_n)
{
	uint32_t *all = malloc(opt.threads * SAMPLES * sizeof(*all));

	*ret_n = 0;
	if (!all)
		fail("no memory for the result");
	for (unsigned long i = 0; i < opt.threads; i++) {
		memcpy(all + *ret_n, workers[i].sample, workers[i].samples * sizeof(*all));
		*ret_n += workers[i].samples;
	}
	result_sort(all, *ret_n);
	return all;
}

static void print_counts(FILE *out, const struct counts *before, const struct counts *after,
			 uint64_t ns)
{
	uint64_t ipis = after->tlb_ipis - before->tlb_ipis, swapped = 0;

	for (size_t i = 0; i < N_EVENTS; i++) {
		uint64_t delta = after->event[i] - before->event[i];

		fprintf(out, "  \"%s\": %" PRIu64 ",\n", events[i], delta);
		if (!strcmp(events[i], "pswpout"))
			swapped = delta;
	}
	if (!swapped)
		fail("nothing was swapped out: too little memory is used");
	fprintf(out, "  \"tlb_ipis\": %" PRIu64 ",\n  \"call_ipis\": %" PRIu64 ",\n", ipis,
		after->call_ipis - before->call_ipis);
	fprintf(out, "  \"tlb_ipis_per_1000\": %.3f,\n", 1000 * (double)ipis / (double)swapped);
	fprintf(out, "  \"pswpout_per_s\": %.1f,\n", (double)swapped * 1e9 / (double)ns);
}

/* Rates of the two kinds of threads, where there are two. */
static void print_kinds(FILE *out, const struct worker *workers)
{
	double rate[2] = { 0 };

	for (unsigned long i = 0; i < opt.threads; i++)
		rate[i < opt.sequential_threads] +=
			(double)workers[i].touches * 1e9 / (double)workers[i].ns;
	if (opt.sequential_threads)
		fprintf(out, "  \"sequential_per_s\": %.1f,\n  \"random_per_s\": %.1f,\n", rate[1],
			rate[0]);
}

static void print_result(struct worker *workers, const struct counts *before,
			 const struct counts *after)
{
	FILE *out = result_open(opt.out);
	uint64_t touches = 0, majors = 0, ns = 0;
	uint32_t *sorted;
	size_t n;

	for (unsigned long i = 0; i < opt.threads; i++) {
		touches += workers[i].touches;
		majors += workers[i].majors;
		ns = workers[i].ns > ns ? workers[i].ns : ns;
	}
	sorted = gather(workers, &n);
	fputs("{\n", out);
	print_counts(out, before, after, ns);
	fprintf(out, "  \"touches\": %" PRIu64 ",\n  \"touches_per_s\": %.1f,\n", touches,
		(double)touches * 1e9 / (double)ns);
	print_kinds(out, workers);
	fprintf(out, "  \"major_faults\": %" PRIu64 ",\n", majors);
	if (n)
		fprintf(out, "  \"major_ns\": {\"p50\": %" PRIu32 ", \"p99\": %" PRIu32 "},\n",
			result_quantile(sorted, n, 0.5), result_quantile(sorted, n, 0.99));
	fprintf(out, "  \"pages\": %lu\n}\n", pages);
	result_close(out, opt.out);
	free(sorted);
}

/* --- command line ------------------------------------------------------------------------ */

static const struct number_option numbers[] = {
	{ "ws-permille", "the area's size, in 1/1000 of the memory", &opt.ws_permille, 100, 10000 },
	{ "passes", "so many touches for each page", &opt.passes, 1, 1000 },
	{ "threads", "0: one a CPU", &opt.threads, 0, 256 },
	{ "run-pages", "neighbours that are touched in a row", &opt.run_pages, 1, 64 },
	{ "random-percent", "of the runs are of a single page", &opt.random_percent, 0, 100 },
	{ "sequential-threads", "that go in order", &opt.sequential_threads, 0, 256 },
	{ "object-shift",
	  "runs begin at multiples of their length, and so many pages more; 64: anywhere",
	  &opt.object_shift, 0, NO_OBJECTS },
	{ "phases", "each with its own choice of objects", &opt.phases, 1, 1000 },
	{ "active-percent", "of the objects are of one", &opt.active_percent, 1, 100 },
};

static const struct command_line command_line = {
	numbers, sizeof(numbers) / sizeof(numbers[0]), &opt.seed, &opt.out, NULL, false,
};

static void parse_options(int argc, char **argv)
{
	options_read(&command_line, argc, argv);
	if (!opt.threads)
		opt.threads = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN);
}

static void start(struct worker *w, unsigned int id)
{
	w->id = id;
	w->rng = mix(opt.seed + id);
	w->sample = map(SAMPLES * sizeof(*w->sample));
	if (pthread_create(&w->thread, NULL, work, w))
		fail("no thread %u", id);
}

int main(int argc, char **argv)
{
	struct counts before, after;
	struct worker *workers;
	unsigned long blocks;

	parse_options(argc, argv);
	blocks = (unsigned long)sysconf(_SC_PHYS_PAGES) / 1000 * opt.ws_permille / BLOCK;
	pages = blocks / opt.threads * opt.threads * BLOCK;
	if (!pages)
		fail("less than a block of pages for each of %lu threads", opt.threads);
	area = map(pages * PAGE);
	madvise(area, pages * PAGE, MADV_NOHUGEPAGE);
	written = map(pages * sizeof(*written));
	workers = map(opt.threads * sizeof(*workers));
	pthread_barrier_init(&barrier, NULL, (unsigned int)opt.threads + 1);
	for (unsigned int i = 0; i < opt.threads; i++)
		start(&workers[i], i);
	pthread_barrier_wait(&barrier);
	before = read_counts();
	for (unsigned int i = 0; i < opt.threads; i++)
		pthread_join(workers[i].thread, NULL);
	after = read_counts();
	print_result(workers, &before, &after);
	return 0;
}
