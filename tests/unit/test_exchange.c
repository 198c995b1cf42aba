// SPDX-License-Identifier: GPL-2.0-or-later
/* trace.dat in and out, against trace-cmd itself, and files that lie. */
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "exchange/exchange.h"
#include "exchange/internal.h"
#include "ingest/ingest.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"
#include "trace/dat.h"
#include "trace/trace.h"

#define REAL "tests/data/runs/6100000000000001-1"
#define LOSSY "tests/data/runs/6120000000000002-1"

static char *shell(const char *script, const char *arg)
{
	char *argv[] = { "sh", "-c", (char *)script, "sh", (char *)arg, NULL };
	char *out = NULL;

	return proc_output(argv, &out, NULL) < 0 ? xstrdup("failed") : out;
}

static char *exported(const char *folder, const char *run)
{
	char *dat = xasprintf("%s/trace.dat", folder);

	if (export_dat(run, dat, NULL) < 0)
		abort();
	return dat;
}

/* "CPU PID NANOSECONDS NAME" of each event, as trace-cmd prints it and as we read it. */
static char *ours(const char *path)
{
	const struct trace_filter all = { .event = -1, .cpu = -1, .to_ns = UINT64_MAX };
	_cleanup_trace_ struct trace *t = trace_open(path, NULL);
	struct trace_reader *r = t ? trace_reader_open(t, &all, NULL) : NULL;
	struct trace_record rec;
	struct strbuf out = {};

	strbuf_puts(&out, "");
	while (r && trace_reader_next(r, &rec, NULL) > 0)
		strbuf_printf(&out, "%03d %d %llu.%09llu %s\n", rec.cpu, rec.pid,
			      (unsigned long long)rec.ts / 1000000000,
			      (unsigned long long)rec.ts % 1000000000, t->events[rec.event]->name);
	trace_reader_close(r);
	return strbuf_steal(&out);
}

static const char trace_cmd_report[] =
	"trace-cmd report -t \"$1\" 2>/dev/null | sed -n "
	"'s/^ *.*-\\([0-9]*\\) *\\[\\([0-9]*\\)\\] *\\([0-9.]*\\): \\([a-z_]*\\): .*/\\2 \\1 \\3 \\4/p'";

TEST(trace_cmd_reads_the_same_events_and_times)
{
	SCRATCH folder = scratch_folder();
	_cleanup_free_ char *dat = exported(folder, REAL), *theirs = shell(trace_cmd_report, dat);
	_cleanup_free_ char *mine = ours(REAL "/guest/trace"), *again = ours(dat);

	EXPECT(strlen(mine) > 20000);
	EXPECT_STR(theirs, mine);
	EXPECT_STR(again, mine);
}

TEST(trace_cmd_sees_the_same_losses)
{
	SCRATCH folder = scratch_folder();
	_cleanup_free_ char *dat = exported(folder, LOSSY);
	_cleanup_free_ char *marks =
		shell("trace-cmd report \"$1\" 2>/dev/null | grep -o 'CPU:.*DROPPED' | sort", dat);
	_cleanup_trace_ struct trace *t = trace_open(dat, NULL);

	EXPECT_STR(marks, "CPU:0 [EVENTS DROPPED\nCPU:1 [931 EVENTS DROPPED\n");
	EXPECT(t);
	EXPECT_INT(trace_survey(t, NULL), 0);
	EXPECT_INT(t->cpus[0].overrun, 1177);
	EXPECT_INT(t->cpus[1].overrun, 931);
}

/* Version 7, plain and compressed: made by trace-cmd from ours. */
TEST(version_7_reads_as_version_6)
{
	static const char *const codecs[] = { "none", "zstd" };
	SCRATCH folder = scratch_folder();
	_cleanup_free_ char *dat = exported(folder, REAL), *want = ours(dat);

	for (size_t i = 0; i < ARRAY_SIZE(codecs); i++) {
		_cleanup_free_ char *script =
			xasprintf("trace-cmd convert -i \"$1\" -o \"$1.7\" --file-version 7 "
				  "--compression %s >/dev/null 2>&1",
				  codecs[i]);
		_cleanup_free_ char *out = shell(script, dat), *path = xasprintf("%s.7", dat);
		_cleanup_free_ char *got = ours(path);

		EXPECT_STR(out, "");
		EXPECT_STR(got, want);
	}
}

