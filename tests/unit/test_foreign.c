// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Traces of other machines: both byte orders, longs of 4 and 8 bytes, sub-buffers of every size,
 * both versions of trace.dat, compressed or not, clocks that don't count nanoseconds.  What must
 * be read is known, for the traces are made by hand; trace-cmd reads the same files.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/progress.h"
#include "exchange/exchange.h"
#include "tests/unit/dat7.h"
#include "tests/unit/hand_trace.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"
#include "trace/json.h"

/* Longs and what follows them stand elsewhere on a machine whose longs have 4 bytes. */
#define FORMAT(long_size, list, text, loc)                                              \
	"name: foreign\nID: 300\nformat:\n"                                             \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"          \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"          \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"  \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"                    \
	"\tfield:int order;\toffset:8;\tsize:4;\tsigned:1;\n"                           \
	"\tfield:short small;\toffset:12;\tsize:2;\tsigned:1;\n"                        \
	"\tfield:unsigned char tiny;\toffset:14;\tsize:1;\tsigned:0;\n"                 \
	"\tfield:unsigned long addr;\toffset:16;\tsize:" #long_size ";\tsigned:0;\n"    \
	"\tfield:u64 wide;\toffset:" #list ";\tsize:8;\tsigned:0;\n"                    \
	"\tfield:char comm[16];\toffset:" #text ";\tsize:16;\tsigned:0;\n"              \
	"\tfield:__data_loc char[] name;\toffset:" #loc ";\tsize:4;\tsigned:0;\n\n"     \
	"print fmt: \"order=%d small=%d tiny=%d addr=%lx wide=%llx comm=%s name=%s\", " \
	"REC->order, REC->small, REC->tiny, REC->addr, REC->wide, REC->comm, __get_str(name)\n"

static const char format_8[] = FORMAT(8, 24, 32, 48);
static const char format_4[] = FORMAT(4, 24, 32, 48);

#define FIELDS \
	"small=0xfffe tiny=200 addr=0xdeadbeef wide=0x1122334455667788 comm=fio name=a_long_name"

/* Deltas, one too long for 27 bits, absolute stamps, a discarded event, many pages. */
static const struct hand_event some[] = {
	{ 0, 1000000001, 42, "foreign", "order=1 " FIELDS },
	{ 1, 1000000002, 43, "foreign", "order=2 " FIELDS },
	{ 0, 1000000003, 42, "foreign", "order=3 " FIELDS, .padding = 24 },
	{ 0, 1900000004, 42, "foreign", "order=4 " FIELDS }, /* a time extend */
	{ 1, 1900000005, 4194304, "foreign", "order=-5 " FIELDS, .absolute = true },
	{ 0, 1900000006, 42, "foreign", "order=6 " FIELDS, .absolute = true },
	{ 0, 1900000007, 42, "foreign", "order=7 " FIELDS },
	{ 1, 9900000008, 43, "foreign", "order=8 " FIELDS },
};

static const struct trace_machine machines[] = {
	{ false, 8 },
	{ false, 4 },
	{ true, 8 },
	{ true, 4 },
};

/* What reads as "addr" and so on must be, in any order of bytes. */
static const char json_rest[] =
	"\"small\":-2,\"tiny\":200,\"addr\":3735928559,\"wide\":1234605616436508552,"
	"\"comm\":\"fio\",\"name\":\"a_long_name\"}";

static char *make_folder(void)
{
	progress_init(QUIET);
	return scratch_folder();
}

/* A run directory FOLDER/run with a trace of that machine. */
static void make_run(const char *folder, const struct trace_machine *m, uint32_t page_size,
		     const struct hand_event *events, size_t n, const char *clock)
{
	_cleanup_free_ char *trace = xasprintf("%s/run/guest/trace", folder);
	_cleanup_free_ char *event = xasprintf("%s/events/sys/foreign", trace);
	_cleanup_free_ char *format = xasprintf("%s/format", event);
	_cleanup_free_ char *name = xasprintf("%s/clock", trace);
	_cleanup_free_ char *header = xasprintf("%s/header_event", trace);

	dir_remove(trace, NULL);
	hand_folder(trace, m, page_size);
	if (dir_make(event, NULL) < 0 ||
	    file_puts(format, m->long_size == 4 ? format_4 : format_8, NULL) < 0 ||
	    file_puts(name, clock, NULL) < 0 ||
	    file_puts(header, "# compressed entry header\n", NULL) < 0)
		abort();
	hand_pages(trace, events, n);
}

