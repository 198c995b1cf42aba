// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

/* The agent isn't part of the library; its reader has no dependencies of its own. */
#include "agent/job.c"

#define LEAST                                                                               \
	"version 1\nstream port\nheartbeat_ms 1000\nseed 18446744073709551615\nswap none\n" \
	"workload burst\narg /bin/burst\noutput burst.json\ntimeout_s 60\n"

static const char *refusal(const char *text)
{
	static char msg[512];
	struct error *e = NULL;
	struct job j;

	if (job_read(text, &j, &e) == 0)
		return "(taken)";
	snprintf(msg, sizeof(msg), "%s", e->msg);
	error_free(e);
	return msg;
}

TEST(text_comes_back_as_it_was_put)
{
	static const char *const values[] = {
		"", " ", "plain", "two\nlines\n", "back\\slash", "\\n", "\\", "a\\\nb", "\xc3\xa4",
	};
	_cleanup_strbuf_ struct strbuf b = { 0 };
	_cleanup_job_text_ struct job_text t = { 0 };

	strbuf_puts(&b, LEAST);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		job_put(&b, JOB_ARG, "%s", values[i]);
	EXPECT_INT(job_parse(b.data, &t, NULL), 0);
	EXPECT_INT(strv_len(t.values[JOB_ARG]), 1 + ARRAY_SIZE(values));
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		EXPECT_STR(t.values[JOB_ARG][1 + i], values[i]);
}

TEST(least_job_is_enough)
{
	struct job j;

	EXPECT_INT(job_read(LEAST, &j, NULL), 0);
	EXPECT_STR(j.stream, "port");
	EXPECT(j.seed == UINT64_MAX);
	EXPECT_INT(j.heartbeat_ms, 1000);
	EXPECT_INT(j.timeout_s, 60);
	EXPECT_INT(j.trace_buffer_kb, 0);
	EXPECT_INT(j.swap, JOB_SWAP_NONE);
	EXPECT_INT(j.data_range.bytes, 0);
	EXPECT_STR(j.argv[0], "/bin/burst");
	EXPECT(!j.argv[1]);
	EXPECT(!j.daemon);
	EXPECT_INT(j.n_knobs + j.n_params + j.n_counters + j.n_modules, 0);
}

TEST(everything_is_read)
{
	struct job j;

	EXPECT_INT(
		job_read(
			"module /m/a.ko\nmodule /m/b.ko x=1 y=2\ntools 104857600\n"
			"data 0x10000000 4096\ntrace_buffer_kb 8192\ntrace_event vmscan:*\n"
			"policy_module /policy/p.ko expiry=5\n"
			"knob thp /sys/thp a b  c\nknob_read period /run/d 5\n"
			"daemon /policy/daemon\ndaemon two words\nmodule_param expiry p expiry 5\n"
			"counter fired live /proc/policy/p\ncounter woke plain /proc/policy/p\n" LEAST,
			&j, NULL),
		0);
	EXPECT_INT(j.n_modules, 2);
	EXPECT_STR(j.modules[0].params, "");
	EXPECT_STR(j.modules[1].path, "/m/b.ko");
	EXPECT_STR(j.modules[1].params, "x=1 y=2");
	EXPECT_INT(j.tools_bytes, 104857600);
	EXPECT_INT(j.data_range.start, 0x10000000);
	EXPECT_STR(j.events[0], "vmscan:*");
	EXPECT_STR(j.policy_modules[0].params, "expiry=5");
	EXPECT_STR(j.knobs[0].value, "a b  c");
	EXPECT(!j.knobs[0].said && j.knobs[1].said);
	EXPECT_STR(j.knobs[1].path, "/run/d");
	EXPECT_STR(j.daemon[1], "two words");
	EXPECT_STR(j.params[0].module, "p");
	EXPECT_STR(j.params[0].value, "5");
	EXPECT(j.counters[0].live);
	EXPECT(!j.counters[1].live);
	EXPECT_STR(j.counters[1].path, "/proc/policy/p");
}

TEST(swap_kinds)
{
	static const char rest[] = "version 1\nstream port\nheartbeat_ms 1\nseed 0\nworkload w\n"
				   "arg x\noutput \ntimeout_s 1\n";
	_cleanup_free_ char *pmem = xasprintf("%sswap pmem 4096 8192\n", rest);
	_cleanup_free_ char *zram = xasprintf("%sswap zram 8192\n", rest);
	_cleanup_free_ char *disk =
		xasprintf("%sswap disk /dev/d0\ndata disk /dev/d1\nmailbox 7\n", rest);
	_cleanup_free_ char *half = xasprintf("%sswap pmem 4096\n", rest);
	_cleanup_free_ char *odd = xasprintf("%sswap tape 1\n", rest);
	struct job j;

	EXPECT_INT(job_read(pmem, &j, NULL), 0);
	EXPECT_INT(j.swap, JOB_SWAP_PMEM);
	EXPECT_INT(j.swap_range.start, 4096);
	EXPECT_INT(j.swap_range.bytes, 8192);
	EXPECT_INT(job_read(zram, &j, NULL), 0);
	EXPECT_INT(j.swap, JOB_SWAP_ZRAM);
	EXPECT_INT(j.zram_bytes, 8192);
	EXPECT_INT(job_read(disk, &j, NULL), 0);
	EXPECT_INT(j.swap, JOB_SWAP_DISK);
	EXPECT_STR(j.swap_disk, "/dev/d0");
	EXPECT_STR(j.data_disk, "/dev/d1");
	EXPECT_INT(j.data_range.bytes, 0);
	EXPECT_INT(j.mailbox_bytes, 7);
	EXPECT_STR(refusal(half), "job: swap: \"\" is not a number up to 18446744073709551615");
	EXPECT_STR(refusal(odd), "job: swap: unknown kind \"tape\"");
}

TEST(damage_is_named_with_its_line)
{
	EXPECT_STR(refusal(""), "job: no version");
	EXPECT_STR(refusal("version 2\n"
			   "stream p\nheartbeat_ms 1\nseed 1\nswap none\nworkload w\n"
			   "arg a\noutput o\ntimeout_s 1\n"),
		   "job: version 2, this is for version 1");
	EXPECT_STR(refusal("version 1\nbogus 1\n"), "job:2: unknown key \"bogus\"");
	EXPECT_STR(refusal("version\n"), "job:1: version: no value");
	EXPECT_STR(refusal("version 1"), "job:1: the last line is cut off");
	EXPECT_STR(refusal("version 1\nversion 1\n"), "job:2: version: given more than 1 times");
	EXPECT_STR(refusal("arg a\\tb\n"), "job:1: arg: bad escape");
	EXPECT_STR(refusal("arg a\\\n"), "job:1: arg: bad escape");
	EXPECT_STR(refusal(LEAST "tools -1\n"),
		   "job: tools: \"-1\" is not a number up to 18446744073709551615");
	EXPECT_STR(refusal(LEAST "tools 5x\n"),
		   "job: tools: \"5x\" is not a number up to 18446744073709551615");
	EXPECT_STR(refusal(LEAST "heartbeat_ms 1\n"),
		   "job:10: heartbeat_ms: given more than 1 times");
	EXPECT_STR(refusal(LEAST "knob name /path\n"),
		   "job: knob: \"name /path\" has 2 words of 3");
	EXPECT_STR(refusal(LEAST "counter c often /f\n"),
		   "job: counter: \"often\" is neither live nor plain");
	EXPECT_STR(refusal(LEAST "data 4096 0\n"), "job: data: an empty range");
}

TEST_MAIN
