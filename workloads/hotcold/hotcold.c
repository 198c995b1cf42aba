// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hotcold: does reclaim take what is not used?
 *
 * An anonymous working set larger than memory, written once. A small part of it
 * is hot. Each round
 *	goes over the hot part, in another order each time, and now and then to a
 *	page of the cold part, while a thread streams from a device what nobody
 *	reads again;
 *	idles, while that thread at first goes on;
 *	goes over the hot part once more and times each first touch.
 * A major fault on a hot page is a refault of it: it had been swapped out.
 *
 * Each page carries its number and how often it was written; both are checked at
 * each touch, and the whole pattern of all pages at the end. Work is fixed, so
 * that fast and slow hosts put the same pressure on memory.
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
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "memory.h"
#include "mix.h"
#include "mm.h"
#include "options.h"
#include "result.h"

#define CHUNK (1u << 18)
#define STACK (64u << 10)
#define WORDS 128 /* of each page's pattern: the rest stays zero, so that pages compress */

static struct options {
	const char *data, *out;
	unsigned long ws_permille, hot_permille, cold_every, stream_permille, idle_stream_permille;
	unsigned long rounds, passes, idle_ms;
	uint64_t seed;
} opt = {
	.ws_permille = 1300,
	.hot_permille = 200,
	.cold_every = 16,
	.stream_permille = 300,
	.idle_stream_permille = 300,
	.rounds = 3,
	.passes = 2,
	.idle_ms = 1500,
};

static size_t page_size;

static uint64_t rng_state;

static unsigned long random_below(unsigned long n)
{
	return (unsigned long)(mix_next(&rng_state) % n);
}

/* --- the working set -------------------------------------------------------- */

static struct {
	uint64_t *words;
	unsigned long pages, hot; /* the hot ones are spread among the rest */
	uint32_t *version;        /* how often each was written */
	uint32_t *order;          /* hot pages, shuffled anew for each pass */
} ws;

static uint64_t *page_at(unsigned long page)
{
	return ws.words + page * (page_size / sizeof(*ws.words));
}

static unsigned long hot_page(unsigned long i)
{
	return i * (ws.pages / ws.hot);
}

static bool is_hot(unsigned long page)
{
	unsigned long step = ws.pages / ws.hot;

	return page % step == 0 && page / step < ws.hot;
}

/* Word 0 is written at each touch; the others stay what they were first. */
static uint64_t word_of(unsigned long page, unsigned int i, uint32_t version)
{
	return mix(opt.seed ^ ((uint64_t)page << 20 | i)) + (i ? 0 : version);
}

static void wrong(unsigned long page, unsigned int word, uint64_t got)
{
	fail("page %lu word %u, written %" PRIu32 " times, has %016" PRIx64 ", not %016" PRIx64,
	     page, word, ws.version[page], got, word_of(page, word, ws.version[page]));
}

static void touch(unsigned long page)
{
	volatile uint64_t *words = page_at(page);
	uint64_t got = words[0];

	if (got != word_of(page, 0, ws.version[page]))
		wrong(page, 0, got);
	words[0] = word_of(page, 0, ++ws.version[page]);
}

static void check_page(unsigned long page)
{
	for (unsigned int i = 0; i < WORDS; i++) {
		uint64_t got = page_at(page)[i];

		if (got != word_of(page, i, ws.version[page]))
			wrong(page, i, got);
	}
}

static void ws_map(void)
{
	unsigned long phys = (unsigned long)sysconf(_SC_PHYS_PAGES);

	ws.pages = phys * opt.ws_permille / 1000;
	ws.hot = phys * opt.hot_permille / 1000;
	if (!ws.hot || ws.pages < 2 * ws.hot)
		fail("%lu hot pages of %lu: at least one, and half of them at most", ws.hot,
		     ws.pages);
	ws.version = map(ws.pages * sizeof(*ws.version));
	ws.order = map(ws.hot * sizeof(*ws.order));
	for (unsigned long i = 0; i < ws.hot; i++)
		ws.order[i] = (uint32_t)i;
	memset(ws.version, 0, ws.pages * sizeof(*ws.version));
}

static void ws_write(void)
{
	ws.words = map(ws.pages * page_size);
	madvise(ws.words, ws.pages * page_size, MADV_NOHUGEPAGE);
	for (unsigned long page = 0; page < ws.pages; page++) {
		for (unsigned int i = 0; i < WORDS; i++)
			page_at(page)[i] = word_of(page, i, 0);
	}
}

static void shuffle(void)
{
	for (unsigned long i = ws.hot; i > 1; i--) {
		unsigned long j = random_below(i);
		uint32_t swap = ws.order[i - 1];

		ws.order[i - 1] = ws.order[j];
		ws.order[j] = swap;
	}
}

