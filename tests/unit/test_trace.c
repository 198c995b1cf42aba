// SPDX-License-Identifier: GPL-2.0-or-later
/* From ring-buffer pages to rows: real traces, pages made by hand, and lies. */
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"
#include "tests/unit/trace_formats.h"
#include "trace/vtab.h"

#define REAL "tests/data/runs/6100000000000001-1"
#define LOSSY "tests/data/runs/6120000000000002-1"

static const char header_page[] = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
				  "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
				  "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
				  "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n";

static struct ring_layout layout;

static void use_layout(void)
{
	if (ring_layout_parse(header_page, &layout, NULL) < 0)
		abort();
}

/* --- pages made by hand ------------------------------------------------------------- */

struct page {
	uint8_t bytes[4096];
	size_t len;
};

static void put32(struct page *p, uint32_t v)
{
	memcpy(p->bytes + 16 + p->len, &v, 4);
	p->len += 4;
}

static void event_header(struct page *p, uint32_t type_len, uint32_t delta)
{
	put32(p, type_len | delta << 5);
}

/* An event of type `id` with `words` words of payload, the common fields being two of them. */
static void event(struct page *p, uint32_t delta, uint16_t id, int32_t pid, uint32_t words)
{
	event_header(p, words, delta);
	put32(p, id);
	put32(p, pid);
	for (uint32_t i = 2; i < words; i++)
		put32(p, i);
}

static const void *seal(struct page *p, uint64_t ts, uint64_t flags)
{
	uint64_t commit = p->len | flags;

	memcpy(p->bytes, &ts, 8);
	memcpy(p->bytes + 8, &commit, 8);
	return p->bytes;
}

TEST(time_is_followed_through_all_kinds_of_records)
{
	struct page p = {};
	struct ring_page r;
	struct ring_event ev;

	use_layout();
	event(&p, 10, 1, 5, 3);
	event_header(&p, 30, 7); /* time extend: 3 << 27 | 7 */
	put32(&p, 3);
	event(&p, 1, 2, 5, 2);
	event_header(&p, 29, 4); /* discarded: 8 bytes behind its length */
	put32(&p, 12);
	put32(&p, 0xdead);
	put32(&p, 0xdead);
	event(&p, 0, 3, 5, 2);
	event_header(&p, 31, 9); /* absolute: 4 << 27 | 9 */
	put32(&p, 4);
	event(&p, 2, 4, 5, 2);
	event_header(&p, 29, 0); /* the rest of the page is padding */
	put32(&p, 0xdead);
	EXPECT_INT(ring_page_open(&r, &layout, seal(&p, 1000, 0)), 0);
	EXPECT_INT(ring_page_next(&r, &ev), 1);
	EXPECT_INT(ev.ts, 1010);
	EXPECT_INT(ev.len, 12);
	EXPECT_INT(ring_page_next(&r, &ev), 1);
	EXPECT_INT(ev.ts, 1010 + (3ll << 27) + 7 + 1);
	EXPECT_INT(ring_page_next(&r, &ev), 1);
	EXPECT_INT(ev.ts, 1010 + (3ll << 27) + 7 + 1 + 4);
	EXPECT_INT(ev.data[0], 3);
	EXPECT_INT(ring_page_next(&r, &ev), 1);
	EXPECT_INT(ev.ts, (4ll << 27) + 9 + 2);
	EXPECT_INT(ring_page_next(&r, &ev), 0);
}

TEST(absolute_time_keeps_the_top_bits_of_the_page)
{
	uint64_t top = 5ull << 59;
	struct page p = {};
	struct ring_page r;
	struct ring_event ev;

	use_layout();
	event_header(&p, 31, 1);
	put32(&p, 1);
	event(&p, 0, 1, 5, 2);
	ring_page_open(&r, &layout, seal(&p, top | 100, 0));
	EXPECT_INT(ring_page_next(&r, &ev), 1);
	EXPECT(ev.ts == (top | (1 << 27) | 1));
}

TEST(long_events_have_their_length_in_a_word)
{
	struct page p = {};
	struct ring_page r;
	struct ring_event ev;

	use_layout();
	event_header(&p, 0, 1);
	put32(&p, 4 + 120);
	p.len += 120;
	event(&p, 1, 9, 5, 2);
	ring_page_open(&r, &layout, seal(&p, 0, 0));
	EXPECT_INT(ring_page_next(&r, &ev), 1);
	EXPECT_INT(ev.len, 120);
	EXPECT_INT(ring_page_next(&r, &ev), 1);
	EXPECT_INT(ev.data[0], 9);
	EXPECT_INT(ring_page_next(&r, &ev), 0);
}

