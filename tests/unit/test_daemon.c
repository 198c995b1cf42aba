// SPDX-License-Identifier: GPL-2.0-or-later
/* A policy's own program, from the agent's side. */
#include "tests/unit/test.h"

#include "agent/daemon.c"

static void start(const char *command, struct policy_daemon *d)
{
	char *argv[] = { "/bin/sh", "-c", (char *)command, NULL };
	const struct job job = { .daemon = argv };

	EXPECT(!daemon_start(&job, d));
}

static void wait_for_end(const struct policy_daemon *d)
{
	siginfo_t info;

	EXPECT_INT(waitid(P_PID, (id_t)d->pid, &info, WEXITED | WNOWAIT), 0);
	EXPECT(daemon_has_ended(d));
}

TEST(no_daemon_is_no_problem)
{
	const struct job job = { 0 };
	struct policy_daemon d = { 0 };

	EXPECT(!daemon_start(&job, &d));
	EXPECT(!daemon_has_ended(&d));
	EXPECT(!daemon_end(&d));
}

TEST(one_that_runs_is_ended)
{
	struct policy_daemon d = { 0 };
	pid_t pid;

	start("exec /bin/sleep 100", &d);
	pid = d.pid;
	EXPECT(!daemon_has_ended(&d));
	EXPECT(!daemon_end(&d));
	EXPECT(kill(pid, 0) < 0 && errno == ESRCH);
	EXPECT(!daemon_end(&d)); /* once is enough */
}

TEST(one_that_ended_says_how)
{
	static const struct {
		const char *command, *words;
	} ends[] = {
		{ "exit 3", "daemon: ended by itself, exit status 3; the console has its words" },
		{ "exit 0", "daemon: ended by itself, exit status 0; the console has its words" },
		{ "kill -SEGV $$", "daemon: ended by signal 11" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		_cleanup_free_ char *words = NULL;
		struct policy_daemon d = { 0 };

		start(ends[i].command, &d);
		wait_for_end(&d);
		words = daemon_end(&d);
		EXPECT_STR(words, ends[i].words);
	}
}

TEST(one_that_cannot_be_run_says_so)
{
	char *argv[] = { "/nonexistent/daemon", NULL };
	const struct job job = { .daemon = argv };
	struct policy_daemon d = { 0 };
	_cleanup_free_ char *words = NULL;

	EXPECT(!daemon_start(&job, &d));
	wait_for_end(&d);
	words = daemon_end(&d);
	EXPECT_STR(words, "daemon: can't be run");
}

TEST_MAIN
