// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fragment: memory that is in use a little everywhere.
 *
 *	fills memory with small pages, each with contents of its own, and rests;
 *	frees of them at random until so many are left, and pins a few;
 *	goes on for a while, checking pages and writing some anew, and, as churn,
 *	giving pages back and taking others; here a policy may make room;
 *	asks for huge pages, and times how long it takes until they are there;
 *	checks every page.
 *
 * What it reports is JSON.  Contents that are not what was written are user
 * data that was lost, and end it with EX_DATAERR whatever else went well.
 */
#include <sysexits.h>

#include "arena.h"
#include "clock.h"
#include "huge.h"
#include "latency.h"
#include "options.h"
#include "pins.h"
#include "result.h"
#include "vmstat.h"

/* --- what to do ------------------------------------------------------------- */

static struct options {
	const char *data, *out;
	unsigned long keep_percent, uneven, leave_kb, hold_ms, batch, think_us, write_percent,
		churn_permille;
	unsigned long pins, direct, direct_pages, huge, huge_timeout_ms, corrupt;
	uint64_t seed;
} opt = {
	.keep_percent = 30,
	.leave_kb = 4096,
	.hold_ms = 10000,
	.batch = 32,
	.think_us = 2000,
	.write_percent = 20,
	.pins = 4,
	.direct = 2,
	.direct_pages = 8,
	.huge = 16,
	.huge_timeout_ms = 5000,
};

#define REST_MS 600

enum { CORRUPT_NONE, CORRUPT_LIVE, CORRUPT_SPLICED };

/* --- /proc/vmstat ------------------------------------------------------------- */

/* What moving pages costs, whoever does it. */
static const char *const events[] = {
	"pgmigrate_success",    "pgmigrate_fail", "compact_migrate_scanned",
	"compact_free_scanned", "compact_stall",  "compact_success",
};

#define N_EVENTS (sizeof(events) / sizeof(events[0]))

struct vmstat {
	uint64_t v[N_EVENTS];
};

static struct vmstat read_vmstat(void)
{
	struct vmstat s;

	vmstat_read(events, N_EVENTS, s.v);
	return s;
}

/* --- the work ----------------------------------------------------------------- */

/*
 * From when memory is full: who watches it meanwhile may make room as soon as
 * pages are freed, before all of them are.
 */
struct room {
	uint64_t begin_ns, end_ns;
	struct vmstat before, after;
};

struct hold {
	uint64_t begin_ns, end_ns;
	uint64_t replaced;
	struct latency *op;
};

/* One page at random: looked at, and now and then written anew or exchanged for another. */
static void operate(struct arena *a, struct hold *h)
{
	uint32_t i = arena_random(a, a->live);

	arena_check(a, a->order[i]);
	if (a->holes && arena_random(a, 1000) < opt.churn_permille) {
		arena_free(a, i);
		arena_grow(a, arena_random(a, a->holes));
		h->replaced++;
	} else if (arena_random(a, 100) < opt.write_percent) {
		arena_write(a, a->order[i]);
	}
}

/* A batch, one clock reading an operation: the end of one is the beginning of the next. */
static uint64_t work(struct arena *a, struct hold *h)
{
	uint64_t t = now_ns();

	for (unsigned long i = 0; i < opt.batch; i++) {
		uint64_t later;

		operate(a, h);
		later = now_ns();
		latency_add(h->op, later - t);
		t = later;
	}
	return t;
}

/* For the tests of this very program: one bit, behind the back of the books. */
static void corrupt(struct arena *a, const struct splice *s)
{
	uint32_t page = opt.corrupt == CORRUPT_SPLICED ? s->pages[0] : a->order[0];

	arena_at(a, page)[PAGE / 2] ^= 1;
}

/* Batches with pauses between them: policies that wait for an idle moment are to have some. */
static void hold(struct arena *a, const struct splice *s, struct hold *h)
{
	uint64_t now, end;

	h->begin_ns = now = now_ns();
	end = now + opt.hold_ms * 1000000ull;
	while (now < end) {
		now = work(a, h);
		sleep_ns(opt.think_us * 1000ull);
	}
	h->end_ns = now;
	if (opt.corrupt)
		corrupt(a, s);
}

/* What is full is to be seen so: by the next reading of who samples it, every half second. */
static void rest(struct room *room)
{
	room->before = read_vmstat();
	room->begin_ns = now_ns();
	sleep_ns(REST_MS * 1000000ull);
}

/* --- results -------------------------------------------------------------------- */

struct result {
	uint32_t filled, kept;
	struct room room;
	struct hold hold;
	unsigned long transfers;
	struct huge huge;
	struct stamps stamps;
};

static void print_room(FILE *out, const struct room *r)
{
	fprintf(out, "  \"room\": {\"begin_ns\": %" PRIu64 ", \"end_ns\": %" PRIu64, r->begin_ns,
		r->end_ns);
	for (size_t i = 0; i < N_EVENTS; i++)
		fprintf(out, ", \"%s\": %" PRIu64, events[i], r->after.v[i] - r->before.v[i]);
	fputs("},\n", out);
}