/* "CPU PID SECONDS ORDER" of each event. */
static char *expected(const struct hand_event *events, size_t n)
{
	struct strbuf out = {};

	strbuf_puts(&out, "");
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&out, "%03d %d %llu.%09llu %ld\n", events[i].cpu, events[i].pid,
			      (unsigned long long)events[i].ns / 1000000000,
			      (unsigned long long)events[i].ns % 1000000000,
			      strtol(events[i].fields + strlen("order="), NULL, 10));
	return strbuf_steal(&out);
}

/* The same as we read it; the other fields are checked by the way. */
static char *ours(const char *path)
{
	const struct trace_filter all = { .event = -1, .cpu = -1, .to_ns = UINT64_MAX };
	_cleanup_trace_ struct trace *t = trace_open(path, NULL);
	struct trace_reader *r = t ? trace_reader_open(t, &all, NULL) : NULL;
	_cleanup_strbuf_ struct strbuf scratch = {}, json = {};
	struct trace_record rec;
	struct strbuf out = {};

	strbuf_puts(&out, "");
	while (r && trace_reader_next(r, &rec, NULL) > 0) {
		json.len = 0;
		trace_json(t->events[rec.event], rec.data, rec.len, &scratch, &json);
		strbuf_printf(&out, "%03d %d %llu.%09llu %d\n", rec.cpu, rec.pid,
			      (unsigned long long)rec.ts / 1000000000,
			      (unsigned long long)rec.ts % 1000000000,
			      atoi(json.data + strlen("{\"order\":")));
		if (!str_ends(json.data, json_rest))
			strbuf_printf(&out, "but %s\n", json.data);
	}
	trace_reader_close(r);
	return strbuf_steal(&out);
}

static char *shell(const char *script, const char *arg)
{
	char *argv[] = { "sh", "-c", (char *)script, "sh", (char *)arg, NULL };
	char *out = NULL;

	return proc_output(argv, &out, NULL) < 0 ? xstrdup("failed") : out;
}

/* trace-cmd calls a task without a name <...>, and a short of -2 is 65534 to its %d. */
static char *theirs(const char *dat)
{
	return shell(
		"trace-cmd report -t \"$1\" 2>/dev/null | sed -n "
		"'s/^ *[^ ]*-\\(-*[0-9]*\\) *\\[\\([0-9]*\\)\\] *\\([0-9.]*\\): foreign: "
		"*order=\\([-0-9]*\\) small=65534 tiny=200 addr=deadbeef wide=1122334455667788 "
		"comm=fio name=a_long_name$/\\2 \\1 \\3 \\4/p'",
		dat);
}

/* By trace-cmd, which knows machines of our own byte order and zstd; or by dat7.h. */
static char *convert(const char *dat, const char *codec, bool by_trace_cmd)
{
	_cleanup_free_ char *script =
		xasprintf("trace-cmd convert -i \"$1\" -o \"$1.7\" --file-version 7 "
			  "--compression %s >/dev/null 2>&1; true",
			  codec);
	char *to = xasprintf("%s.7", dat);

	if (by_trace_cmd)
		free(shell(script, dat));
	else
		dat7_write(dat, to, codec);
	return to;
}

/* --- machines -------------------------------------------------------------------------------- */

TEST(every_machine_reads_as_it_was_written)
{
	SCRATCH folder = make_folder();
	_cleanup_free_ char *run = xasprintf("%s/run", folder),
			    *dat = xasprintf("%s/t.dat", folder);
	_cleanup_free_ char *trace = xasprintf("%s/guest/trace", run);
	_cleanup_free_ char *want = expected(some, ARRAY_SIZE(some));

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		_cleanup_free_ char *folder_says = NULL, *dat_says = NULL, *they_say = NULL;

		make_run(folder, &machines[i], 4096, some, ARRAY_SIZE(some), "mono\n");
		folder_says = ours(trace);
		EXPECT_STR(folder_says, want);
		EXPECT_INT(export_dat(run, dat, NULL), 0);
		dat_says = ours(dat);
		EXPECT_STR(dat_says, want);
		they_say = theirs(dat);
		EXPECT_STR(they_say, want);
	}
}

