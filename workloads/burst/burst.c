// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * burst: how fast does the kernel hand out pages after a quiet while?
 *
 * Each round
 *	fills the page cache by buffered reads of a device, until what is free is
 *	just above the high watermarks: kswapd has nothing to do;
 *	idles, the time in which a policy may free pages in the background;
 *	touches new anonymous pages at once and times each fault;
 *	gives them back.
 * With --resident-permille, a part of the memory holds anonymous pages that are
 * written in each round and then idle with the rest: a burst of more than the
 * page cache has to give can only be served by swapping them out. Their contents
 * are checked (policies that swap are what this is for; see idleburst).
 *
 * What it reports are counts, exact percentiles and a histogram, as JSON.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "memory.h"
#include "mm.h"
#include "options.h"
#include "result.h"

#define CHUNK (1u << 20)  /* largest read */
#define STACK (64u << 10) /* of a worker */
#define SETTLE_MS 100     /* kswapd naps for HZ/10 before it believes that it is done */
#define SETTLE_TRIES 10

static struct options {
	const char *data, *out;
	unsigned long rounds, idle_ms, burst_permille, threads, margin_percent, thp,
		resident_permille;
	uint64_t seed;
} opt = {
	.rounds = 3,
	.idle_ms = 1500,
	.burst_permille = 100,
	.threads = 1,
	.margin_percent = 10,
};

static long page_size;

/* --- page cache ---------------------------------------------------------- */

struct filler {
	int fd;
	uint64_t size, pos;
	char *buffer;
};