TEST(losses_are_read_from_the_page)
{
	struct page p = {};
	struct ring_page r;
	uint64_t lost = 4711;

	use_layout();
	event(&p, 1, 9, 5, 2);
	memcpy(p.bytes + 16 + p.len, &lost, 8);
	EXPECT_INT(ring_page_open(&r, &layout, seal(&p, 0, 3u << 30)), 0);
	EXPECT(r.lost);
	EXPECT_INT(r.n_lost, 4711);
	EXPECT_INT(ring_page_open(&r, &layout, seal(&p, 0, 1u << 31)), 0);
	EXPECT(r.lost);
	EXPECT_INT(r.n_lost, 0);
}

/* Each ends with an error, after the event in front of the lie, and without a read outside. */
TEST(lengths_that_lie_end_the_page)
{
	static const struct {
		uint32_t type, delta, word;
	} lies[] = {
		{ 28, 1, 0 },   /* a plain event longer than the page */
		{ 0, 1, 5000 }, /* a long event that is longer than the page */
		{ 0, 1, 0 },    /* … shorter than its own length word */
		{ 0, 1, 0xffffffff },  { 29, 1, 5000 }, /* a discarded event */
		{ 29, 1, 0xfffffffe }, { 29, 1, 0 },    /* … that would not move on */
	};

	use_layout();
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		struct page p = {};
		struct ring_page r;
		struct ring_event ev;

		event(&p, 1, 9, 5, 2);
		event_header(&p, lies[i].type, lies[i].delta);
		put32(&p, lies[i].word);
		ring_page_open(&r, &layout, seal(&p, 0, 0));
		EXPECT_INT(ring_page_next(&r, &ev), 1);
		EXPECT_INT(ring_page_next(&r, &ev), -1);
		EXPECT(r.why);
		EXPECT_INT(ring_page_next(&r, &ev), 0);
	}
}

TEST(a_page_that_claims_too_much_is_refused)
{
	struct page p = { .len = 4081 };
	struct ring_page r;
	struct ring_event ev;

	use_layout();
	EXPECT_INT(ring_page_open(&r, &layout, seal(&p, 0, 0)), -1);
	EXPECT(r.why);
	EXPECT_INT(ring_page_next(&r, &ev), 0);
}

TEST(header_pages_are_checked)
{
	static const char *const bad[] = {
		"",
		"\tfield: u64 timestamp;\toffset:0;\tsize:8;\n",
		"field: u64 timestamp; offset:0; size:8; field: local_t commit; offset:8; size:8; "
		"field: char data; offset:16; size:4294967295;",
		"field: u64 timestamp; offset:0; size:8; field: local_t commit; offset:8; size:8; "
		"field: char data; offset:12; size:4080;",
		"field: u64 timestamp; offset:4; size:8; field: local_t commit; offset:8; size:8; "
		"field: char data; offset:16; size:4080;",
	};
	struct ring_layout l;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_INT(ring_layout_parse(bad[i], &l, NULL), -1);
	use_layout();
	EXPECT_INT(layout.page_size, 4096);
}

/* --- whole traces ------------------------------------------------------------------------- */

static char *line_of(const struct trace *t, const struct trace_record *rec)
{
	/* The kernel's text rounds to microseconds. */
	return xasprintf("%d %d %llu %s", rec->cpu, rec->pid,
			 (unsigned long long)(rec->ts + 500) / 1000, t->events[rec->event]->name);
}

TEST(a_real_trace_reads_as_the_kernels_own_text_of_it)
{
	const struct trace_filter all = { .event = -1, .cpu = -1, .to_ns = UINT64_MAX };
	_cleanup_trace_ struct trace *t = trace_open(REAL "/guest/trace", NULL);
	_cleanup_fclose_ FILE *want = fopen("tests/data/6100000000000001.txt", "r");
	struct trace_reader *r;
	struct trace_record rec;
	char line[200];
	int n = 0, got;

	EXPECT(t && want);
	EXPECT_INT(trace_survey(t, NULL), 0);
	EXPECT(trace_complete(t));
	r = trace_reader_open(t, &all, NULL);
	while ((got = trace_reader_next(r, &rec, NULL)) > 0 && fgets(line, sizeof(line), want)) {
		_cleanup_free_ char *mine = line_of(t, &rec);

		line[strcspn(line, "\n")] = '\0';
		EXPECT_STR(mine, line);
		n++;
	}
	trace_reader_close(r);
	EXPECT_INT(got, 0);
	EXPECT(!fgets(line, sizeof(line), want));
	EXPECT_INT(n, 881);
}