TEST(version_7_of_every_machine_and_codec)
{
	static const struct {
		const char *codec;
		bool by_trace_cmd;
	} writers[] = { { "none", true }, { "zstd", true }, { "zstd", false }, { "zlib", false } };
	SCRATCH folder = make_folder();
	_cleanup_free_ char *run = xasprintf("%s/run", folder),
			    *dat = xasprintf("%s/t.dat", folder);
	_cleanup_free_ char *want = expected(some, ARRAY_SIZE(some));

	for (size_t i = 0; i < ARRAY_SIZE(machines) * ARRAY_SIZE(writers); i++) {
		const struct trace_machine *m = &machines[i / ARRAY_SIZE(writers)];
		const char *codec = writers[i % ARRAY_SIZE(writers)].codec;
		bool by_trace_cmd = writers[i % ARRAY_SIZE(writers)].by_trace_cmd;
		_cleanup_free_ char *path = NULL, *got = NULL, *they_say = NULL;

		if (by_trace_cmd && m->big_endian)
			continue;
		make_run(folder, m, 4096, some, ARRAY_SIZE(some), "mono\n");
		EXPECT_INT(export_dat(run, dat, NULL), 0);
		path = convert(dat, codec, by_trace_cmd);
		got = ours(path);
		if (!streq(got, want))
			FAIL("machine %zu, writer %zu: %s", i / ARRAY_SIZE(writers),
			     i % ARRAY_SIZE(writers), got);
		they_say = streq(codec, "zlib") ? xstrdup(want) : theirs(path);
		if (!streq(they_say, want))
			FAIL("machine %zu, writer %zu, as trace-cmd reads it: %s",
			     i / ARRAY_SIZE(writers), i % ARRAY_SIZE(writers), they_say);
		unlink(path);
	}
}

/* --- sub-buffers ----------------------------------------------------------------------------- */

#define MANY 30000

static struct hand_event *many_events(void)
{
	struct hand_event *events = xcalloc(MANY, sizeof(*events));

	for (int i = 0; i < MANY; i++)
		events[i] = (struct hand_event){
			.cpu = i % 2,
			.ns = 1000000000 + (uint64_t)i * (i % 1000 == 7 ? 300000 : 1000),
			.pid = i,
			.name = "foreign",
			.fields = "order=9 " FIELDS,
			.absolute = i % 100 == 3,
		};
	for (int i = 1; i < MANY; i++) {
		if (events[i].ns <= events[i - 1].ns)
			events[i].ns = events[i - 1].ns + 1;
	}
	return events;
}

TEST(sub_buffers_of_every_size)
{
	SCRATCH folder = make_folder();
	_cleanup_free_ char *run = xasprintf("%s/run", folder),
			    *dat = xasprintf("%s/t.dat", folder);
	_cleanup_free_ char *trace = xasprintf("%s/guest/trace", run);
	_cleanup_free_ struct hand_event *events = many_events();
	_cleanup_free_ char *want = expected(events, MANY);

	for (uint32_t size = 4096; size <= 1u << 20; size *= 4) {
		const struct trace_machine *m = &machines[size == 64u << 10 ? 3 : 0];
		_cleanup_free_ char *folder_says = NULL, *dat_says = NULL, *they_say = NULL;

		make_run(folder, m, size, events, MANY, "mono\n");
		folder_says = ours(trace);
		if (!streq(folder_says, want))
			FAIL("sub-buffers of %u bytes in a folder", size);
		EXPECT_INT(export_dat(run, dat, NULL), 0);
		dat_says = ours(dat);
		if (!streq(dat_says, want))
			FAIL("sub-buffers of %u bytes in a trace.dat", size);
		they_say = theirs(dat);
		if (!streq(they_say, want))
			FAIL("sub-buffers of %u bytes as trace-cmd reads them", size);
	}
}

/* --- clocks ---------------------------------------------------------------------------------- */