static void filler_open(struct filler *f)
{
	off_t size;

	f->fd = open(opt.data, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		fail("open %s: %s", opt.data, strerror(errno));
	size = lseek(f->fd, 0, SEEK_END);
	if (size < CHUNK)
		fail("%s is smaller than %u bytes", opt.data, CHUNK);
	f->size = (uint64_t)size / CHUNK * CHUNK;
	/* The seed says where to begin: a distribution over seeds is one over placements. */
	f->pos = opt.seed * 2654435761u % (f->size / CHUNK) * CHUNK;
	if (posix_memalign((void **)&f->buffer, (size_t)page_size, CHUNK) != 0)
		fail("out of memory");
	memset(f->buffer, 1, CHUNK);
	/* Reading ahead would go past the mark. */
	posix_fadvise(f->fd, 0, 0, POSIX_FADV_RANDOM);
}

/* Reads on, around the end; pages that are cached already cost nothing. */
static void filler_read(struct filler *f, uint64_t bytes)
{
	while (bytes) {
		uint64_t rest = f->size - f->pos;
		size_t want = bytes < CHUNK ? bytes : CHUNK;
		ssize_t n = pread(f->fd, f->buffer, want < rest ? want : rest, (off_t)f->pos);

		if (n <= 0)
			fail("read %s: %s", opt.data, n < 0 ? strerror(errno) : "unexpected end");
		f->pos = (f->pos + (uint64_t)n) % f->size;
		bytes -= (uint64_t)n;
	}
}

/*
 * Up to the mark.  Each step takes half of what is left, so that there are few
 * looks at /proc (a slow read under emulation), and the last ones can't
 * overshoot by more than others allocate meanwhile.
 */
static void fill_once(struct filler *f)
{
	uint64_t budget = 2 * f->size;

	for (;;) {
		struct zones z = read_zones();
		unsigned long mark = z.high * opt.margin_percent / 100;
		uint64_t bytes;

		if (z.headroom <= mark)
			return;
		bytes = (z.headroom - mark + 1) / 2 * (uint64_t)page_size;
		if (bytes > budget)
			fail("%s is too small: %lu pages are still free above the high watermark",
			     opt.data, z.headroom);
		budget -= bytes;
		filler_read(f, bytes);
	}
}

/*
 * The last reads may have woken kswapd, which goes on beyond the mark: until it
 * has gone back to sleep, fill again what it freed.
 */
static void fill(struct filler *f)
{
	for (int i = 0; i < SETTLE_TRIES; i++) {
		struct vmstat before, freed = { 0 };

		fill_once(f);
		before = read_vmstat();
		sleep_ms(SETTLE_MS);
		add_delta(&freed, &before);
		if (freed.v[PGSTEAL_KSWAPD] == 0)
			return;
	}
}

/* --- the burst ------------------------------------------------------------- */

struct worker {
	pthread_t thread;
	char *area;
	unsigned long pages; /* of one round */
	uint32_t *ns, *next; /* each fault of all rounds, and where the next goes */
	uint64_t begin, end;
};

static pthread_barrier_t start_line, finish_line;

/* One clock reading a fault: the end of one is the beginning of the next. */
static void touch(struct worker *w)
{
	uint64_t t = w->begin = now_ns();

	for (unsigned long i = 0; i < w->pages; i++) {
		uint64_t later, ns;

		*(volatile char *)(w->area + i * (size_t)page_size) = 1;
		later = now_ns();
		ns = later - t;
		*w->next++ = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
		t = later;
	}
	w->end = t;
}

static void *work(void *arg)
{
	for (unsigned long r = 0; r < opt.rounds; r++) {
		pthread_barrier_wait(&start_line);
		touch(arg);
		pthread_barrier_wait(&finish_line);
	}
	return NULL;
}

static void map_areas(struct worker *workers)
{
	for (unsigned long i = 0; i < opt.threads; i++) {
		struct worker *w = &workers[i];

		w->area = map(w->pages * (size_t)page_size);
		/* A huge page would be one fault in place of 512; that is a knob, not the default. */
		madvise(w->area, w->pages * (size_t)page_size,
			opt.thp ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	}
}

static void unmap_areas(struct worker *workers)
{
	for (unsigned long i = 0; i < opt.threads; i++)
		munmap(workers[i].area, workers[i].pages * (size_t)page_size);
}

static struct worker *start_workers(unsigned long pages)
{
	struct worker *workers = calloc(opt.threads, sizeof(*workers));
	pthread_attr_t attr;

	if (!workers)
		fail("out of memory");
	/* mlockall() takes all of a stack, used or not. */
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_barrier_init(&start_line, NULL, (unsigned int)opt.threads + 1);
	pthread_barrier_init(&finish_line, NULL, (unsigned int)opt.threads + 1);
	for (unsigned long i = 0; i < opt.threads; i++) {
		struct worker *w = &workers[i];
		size_t bytes = pages * opt.rounds * sizeof(*w->ns);

		w->pages = pages;
		w->ns = w->next = map(bytes);
		memset(w->ns, 0xff, bytes);
		if (pthread_create(&w->thread, &attr, work, w) != 0)
			fail("start a thread: %s", strerror(errno));
	}
	return workers;
}

/* --- what is resident ------------------------------------------------------- */

static uint64_t *resident;
static unsigned long resident_pages;

static uint64_t *resident_word(unsigned long page)
{
	return resident + page * (size_t)page_size / sizeof(*resident);
}

static uint64_t resident_stamp(unsigned long page, unsigned long round)
{
	return (page + 1) * 0x9e3779b97f4a7c15ull + round + opt.seed;
}

/* Of round `i`; the one before must have left its own stamps. */
static void resident_write(unsigned long i)
{
	for (unsigned long page = 0; page < resident_pages; page++) {
		uint64_t *word = resident_word(page);
		uint64_t want = i ? resident_stamp(page, i - 1) : 0;

		if (*word != want)
			fail("page %lu of what is resident has %" PRIx64 ", not %" PRIx64, page,
			     *word, want);
		*word = resident_stamp(page, i);
	}
}

static void resident_map(void)
{
	resident_pages = (unsigned long)sysconf(_SC_PHYS_PAGES) * opt.resident_permille / 1000;
	if (!resident_pages)
		return;
	resident = map(resident_pages * (size_t)page_size);
	madvise(resident, resident_pages * (size_t)page_size, MADV_NOHUGEPAGE);
}

/* --- results -------------------------------------------------------------- */

struct result {
	unsigned long pages; /* of one round, all threads */
	uint64_t *ns;        /* of each round's burst */
	unsigned long *free_before, *free_after;
	struct vmstat idle, burst;
	struct zones first;
};

static void result_init(struct result *r, unsigned long pages)
{
	r->pages = pages;
	r->ns = calloc(opt.rounds, sizeof(*r->ns));
	r->free_before = calloc(opt.rounds, sizeof(*r->free_before));
	r->free_after = calloc(opt.rounds, sizeof(*r->free_after));
	if (!r->ns || !r->free_before || !r->free_after)
		fail("out of memory");
	r->first = read_zones();
}

static uint64_t burst_ns(const struct worker *workers)
{
	uint64_t begin = UINT64_MAX, end = 0;

	for (unsigned long i = 0; i < opt.threads; i++) {
		begin = workers[i].begin < begin ? workers[i].begin : begin;
		end = workers[i].end > end ? workers[i].end : end;
	}
	return end - begin;
}

static void one_round(struct filler *f, struct worker *workers, struct result *r, unsigned long i)
{
	struct vmstat before;

	resident_write(i);
	fill(f);
	before = read_vmstat();
	r->free_before[i] = read_zones().free;
	sleep_ms(opt.idle_ms);
	r->free_after[i] = read_zones().free;
	add_delta(&r->idle, &before);

	map_areas(workers);
	before = read_vmstat();
	pthread_barrier_wait(&start_line);
	pthread_barrier_wait(&finish_line);
	add_delta(&r->burst, &before);
	r->ns[i] = burst_ns(workers);
	unmap_areas(workers);
}

/* All faults of all threads, sorted. */
static uint32_t *gather(const struct worker *workers, size_t *ret_n)
{
	size_t each = workers[0].pages * opt.rounds;
	uint32_t *all = map(each * opt.threads * sizeof(*all));

	for (unsigned long i = 0; i < opt.threads; i++)
		memcpy(all + i * each, workers[i].ns, each * sizeof(*all));
	*ret_n = each * opt.threads;
	result_sort(all, *ret_n);
	return all;
}

/* 16 buckets for each power of two: the lowest value of the one that `v` is in. */
static uint32_t bucket_of(uint32_t v)
{
	int shift = v < 32 ? 0 : 31 - __builtin_clz(v) - 4;

	return v >> shift << shift;
}

static void print_histogram(FILE *out, const uint32_t *sorted, size_t n)
{
	const char *comma = "";

	fputs("\"histogram\": [", out);
	for (size_t i = 0; i < n;) {
		uint32_t low = bucket_of(sorted[i]);
		size_t first = i;

		while (i < n && bucket_of(sorted[i]) == low)
			i++;
		fprintf(out, "%s[%" PRIu32 ", %zu]", comma, low, i - first);
		comma = ", ";
	}
	fputs("]", out);
}

static void print_faults(FILE *out, const struct worker *workers)
{
	size_t n;
	uint32_t *ns = gather(workers, &n);
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ns[i];
	fprintf(out,
		"  \"faults\": %zu,\n  \"fault_ns\": {\"mean\": %.1f, \"p50\": %" PRIu32
		", \"p99\": %" PRIu32 ", \"p999\": %" PRIu32 ", \"max\": %" PRIu32 ",\n    ",
		n, sum / (double)n, result_quantile(ns, n, 0.5), result_quantile(ns, n, 0.99),
		result_quantile(ns, n, 0.999), ns[n - 1]);
	print_histogram(out, ns, n);
	fputs("},\n", out);
}

static void print_free(FILE *out, const char *name, const unsigned long *pages)
{
	fprintf(out, "  \"%s\": [", name);
	for (unsigned long i = 0; i < opt.rounds; i++)
		fprintf(out, "%s%lu", i ? ", " : "", pages[i]);
	fputs("],\n", out);
}

static void print_rounds(FILE *out, const struct result *r)
{
	double ns = 0, gain = 0, idle = 0;

	fputs("  \"burst_ns\": [", out);
	for (unsigned long i = 0; i < opt.rounds; i++) {
		fprintf(out, "%s%" PRIu64, i ? ", " : "", r->ns[i]);
		ns += (double)r->ns[i];
		gain += (double)r->free_after[i] - (double)r->free_before[i];
		idle += (double)r->free_after[i];
	}
	fprintf(out, "],\n  \"pages_per_s\": %.1f,\n  \"idle_gain_pages\": %.1f,\n",
		(double)r->pages * (double)opt.rounds * (double)NS_PER_S / ns,
		gain / (double)opt.rounds);
	fprintf(out, "  \"idle_free_pages\": %.1f,\n", idle / (double)opt.rounds);
}

static void print_result(const struct result *r, const struct worker *workers)
{
	FILE *out = result_open(opt.out);

	fputs("{\n", out);
	print_faults(out, workers);
	print_rounds(out, r);
	print_vmstat(out, "idle", &r->idle);
	print_vmstat(out, "burst", &r->burst);
	print_free(out, "free_before_idle", r->free_before);
	print_free(out, "free_after_idle", r->free_after);
	fprintf(out, "  \"high_watermark_pages\": %lu,\n  \"burst_pages\": %lu\n}\n", r->first.high,
		r->pages);
	result_close(out, opt.out);
}

/* --- command line ----------------------------------------------------------- */

static const struct number_option numbers[] = {
	{ "rounds", "fill, idle, burst: how often", &opt.rounds, 1, 1000 },
	{ "idle-ms", "quiet time before each burst", &opt.idle_ms, 0, 3600000 },
	{ "burst-permille", "pages of a burst, in 1/1000 of the memory", &opt.burst_permille, 1,
	  900 },
	{ "threads", "that share a burst", &opt.threads, 1, 256 },
	{ "margin-percent", "above the high watermarks, of them", &opt.margin_percent, 1, 1000 },
	{ "resident-permille", "anonymous pages that idle, in 1/1000 of the memory",
	  &opt.resident_permille, 0, 2000 },
	{ "thp", "1: with transparent huge pages", &opt.thp, 0, 1 },
};

static const struct command_line command_line = {
	numbers, sizeof(numbers) / sizeof(numbers[0]), &opt.seed, &opt.out, &opt.data, true,
};

int main(int argc, char **argv)
{
	struct filler filler = { 0 };
	struct result result = { 0 };
	struct worker *workers;
	unsigned long pages;

	page_size = sysconf(_SC_PAGESIZE);
	options_read(&command_line, argc, argv);
	pages = (unsigned long)sysconf(_SC_PHYS_PAGES) * opt.burst_permille / 1000 / opt.threads;
	filler_open(&filler);
	result_init(&result, pages * opt.threads);
	workers = start_workers(pages);
	/* Only the burst's own faults are to be counted, not those of a program swept out. */
	if (mlockall(MCL_CURRENT) < 0)
		fprintf(stderr, "burst: mlockall: %s; its own pages may be reclaimed\n",
			strerror(errno));
	resident_map();
	for (unsigned long i = 0; i < opt.rounds; i++)
		one_round(&filler, workers, &result, i);
	resident_write(opt.rounds);
	for (unsigned long i = 0; i < opt.threads; i++)
		pthread_join(workers[i].thread, NULL);
	print_result(&result, workers);
	return 0;
}