TEST(a_run_comes_back_as_it_went_out)
{
	SCRATCH folder = scratch_folder();
	_cleanup_free_ char *dat = exported(folder, LOSSY), *id = NULL, *again = NULL;
	_cleanup_free_ char *diff = NULL, *run = NULL, *back = NULL, *script = NULL;
	bool present;

	EXPECT_INT(import_dat(folder, dat, NULL, &id, &present, NULL), 0);
	EXPECT(!present);
	run = xasprintf("%s/runs/%s", folder, id);
	script = xasprintf("diff -r \"$1/guest/trace\" " LOSSY "/guest/trace | grep -v '^Only in'"
			   "| grep -v stats | grep -v '^[<>0-9]'; true");
	diff = shell(script, run);
	EXPECT_STR(diff, "");
	back = xasprintf("%s/back.dat", folder);
	EXPECT_INT(export_dat(run, back, NULL), 0);
	EXPECT_INT(import_dat(folder, dat, NULL, &again, &present, NULL), 0);
	EXPECT(present);
	EXPECT_STR(again, id);
}

/* Everything that a run's trace came to, as text. */
static char *all_rows(struct db *db, const char *path)
{
	static const char script[] =
		"sqlite3 \"$1\" \"SELECT 'SELECT ''' || name || ''', * FROM \\\"' || name || '\\\";' "
		"FROM sqlite_schema WHERE type = 'table' AND (name GLOB 'rows_*' OR name IN "
		"('run', 'event_type', 'trace_cpu', 'symbol', 'metric', 'incident'))\" >\"$1.sql\" && "
		"sqlite3 \"$1\" <\"$1.sql\"";

	db_close(db);
	return shell(script, path);
}

/* An import reads the events from the file that it was given; the copy must say the same. */
static void check_import(const char *run, const char *codec)
{
	SCRATCH folder = scratch_folder();
	_cleanup_free_ char *dat = exported(folder, run), *id = NULL;
	_cleanup_free_ char *from_file = NULL, *from_run = NULL;
	_cleanup_free_ char *one = xasprintf("%s/one.db", folder),
			    *two = xasprintf("%s/two.db", folder);
	struct db *warm = db_open(one, NULL), *cold = db_open(two, NULL);
	bool present;

	if (codec) {
		_cleanup_free_ char *script =
			xasprintf("trace-cmd convert -i \"$1\" -o \"$1.7\" --file-version 7 "
				  "--compression %s >/dev/null 2>&1 && mv \"$1.7\" \"$1\"",
				  codec);
		_cleanup_free_ char *out = shell(script, dat);

		EXPECT_STR(out, "");
	}
	EXPECT_INT(import_dat(folder, dat, db_traces(warm), &id, &present, NULL), 0);
	EXPECT_INT(ingest_run(warm, folder, id, NULL), 0);
	EXPECT_INT(unlink(dat), 0);
	EXPECT_INT(ingest_run(cold, folder, id, NULL), 0);
	from_file = all_rows(warm, one);
	from_run = all_rows(cold, two);
	EXPECT(strlen(from_file) > 10000);
	EXPECT_STR(from_file, from_run);
}

TEST(an_import_and_its_run_directory_agree)
{
	check_import(REAL, NULL);
	check_import(LOSSY, NULL);
	check_import(REAL, "zstd");
}

/* `n` bytes from `at` arrive as they were, on each kind of file system. */
static void check_copy(const char *parent, uint64_t at, uint64_t n)
{
	_cleanup_free_ char *from = xasprintf("%s/exchange-from-%d", parent, getpid());
	_cleanup_free_ char *to = xasprintf("%s/exchange-to-%d", parent, getpid()), *got = NULL;
	_cleanup_free_ uint8_t *data = xmalloc(at + n);
	_cleanup_close_ int in = -1, out = -1;
	size_t len;

	for (uint64_t i = 0; i < at + n; i++)
		data[i] = (uint8_t)(i * 2654435761u >> 13);
	EXPECT_INT(file_write(from, data, at + n, NULL), 0);
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	EXPECT_INT(copy_bytes(in, at, n, out, NULL), 0);
	EXPECT_INT(write(out, "end", 3), 3);
	EXPECT_INT(file_read(to, &got, &len, NULL), 0);
	EXPECT_INT(len, n + 3);
	EXPECT(memcmp(got, data + at, n) == 0 && memcmp(got + n, "end", 3) == 0);
	unlink(from);
	unlink(to);
}