TEST(losses_of_a_real_trace_are_those_of_its_statistics)
{
	_cleanup_trace_ struct trace *t = trace_open(LOSSY "/guest/trace", NULL);

	EXPECT(t);
	EXPECT_INT(trace_survey(t, NULL), 0);
	EXPECT(!trace_complete(t));
	EXPECT_INT(t->n_cpus, 2);
	EXPECT_INT(t->cpus[0].entries, 512);
	EXPECT_INT(t->cpus[0].overrun, 1177);
	EXPECT_INT(t->cpus[1].entries, 555);
	EXPECT_INT(t->cpus[1].overrun, 931);
}

/* A trace folder of one CPU, with kinds_format. */
static char *make_trace(const void *pages, size_t len)
{
	char *dir = scratch_folder();
	_cleanup_free_ char *header = xasprintf("%s/header_page", dir);
	_cleanup_free_ char *event = xasprintf("%s/events/sys/kinds", dir);
	_cleanup_free_ char *format = xasprintf("%s/format", event);
	_cleanup_free_ char *raw = xasprintf("%s/cpu0.raw", dir);

	if (dir_make(event, NULL) < 0 || file_puts(header, header_page, NULL) < 0 ||
	    file_puts(format, kinds_format, NULL) < 0 || file_write(raw, pages, len, NULL) < 0)
		abort();
	return dir;
}

TEST(damage_costs_what_stands_behind_it_in_its_page)
{
	struct page p[3] = {};
	_cleanup_trace_ struct trace *t = NULL;
	SCRATCH dir = NULL;

	for (int i = 0; i < 3; i++) {
		event(&p[i], 1, 77, 5, 10);
		if (i == 1)
			event_header(&p[i], 28, 1);
		else
			event(&p[i], 1, 77, 5, 10);
	}
	/* Pages without the test's own `len` behind them. */
	uint8_t raw[3 * 4096 + 100] = {};

	for (int i = 0; i < 3; i++)
		memcpy(raw + i * 4096, seal(&p[i], 1000 * (i + 1), 0), 4096);
	dir = make_trace(raw, sizeof(raw));
	t = trace_open(dir, NULL);
	EXPECT(t);
	EXPECT_INT(trace_survey(t, NULL), 0);
	EXPECT_INT(t->cpus[0].entries, 5);
	EXPECT_INT(t->cpus[0].n_damaged, 2); /* page 1 and the half page at the end */
	EXPECT(strstr(t->cpus[0].damage, "cpu0.raw: page 1 at byte 4156: an event is longer"));
	EXPECT(!trace_complete(t));
}

TEST(a_reader_skips_to_what_is_asked_for)
{
	_cleanup_trace_ struct trace *t = trace_open(REAL "/guest/trace", NULL);
	struct trace_filter f = { .cpu = 1, .from_ns = 2000000000, .to_ns = UINT64_MAX };
	struct trace_reader *r;
	struct trace_record rec;
	uint64_t last = 0;
	int n = 0;

	f.event = trace_find(t, "tlb", "tlb_flush");
	EXPECT(f.event >= 0);
	r = trace_reader_open(t, &f, NULL);
	while (trace_reader_next(r, &rec, NULL) > 0) {
		EXPECT_INT(rec.event, f.event);
		EXPECT_INT(rec.cpu, 1);
		EXPECT(rec.ts >= last && rec.ts >= f.from_ns);
		last = rec.ts;
		n++;
	}
	trace_reader_close(r);
	EXPECT(n > 0);
	EXPECT_INT(trace_find(t, "tlb", "nothing"), -1);
}

/* --- SQL --------------------------------------------------------------------------------- */

static sqlite3 *open_sql(void)
{
	struct trace_cache *cache = trace_cache_create();
	sqlite3 *db;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    trace_vtab_register(db, cache) != SQLITE_OK)
		abort();
	trace_cache_release(cache);
	return db;
}

