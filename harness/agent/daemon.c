// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXEC_FAILED 127

/* What it says goes to the console, as the agent's own words do. */
char *daemon_start(const struct job *job, struct policy_daemon *ret)
{
	char *const env[] = { "PATH=/", NULL };

	if (!job->daemon)
		return NULL;
	ret->pid = fork();
	if (ret->pid < 0)
		return xasprintf("daemon: fork: %s", strerror(errno));
	if (ret->pid == 0) {
		execve(job->daemon[0], job->daemon, env);
		_exit(EXEC_FAILED);
	}
	return NULL;
}

/* Left to be waited for. */
bool daemon_has_ended(const struct policy_daemon *d)
{
	siginfo_t info = { 0 };

	return d->pid && waitid(P_PID, (id_t)d->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid;
}

static char *end_words(int status)
{
	if (WIFSIGNALED(status))
		return xasprintf("daemon: ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) == EXEC_FAILED)
		return xstrdup("daemon: can't be run");
	return xasprintf("daemon: ended by itself, exit status %d; the console has its words",
			 WEXITSTATUS(status));
}

char *daemon_end(struct policy_daemon *d)
{
	bool ended = daemon_has_ended(d);
	int status = 0;

	if (!d->pid)
		return NULL;
	if (!ended)
		kill(d->pid, SIGKILL);
	waitpid(d->pid, &status, 0);
	d->pid = 0;
	return ended ? end_words(status) : NULL;
}