TEST(bytes_arrive_past_the_page_cache_or_through_it)
{
	static const char *const parents[] = { "/var/tmp", "/dev/shm" };

	for (size_t i = 0; i < ARRAY_SIZE(parents); i++) {
		check_copy(parents[i], 0, 1000);
		check_copy(parents[i], 8192, 20u << 20);
		check_copy(parents[i], 8192, (9u << 20) + 4711);
		check_copy(parents[i], 100, 3u << 20);
	}
}

TEST(what_is_not_made_of_blocks_goes_through_it)
{
	SCRATCH folder = scratch_folder();
	_cleanup_free_ char *from = xasprintf("%s/from", folder), *to = xasprintf("%s/to", folder);
	_cleanup_free_ uint8_t *data = xcalloc(1, 4u << 20);
	_cleanup_close_ int in = -1, out = -1;
	uint64_t done;

	EXPECT_INT(file_write(from, data, 4u << 20, NULL), 0);
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	EXPECT_INT(copy_direct(in, 100, 3u << 20, out), 0);
	EXPECT_INT(copy_direct(in, 0, 4096, out), 0);
	done = copy_direct(in, 0, (2u << 20) + 5, out); /* 0: the file system can't */
	EXPECT(done == 0 || done == 2u << 20);
	/* More than there is: an error for those who read on, no signal. */
	EXPECT(copy_direct(in, 2u << 20, 4u << 20, out) <= 2u << 20);
	EXPECT_INT(copy_bytes(in, 2u << 20, 4u << 20, out, NULL), -1);
	EXPECT_INT(fcntl(out, F_GETFL) & O_DIRECT, 0);
}

TEST(a_file_that_somebody_writes_to_is_noticed)
{
	SCRATCH folder = scratch_folder();
	_cleanup_free_ char *path = xasprintf("%s/file", folder);
	struct stat before;
	_cleanup_close_ int fd = -1;

	EXPECT_INT(file_puts(path, "text", NULL), 0);
	EXPECT_INT(stat(path, &before), 0);
	EXPECT(file_unchanged(path, &before));
	EXPECT_INT(file_puts(path, "text", NULL), 0); /* another one in its place */
	EXPECT(!file_unchanged(path, &before));
	EXPECT_INT(stat(path, &before), 0);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	usleep(20000); /* time stamps of files go by the tick */
	EXPECT_INT(write(fd, "T", 1), 1);
	EXPECT(!file_unchanged(path, &before));
	EXPECT_INT(unlink(path), 0);
	EXPECT(!file_unchanged(path, &before));
}

/* Where a file is cut: an error that names file and byte, or the pages that are there. */
TEST(a_file_that_is_cut_off_says_where)
{
	SCRATCH folder = scratch_folder();
	_cleanup_free_ char *dat = exported(folder, REAL);
	struct stat st;

	EXPECT_INT(stat(dat, &st), 0);
	EXPECT_INT(truncate(dat, st.st_size - 5000), 0);
	{
		_cleanup_trace_ struct trace *t = trace_open(dat, NULL);

		EXPECT(t);
		EXPECT_INT(trace_survey(t, NULL), 0);
		EXPECT(t->cpus[0].entries == 281 && t->cpus[1].entries > 300);
		EXPECT(!trace_complete(t));
		EXPECT(strstr(t->cpus[1].damage, "trace.dat: at byte "));
	}
	for (off_t size = 100; size > 0; size /= 2) {
		_cleanup_error_ struct error *err = NULL;
		_cleanup_dat_ struct dat *d = NULL;

		EXPECT_INT(truncate(dat, size), 0);
		d = dat_open(dat, &err);
		EXPECT(!d && err->code == EXIT_FAULT);
		EXPECT(strstr(err->msg, "trace.dat: at byte "));
	}
}

