// SPDX-License-Identifier: GPL-2.0-or-later
/* What `harness verify` says of runs that differ, and the pool that it runs them in. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/pool.h"
#include "base/proc.h"
#include "base/str.h"
#include "cmd/verify_diff.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

#define RUN "tests/data/runs/6100000000000001-1"
#define TRACE "/guest/trace/cpu0.raw"

/* A copy of the run, to be changed. */
static char *copy(void)
{
	static char *path;

	if (!path)
		path = scratch_path("run");
	dir_remove(path, NULL);
	proc_runl(NULL, NULL, "cp", "-r", RUN, path, NULL);
	return path;
}

static char *diff_with(const char *other)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int r = verify_diff(RUN, other, out, NULL);

	fclose(out);
	return r < 0 ? xstrdup("(error)") : text;
}

TEST(equal_runs_have_nothing_to_show)
{
	_cleanup_free_ char *text = diff_with(copy());

	EXPECT(strstr(text, "events are the same\n"));
	EXPECT(!strstr(text, "differ"));
}

/* The last byte of the first page's last event. */
static void change_last_event(const char *run)
{
	_cleanup_free_ char *path = xasprintf("%s" TRACE, run), *data = NULL;
	size_t len, at;

	EXPECT_INT(file_read(path, &data, &len, NULL), 0);
	at = 16 + ((unsigned char)data[8] | (unsigned char)data[9] << 8) - 1;
	EXPECT(at < len);
	data[at] ^= 1;
	EXPECT_INT(file_write(path, data, len, NULL), 0);
}

TEST(the_first_event_that_differs_is_shown_with_its_surroundings)
{
	_cleanup_free_ char *text = NULL;
	const char *other = copy();

	change_last_event(other);
	text = diff_with(other);
	EXPECT(strstr(text, "guest/trace/cpu0.raw: "));
	EXPECT(strstr(text, "different from byte "));
	EXPECT(strstr(text, " is the first that differs:\n    "));
	EXPECT(strstr(text, "\n  < "));
	EXPECT(strstr(text, "\n  > "));
}

TEST(files_of_one_side_are_named)
{
	const char *other = copy();
	_cleanup_free_ char *gone = xasprintf("%s/guest/before/vmstat", other), *text = NULL;
	_cleanup_free_ char *more = xasprintf("%s/guest/out/more", other);

	EXPECT_INT(unlink(gone), 0);
	EXPECT_INT(file_puts(more, "x", NULL), 0);
	text = diff_with(other);
	EXPECT(strstr(text, "guest/before/vmstat: only in one of them\n"));
	EXPECT(strstr(text, "guest/out/more: only in one of them\n"));
}

/* --- pool ------------------------------------------------------------------------- */

struct seen {
	unsigned int ok, failed, crashed;
};

/* Task 3 fails, task 5 crashes, the others give their number. */
static int work(void *arg, size_t i, struct strbuf *ret, struct error **err)
{
	(void)arg;
	if (i == 3)
		return error_set(err, EXIT_HOST, "no room");
	if (i == 5)
		abort();
	strbuf_printf(ret, "task %zu", i);
	return 0;
}

static int done(void *arg, size_t i, const char *text, struct error *why, struct error **err)
{
	_cleanup_free_ char *want = xasprintf("task %zu", i);
	struct seen *s = arg;

	(void)err;
	s->ok += text && streq(text, want);
	s->failed += i == 3 && !text && why->code == EXIT_HOST && streq(why->msg, "no room");
	s->crashed += i == 5 && !text && strstr(why->msg, "killed by signal");
	return 0;
}

TEST(a_pool_gives_each_result_once)
{
	struct seen s = { 0 };
	struct pool_tasks t = { .n = 9, .width = 2, .work = work, .done = done, .arg = &s };

	EXPECT_INT(pool_run(&t, NULL), 0);
	EXPECT_INT(s.ok, 7);
	EXPECT_INT(s.failed, 1);
	EXPECT_INT(s.crashed, 1);
}

static int tell_turn(void *arg, size_t i, struct strbuf *ret, struct error **err)
{
	(void)arg;
	(void)i;
	(void)err;
	strbuf_printf(ret, "%u", pool_turn());
	return 0;
}

static int keep_turn(void *arg, size_t i, const char *text, struct error *why, struct error **err)
{
	(void)why;
	(void)err;
	((long *)arg)[i] = text ? atol(text) : 0;
	return 0;
}

/* So that they can have a core each. */
TEST(pieces_of_work_that_run_at_a_time_have_turns_in_a_row)
{
	long turns[3] = { 0 };
	struct pool_tasks t = {
		.n = 3, .width = 3, .work = tell_turn, .done = keep_turn, .arg = turns
	};

	EXPECT_INT(pool_run(&t, NULL), 0);
	EXPECT(turns[0] > 0);
	EXPECT_INT(turns[1] - turns[0], 1);
	EXPECT_INT(turns[2] - turns[1], 1);
}

static int refuse(void *arg, size_t i, const char *text, struct error *why, struct error **err)
{
	(void)i;
	(void)text;
	(void)why;
	++*(unsigned int *)arg;
	return error_set(err, EXIT_FAULT, "enough");
}

TEST(a_pool_starts_nothing_after_an_error)
{
	_cleanup_error_ struct error *err = NULL;
	unsigned int n = 0;
	struct pool_tasks t = { .n = 50, .width = 2, .work = work, .done = refuse, .arg = &n };

	EXPECT_INT(pool_run(&t, &err), -1);
	EXPECT_STR(err->msg, "enough");
	EXPECT(n >= 1 && n <= 4);
}

TEST_MAIN