static void print_hold(FILE *out, const struct hold *h)
{
	double s = (double)(h->end_ns - h->begin_ns) / 1e9;

	fprintf(out,
		"  \"hold\": {\"begin_ns\": %" PRIu64 ", \"end_ns\": %" PRIu64 ", \"ops\": %" PRIu64
		", \"ops_per_s\": %.1f, \"replaced\": %" PRIu64 "},\n",
		h->begin_ns, h->end_ns, h->op->n, (double)h->op->n / s, h->replaced);
	latency_print(out, "op_ns", h->op);
}

static void print_result(const struct result *r)
{
	FILE *out = result_open(opt.out);

	fprintf(out, "{\n  \"filled_pages\": %u,\n  \"kept_pages\": %u,\n", r->filled, r->kept);
	print_room(out, &r->room);
	print_hold(out, &r->hold);
	fprintf(out, "  \"direct_transfers\": %lu,\n", r->transfers);
	fprintf(out,
		"  \"huge\": {\"wanted\": %lu, \"got\": %lu, \"fell_back\": %lu, "
		"\"first_ns\": %" PRIu64 ", \"all_ns\": %" PRIu64 "},\n",
		r->huge.wanted, r->huge.got, r->huge.fell_back, r->huge.first_ns, r->huge.all_ns);
	fprintf(out, "  \"contents\": {\"checked\": %lu, \"bad\": %lu}\n}\n", r->stamps.checked,
		r->stamps.bad);
	result_close(out, opt.out);
}

/* --- command line ----------------------------------------------------------------- */

static const struct number_option numbers[] = {
	{ "keep-percent", "of the pages are left", &opt.keep_percent, 1, 100 },
	{ "uneven", "percent of that more here, and less there", &opt.uneven, 0, 100 },
	{ "leave-kb", "free above the high watermarks when memory is full", &opt.leave_kb, 0,
	  1ul << 40 },
	{ "hold-ms", "the time in which a policy may make room", &opt.hold_ms, 1, 3600000 },
	{ "batch", "operations between two pauses", &opt.batch, 1, 1000000 },
	{ "think-us", "a pause", &opt.think_us, 0, 10000000 },
	{ "write-percent", "of the pages that are checked are written anew", &opt.write_percent, 0,
	  100 },
	{ "churn-permille", "are given back, and others taken", &opt.churn_permille, 0, 1000 },
	{ "pins", "pages in a pipe, by vmsplice", &opt.pins, 0, 256 },
	{ "direct", "threads that write and read pages by O_DIRECT", &opt.direct, 0, 64 },
	{ "direct-pages", "of each of them", &opt.direct_pages, 1, 1024 },
	{ "huge", "huge pages that are asked for at the end", &opt.huge, 0, 1ul << 20 },
	{ "huge-timeout-ms", "how long they are waited for", &opt.huge_timeout_ms, 0, 3600000 },
	{ "corrupt", "a bit of: 1 a live page, 2 a spliced one; to see it found", &opt.corrupt, 0,
	  2 },
};

static const struct command_line command_line = {
	numbers, sizeof(numbers) / sizeof(numbers[0]), &opt.seed, &opt.out, &opt.data, false,
};

static void parse_options(int argc, char **argv)
{
	options_read(&command_line, argc, argv);
	if (opt.direct && !opt.data)
		options_usage(&command_line);
	if (opt.keep_percent * (100 + opt.uneven) > 10000)
		fail("--uneven %lu: more than all pages would be left", opt.uneven);
	if (opt.corrupt == CORRUPT_SPLICED && !opt.pins)
		fail("--corrupt 2: there is no spliced page");
}

/* --- the order of things ------------------------------------------------------------ */

static void run(struct arena *a, struct result *r)
{
	static atomic_bool stop;
	struct splice spliced = { 0 };
	struct direct *direct;

	rest(&r->room);
	arena_thin(a, opt.keep_percent, opt.uneven);
	r->kept = a->live;
	splice_begin(&spliced, a, opt.pins);
	direct = direct_begin(a, opt.data, opt.direct, opt.direct_pages, &stop);
	hold(a, &spliced, &r->hold);
	r->room.end_ns = r->hold.end_ns;
	r->room.after = read_vmstat();
	if (opt.huge)
		huge_measure(&r->huge, opt.huge, opt.huge_timeout_ms);
	atomic_store(&stop, true);
	r->transfers = direct_end(direct, opt.direct);
	splice_end(&spliced, a);
	arena_check_all(a);
}

int main(int argc, char **argv)
{
	static struct latency op;
	static struct result result = { .hold = { .op = &op } };
	const uint32_t most = (uint32_t)sysconf(_SC_PHYS_PAGES);
	struct arena arena;

	parse_options(argc, argv);
	result.stamps.seed = opt.seed;
	arena_init(&arena, &result.stamps, most);
	/* The books aren't to be what is reclaimed or moved; the arena, which comes later, is. */
	if (mlockall(MCL_CURRENT | MCL_ONFAULT) < 0)
		fprintf(stderr, "mlockall: %s\n", strerror(errno));
	if (munlock(arena.base, (size_t)most * PAGE) < 0)
		fail("munlock: %s", strerror(errno));
	if (opt.huge)
		huge_enable();
	arena_fill(&arena, most, opt.leave_kb * 1024 / PAGE);
	result.filled = arena.pages;
	run(&arena, &result);
	print_result(&result);
	if (!result.stamps.bad)
		return 0;
	fprintf(stderr, "%lu of %lu checks found contents that nobody wrote\n", result.stamps.bad,
		result.stamps.checked);
	return EX_DATAERR;
}