/* --- the reader -------------------------------------------------------------- */

static pthread_barrier_t start_line, finish_line;

static void stream(int fd, uint64_t size, uint64_t *pos, char *buffer, unsigned long permille)
{
	uint64_t bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * page_size / 1000 * permille;

	for (uint64_t done = 0; done < bytes; done += CHUNK) {
		if (*pos + CHUNK > size)
			*pos = 0;
		if (pread(fd, buffer, CHUNK, (off_t)*pos) != (ssize_t)CHUNK)
			fail("read %s: %s", opt.data, strerror(errno));
		*pos += CHUNK;
	}
}

static void *reader(void *buffer)
{
	int fd = open(opt.data, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	uint64_t pos;

	if (size < (off_t)CHUNK)
		fail("%s: %s", opt.data, fd < 0 ? strerror(errno) : "too small");
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	pos = mix(opt.seed) % ((uint64_t)size / CHUNK) * CHUNK;
	for (unsigned long r = 0; r < opt.rounds; r++) {
		pthread_barrier_wait(&start_line);
		stream(fd, (uint64_t)size, &pos, buffer, opt.stream_permille);
		pthread_barrier_wait(&finish_line);
		stream(fd, (uint64_t)size, &pos, buffer, opt.idle_stream_permille);
		pthread_barrier_wait(&finish_line);
	}
	close(fd);
	return NULL;
}

static pthread_t start_reader(void)
{
	char *buffer = map(CHUNK);
	pthread_attr_t attr;
	pthread_t t;

	memset(buffer, 1, CHUNK);
	/* mlockall() takes all of a stack, used or not. */
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_barrier_init(&start_line, NULL, 2);
	pthread_barrier_init(&finish_line, NULL, 2);
	if (pthread_create(&t, &attr, reader, buffer) != 0)
		fail("start a thread: %s", strerror(errno));
	return t;
}

/* --- rounds ------------------------------------------------------------------- */

static struct {
	uint64_t touches, work_ns;
	uint64_t hot_refaults, first_refaults, wake_refaults, cold_faults;
	uint64_t idle_cpu_ms;
	uint32_t *wake_ns; /* each first touch after an idle phase */
	size_t n_wakes;
	struct vmstat work, idle, wake;
} res;

/* Of this thread: pages that had to be read from swap. */
static uint64_t major_faults(void)
{
	struct rusage u;

	getrusage(RUSAGE_THREAD, &u);
	return (uint64_t)u.ru_majflt;
}

static void touch_cold(void)
{
	uint64_t before = major_faults();
	unsigned long page;

	do
		page = random_below(ws.pages);
	while (is_hot(page));
	touch(page);
	res.cold_faults += major_faults() - before;
	res.touches++;
}

static void hot_pass(void)
{
	shuffle();
	for (unsigned long i = 0; i < ws.hot; i++) {
		if (opt.cold_every && i % opt.cold_every == 0)
			touch_cold();
		touch(hot_page(ws.order[i]));
		res.touches++;
	}
}

static void work(void)
{
	struct vmstat before = read_vmstat();
	uint64_t faults = major_faults(), cold = res.cold_faults, began = now_ns();

	pthread_barrier_wait(&start_line);
	for (unsigned long i = 0; i < opt.passes; i++)
		hot_pass();
	res.work_ns += now_ns() - began;
	res.hot_refaults += major_faults() - faults - (res.cold_faults - cold);
	pthread_barrier_wait(&finish_line);
	add_delta(&res.work, &before);
}

/* All CPUs' time that was not idle, in ms; reading it is a part of it, twice the same. */
static uint64_t busy_ms(void)
{
	uint64_t v[8] = { 0 };
	FILE *f = fopen("/proc/stat", "r");
	int n = f ? fscanf(f,
			   "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
			   " %" SCNu64 " %" SCNu64 " %" SCNu64,
			   &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7])
		  : 0;

	if (n != 8)
		fail("/proc/stat: no line of all CPUs");
	fclose(f);
	return (v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

static void idle(void)
{
	struct vmstat before = read_vmstat();
	uint64_t busy;

	pthread_barrier_wait(&finish_line);
	busy = busy_ms();
	sleep_ms(opt.idle_ms);
	res.idle_cpu_ms += busy_ms() - busy;
	add_delta(&res.idle, &before);
}

static void wake(void)
{
	struct vmstat before = read_vmstat();
	uint64_t faults = major_faults(), t;

	shuffle();
	t = now_ns();
	for (unsigned long i = 0; i < ws.hot; i++) {
		uint64_t later, ns;

		touch(hot_page(ws.order[i]));
		later = now_ns();
		ns = later - t;
		res.wake_ns[res.n_wakes++] = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
		t = later;
	}
	res.wake_refaults += major_faults() - faults;
	add_delta(&res.wake, &before);
}

/* --- results -------------------------------------------------------------------- */

static uint32_t wake_quantile(double q)
{
	return result_quantile(res.wake_ns, res.n_wakes, q);
}

/* Pages looked at for one that was freed, by kswapd and by who allocates. */
static double scanned_per_stolen(void)
{
	const struct vmstat *s[] = { &res.work, &res.idle, &res.wake };
	double scanned = 0, stolen = 0;

	for (size_t i = 0; i < 3; i++) {
		scanned += (double)(s[i]->v[PGSCAN_DIRECT] + s[i]->v[PGSCAN_KSWAPD]);
		stolen += (double)(s[i]->v[PGSTEAL_DIRECT] + s[i]->v[PGSTEAL_KSWAPD]);
	}
	return stolen > 0 ? scanned / stolen : 0;
}

static void print_result(void)
{
	FILE *out = result_open(opt.out);

	result_sort(res.wake_ns, res.n_wakes);
	fprintf(out, "{\n  \"ws_pages\": %lu,\n  \"hot_pages\": %lu,\n", ws.pages, ws.hot);
	fprintf(out, "  \"touches\": %" PRIu64 ",\n  \"touches_per_s\": %.1f,\n", res.touches,
		(double)res.touches * (double)NS_PER_S / (double)res.work_ns);
	fprintf(out,
		"  \"hot_refaults\": %" PRIu64 ",\n  \"first_refaults\": %" PRIu64
		",\n  \"wake_refaults\": %" PRIu64 ",\n  \"cold_faults\": %" PRIu64 ",\n",
		res.hot_refaults, res.first_refaults, res.wake_refaults, res.cold_faults);
	fprintf(out,
		"  \"wake_ns\": {\"p50\": %" PRIu32 ", \"p99\": %" PRIu32 ", \"p999\": %" PRIu32
		", \"max\": %" PRIu32 "},\n",
		wake_quantile(0.5), wake_quantile(0.99), wake_quantile(0.999), wake_quantile(1));
	print_vmstat(out, "work", &res.work);
	print_vmstat(out, "idle", &res.idle);
	print_vmstat(out, "wake", &res.wake);
	fprintf(out,
		"  \"allocstall\": %" PRIu64 ",\n  \"scanned_per_stolen\": %.4f,\n"
		"  \"idle_cpu_ms\": %" PRIu64 "\n}\n",
		res.work.v[ALLOCSTALL] + res.wake.v[ALLOCSTALL], scanned_per_stolen(),
		res.idle_cpu_ms);
	result_close(out, opt.out);
}

/* --- command line ---------------------------------------------------------------- */

static const struct number_option numbers[] = {
	{ "ws-permille", "working set, in 1/1000 of the memory", &opt.ws_permille, 10, 10000 },
	{ "hot-permille", "its hot part, in 1/1000 of the memory", &opt.hot_permille, 1, 5000 },
	{ "cold-every", "one cold page for so many hot ones; 0: none", &opt.cold_every, 0,
	  1000000 },
	{ "stream-permille", "read from the device in a round, in 1/1000 of the memory",
	  &opt.stream_permille, 0, 100000 },
	{ "idle-stream-permille", "and at the beginning of its idle phase",
	  &opt.idle_stream_permille, 0, 100000 },
	{ "rounds", "work, idle, first touch: how often", &opt.rounds, 1, 1000 },
	{ "passes", "over the hot part, in each round", &opt.passes, 1, 1000 },
	{ "idle-ms", "quiet time of each round", &opt.idle_ms, 0, 3600000 },
};

static const struct command_line command_line = {
	numbers, sizeof(numbers) / sizeof(numbers[0]), &opt.seed, &opt.out, &opt.data, true,
};

int main(int argc, char **argv)
{
	pthread_t thread;

	page_size = (size_t)sysconf(_SC_PAGESIZE);
	options_read(&command_line, argc, argv);
	rng_state = opt.seed;
	ws_map();
	res.wake_ns = map(ws.hot * opt.rounds * sizeof(*res.wake_ns));
	thread = start_reader();
	/* Only the working set is to be swapped, not what measures it. */
	if (mlockall(MCL_CURRENT) < 0)
		fail("mlockall: %s", strerror(errno));
	ws_write();
	for (unsigned long i = 0; i < opt.rounds; i++) {
		work();
		if (i == 0)
			res.first_refaults = res.hot_refaults;
		idle();
		wake();
	}
	pthread_join(thread, NULL);
	for (unsigned long page = 0; page < ws.pages; page++)
		check_page(page);
	print_result();
	return 0;
}