/* A number anywhere in the head may lie: nothing is read that isn't there. */
TEST(a_file_that_lies_is_refused_or_read)
{
	SCRATCH folder = scratch_folder();
	_cleanup_free_ char *dat = exported(folder, REAL), *bytes = NULL;
	size_t len, refused = 0;

	EXPECT_INT(file_read(dat, &bytes, &len, NULL), 0);
	for (size_t at = 12; at < 12000; at += 7) {
		_cleanup_free_ char *copy = xmalloc(len);
		_cleanup_dat_ struct dat *d = NULL;

		memcpy(copy, bytes, len);
		memset(copy + at, 0xff, 4);
		d = dat_parse("x.dat", copy, len, NULL);
		refused += d == NULL;
	}
	EXPECT(refused > 10);
}

static void put(struct strbuf *b, uint64_t v, size_t size)
{
	strbuf_add(b, (const char *)&v, size);
}

/* Version 7, whose options all lead to one section of a megabyte, packed into a kilobyte. */
static void options_without_end(struct strbuf *b, int n)
{
	enum { KALLSYMS = 19, MIB = 1 << 20 };
	_cleanup_free_ uint8_t *text = xcalloc(1, MIB), *packed = xmalloc(MIB);
	uLongf len = MIB;
	size_t section, options;

	EXPECT_INT(compress(packed, &len, text, MIB), Z_OK);
	strbuf_add(b, "\x17\x08\x44tracing7\0\0\x08\0\x10\0\0zlib\0\x31.2", 12 + 6 + 5 + 4);
	options = b->len;
	put(b, 0, 8);
	section = b->len;
	put(b, KALLSYMS, 2);
	put(b, 1, 2);
	put(b, 0, 4);
	put(b, 8 + len, 8);
	put(b, len, 4);
	put(b, MIB, 4);
	strbuf_add(b, (const char *)packed, len);
	memcpy(b->data + options, &b->len, 8);
	put(b, 0, 8); /* a list of options: no id, not compressed */
	put(b, 14ull * n, 8);
	for (int i = 0; i < n; i++) {
		put(b, KALLSYMS, 2);
		put(b, 8, 4);
		put(b, section, 8);
	}
	put(b, 0, 2);
	put(b, 8, 4);
	put(b, 0, 8);
}

TEST(a_small_file_does_not_inflate_without_end)
{
	_cleanup_strbuf_ struct strbuf few = {}, many = {};
	_cleanup_error_ struct error *err = NULL, *why = NULL;
	_cleanup_dat_ struct dat *d = NULL, *e = NULL;

	options_without_end(&few, 3);
	options_without_end(&many, 2000);
	d = dat_parse("few.dat", few.data, few.len, &why);
	EXPECT(!d && !strstr(why->msg, "all of them had")); /* it has no formats */
	e = dat_parse("many.dat", many.data, many.len, &err);
	EXPECT(!e && strstr(err->msg, "all of them had 134217728 before"));
}

TEST(a_timeline_is_json_with_all_events)
{
	SCRATCH folder = scratch_folder();
	_cleanup_free_ char *path = xasprintf("%s/t.json", folder);
	FILE *out = fopen(path, "w");
	json_t *root, *list, *e;
	size_t i, events = 0, begins = 0, ends = 0;

	EXPECT_INT(export_timeline(REAL, out, NULL), 0);
	fclose(out);
	root = json_load_file(path, 0, NULL);
	list = json_object_get(root, "traceEvents");
	json_array_foreach(list, i, e)
	{
		const char *ph = json_string_value(json_object_get(e, "ph"));

		EXPECT(ph && json_is_number(json_object_get(e, "ts")) &&
		       json_is_integer(json_object_get(e, "pid")) &&
		       json_is_integer(json_object_get(e, "tid")) &&
		       json_is_string(json_object_get(e, "name")));
		events += *ph != 'M';
		begins += *ph == 'B';
		ends += *ph == 'E';
	}
	json_decref(root);
	EXPECT_INT(events, 881);
	EXPECT(begins > 10 && ends > 0 && ends <= begins);
}

TEST_MAIN