static char *ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	char *ret;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		ret = xstrdup((const char *)sqlite3_column_text(stmt, 0) ?: "NULL");
	else
		ret = xasprintf("error: %s", sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	return ret;
}

#define EXPECT_SQL(db, sql, want)                       \
	do {                                            \
		_cleanup_free_ char *_a = ask(db, sql); \
		EXPECT_STR(_a, want);                   \
	} while (0)

TEST(all_events_can_be_asked_for_in_sql)
{
	sqlite3 *db = open_sql();

	EXPECT_SQL(db, "SELECT count(*) FROM trace('" REAL "')", "881");
	EXPECT_SQL(db, "SELECT count(*) FROM trace('" REAL "') WHERE event = 'tlb_flush'", "669");
	EXPECT_SQL(db,
		   "SELECT count(*) FROM trace('" REAL "') WHERE system = 'vmscan' AND cpu = 0 "
		   "AND ts_ns > 0",
		   "102");
	EXPECT_SQL(db, "SELECT count(*) FROM trace('" REAL "') WHERE event = 'no_such'", "0");
	EXPECT_SQL(db,
		   "SELECT group_concat(DISTINCT json_extract(fields, '$.reason')) "
		   "FROM trace('" REAL "') WHERE event = 'tlb_flush'",
		   "0,3,4,1");
	EXPECT_SQL(db,
		   "SELECT count(*) FROM trace('" REAL "') a JOIN trace('" LOSSY "') b "
		   "ON b.system = 'vmscan' AND b.event = a.event "
		   "WHERE a.event = 'mm_vmscan_kswapd_wake'",
		   "6");
	sqlite3_close(db);
}

TEST(pushed_down_bounds_give_what_sqlite_would_filter)
{
	static const char *const conditions[] = {
		"ts_ns >= 2000000000", "ts_ns > 4000000000 AND ts_ns <= 4500000000",
		"ts_ns = 0",           "ts_ns < 'text'",
		"ts_ns > 'text'",      "ts_ns > -5",
		"ts_ns < 2.5e9",       "cpu = 1",
		"cpu = '1'",           "cpu = 9",
		"ts_ns IS NULL",       "ts_ns > NULL",
	};
	sqlite3 *db = open_sql();

	sqlite3_exec(db,
		     "CREATE TABLE copy(ts_ns INTEGER, cpu INTEGER);"
		     "INSERT INTO copy SELECT ts_ns, cpu FROM trace('" REAL "')",
		     NULL, NULL, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		_cleanup_free_ char *a =
			xasprintf("SELECT count(*) FROM copy WHERE %s", conditions[i]);
		_cleanup_free_ char *b =
			xasprintf("SELECT count(*) FROM trace('" REAL "') WHERE %s", conditions[i]);
		_cleanup_free_ char *want = ask(db, a);

		EXPECT_SQL(db, b, want);
	}
	sqlite3_close(db);
}

TEST(one_event_type_has_its_own_columns)
{
	sqlite3 *db = open_sql();

	sqlite3_exec(db,
		     "CREATE VIRTUAL TABLE temp.begin USING trace_event('" REAL "', 'vmscan', "
		     "'mm_vmscan_direct_reclaim_begin')",
		     NULL, NULL, NULL);
	EXPECT_SQL(db,
		   "SELECT count(*) || ' ' || sum(\"order\") || ' ' || min(gfp_flags) FROM begin",
		   "49 0 1314250");
	EXPECT_SQL(db,
		   "SELECT ts_ns = (SELECT max(ts_ns) FROM begin) FROM begin "
		   "ORDER BY ts_ns DESC LIMIT 1",
		   "1");
	EXPECT_INT(sqlite3_exec(db,
				"CREATE VIRTUAL TABLE temp.x USING trace_event('" REAL "', "
				"'vmscan', 'nothing')",
				NULL, NULL, NULL),
		   SQLITE_ERROR);
	EXPECT(strstr(sqlite3_errmsg(db), "no event vmscan:nothing was recorded"));
	EXPECT_INT(sqlite3_exec(db, "SELECT * FROM trace('/nowhere')", NULL, NULL, NULL),
		   SQLITE_ERROR);
	EXPECT(strstr(sqlite3_errmsg(db), "header_page"));
	sqlite3_close(db);
}

TEST_MAIN