/* Our run with a scale → trace.dat with options → what all readers say. */
static void check_scale(const char *clock, const char *scale, const struct hand_event *want,
			size_t n)
{
	SCRATCH folder = make_folder();
	_cleanup_free_ char *run = xasprintf("%s/run", folder),
			    *dat = xasprintf("%s/t.dat", folder);
	_cleanup_free_ char *file = xasprintf("%s/guest/trace/scale", run), *path = NULL;
	_cleanup_free_ char *lines = expected(want, n), *id = NULL, *imported = NULL;
	_cleanup_free_ char *they = NULL, *dat_says = NULL, *seven = NULL, *run_says = NULL;
	bool present;

	make_run(folder, &machines[0], 4096, some, ARRAY_SIZE(some), clock);
	EXPECT_INT(file_puts(file, scale, NULL), 0);
	EXPECT_INT(export_dat(run, dat, NULL), 0);
	they = theirs(dat);
	EXPECT_STR(they, lines);
	dat_says = ours(dat);
	EXPECT_STR(dat_says, lines);
	path = convert(dat, "zstd", true);
	seven = ours(path);
	EXPECT_STR(seven, lines);
	EXPECT_INT(import_dat(folder, dat, NULL, &id, &present, NULL), 0);
	imported = xasprintf("%s/runs/%s/guest/trace", folder, id);
	run_says = ours(imported);
	EXPECT_STR(run_says, lines);
}

TEST(an_offset_is_added)
{
	struct hand_event want[ARRAY_SIZE(some)];

	memcpy(want, some, sizeof(some));
	for (size_t i = 0; i < ARRAY_SIZE(some); i++)
		want[i].ns += 5000000123;
	check_scale("mono\n", "mult 0 shift 0 offset 5000000123\n", want, ARRAY_SIZE(some));
	for (size_t i = 0; i < ARRAY_SIZE(some); i++)
		want[i].ns = some[i].ns - 7;
	check_scale("mono\n", "mult 0 shift 0 offset -7\n", want, ARRAY_SIZE(some));
}

/* 666 MHz: a cycle is one and a half nanoseconds. */
TEST(cycles_become_nanoseconds)
{
	struct hand_event want[ARRAY_SIZE(some)];

	memcpy(want, some, sizeof(some));
	for (size_t i = 0; i < ARRAY_SIZE(some); i++)
		want[i].ns = some[i].ns + some[i].ns / 2;
	check_scale("x86-tsc\n", "mult 1610612736 shift 30 offset 0\n", want, ARRAY_SIZE(some));
}

TEST(a_scale_beside_a_clock_of_nanoseconds_is_idle)
{
	SCRATCH folder = make_folder();
	_cleanup_free_ char *run = xasprintf("%s/run", folder),
			    *dat = xasprintf("%s/t.dat", folder);
	_cleanup_free_ char *file = xasprintf("%s/guest/trace/scale", run), *got = NULL;
	_cleanup_free_ char *want = expected(some, ARRAY_SIZE(some));

	make_run(folder, &machines[0], 4096, some, ARRAY_SIZE(some), "mono\n");
	EXPECT_INT(file_puts(file, "mult 1610612736 shift 30 offset 0\n", NULL), 0);
	EXPECT_INT(export_dat(run, dat, NULL), 0);
	got = ours(dat);
	EXPECT_STR(got, want);
}

/* A bound on time is one on nanoseconds, and pages are found by them. */
TEST(bounds_are_on_scaled_time)
{
	SCRATCH folder = make_folder();
	_cleanup_free_ char *file = xasprintf("%s/run/guest/trace/scale", folder);
	_cleanup_free_ char *dir = xasprintf("%s/run/guest/trace", folder);
	_cleanup_free_ struct hand_event *events = many_events();
	_cleanup_trace_ struct trace *t = NULL;
	struct trace_filter f = { .event = -1, .cpu = -1 };
	struct trace_reader *r;
	struct trace_record rec;
	int n = 0;

	make_run(folder, &machines[0], 4096, events, MANY, "x86-tsc\n");
	EXPECT_INT(file_puts(file, "mult 2 shift 0 offset -10\n", NULL), 0);
	f.from_ns = events[10000].ns * 2 - 10;
	f.to_ns = events[10099].ns * 2 - 10;
	t = trace_open(dir, NULL);
	EXPECT(t);
	r = trace_reader_open(t, &f, NULL);
	while (trace_reader_next(r, &rec, NULL) > 0) {
		EXPECT_INT(rec.pid, 10000 + n);
		n++;
	}
	trace_reader_close(r);
	EXPECT_INT(n, 100);
}

TEST(a_scale_that_makes_no_sense_is_an_error)
{
	static const char *const bad[] = { "", "mult 1", "mult 1 shift 64 offset 0", "x" };
	struct trace_scale s;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_INT(trace_scale_parse(bad[i], &s, NULL), -1);
}

TEST_MAIN
