// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/child.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"

#define TERM_S 1.0
#define KILL_S 10.0 /* after this, a process that SIGKILL doesn't end is worth a warning */

/*
 * A child inherits our affinity, and threads that it makes inherit its own.
 * So ours is changed for the moment of the fork: set from outside, QEMU's
 * first threads could be older than the setting.
 */
static int narrow(const int *cpus, size_t n, cpu_set_t *ret_old, struct error **err)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (size_t i = 0; i < n; i++)
		CPU_SET(cpus[i], &set);
	if (sched_getaffinity(0, sizeof(*ret_old), ret_old) < 0 ||
	    sched_setaffinity(0, sizeof(set), &set) < 0)
		return error_errno(err, errno, "pin the machine to its host CPUs");
	return 0;
}

/* A crashed QEMU would write its guest's memory into our folder. */
static struct rlimit no_core_dumps(void)
{
	struct rlimit old, none;

	getrlimit(RLIMIT_CORE, &old);
	none = old;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_CORE, &none);
	return old;
}

int child_start(char *const *argv, const int *fds, size_t n_fds, int out_fd, const int *cpus,
		size_t n_cpus, struct child *ret, struct error **err)
{
	struct rlimit core;
	cpu_set_t old;
	pid_t pid;
	int r;

	*ret = (struct child){ .pidfd = -1 };
	if (n_cpus && narrow(cpus, n_cpus, &old, err) < 0)
		return -1;
	core = no_core_dumps();
	r = proc_spawn(argv, fds, n_fds, out_fd, &pid, err);
	setrlimit(RLIMIT_CORE, &core);
	if (n_cpus)
		sched_setaffinity(0, sizeof(old), &old);
	if (r < 0)
		return -1;
	ret->pid = pid;
	ret->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (ret->pidfd < 0) {
		error_errno(err, errno, "pidfd_open");
		child_kill(ret);
		return -1;
	}
	return 0;
}

static bool reap(struct child *c)
{
	pid_t r;

	if (c->reaped || !c->pid)
		return true;
	do
		r = waitpid(c->pid, &c->status, WNOHANG);
	while (r < 0 && errno == EINTR);
	c->reaped = r != 0;
	return c->reaped;
}

bool child_first_thread_first(const struct child *c)
{
	const struct sched_param lowest = { .sched_priority = 1 };

	return sched_setscheduler(c->pid, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) == 0;
}

void child_share_nice(const struct child *c)
{
	_cleanup_free_ char *dir = xasprintf("/proc/%d/task", (int)c->pid);
	_cleanup_strv_ char **tids = NULL;
	int nice = getpriority(PRIO_PROCESS, 0);

	if (nice == 0 || dir_list(dir, &tids, NULL) < 0)
		return;
	for (char **tid = tids; *tid; tid++)
		setpriority(PRIO_PROCESS, (id_t)strtoul(*tid, NULL, 10), nice);
}

bool child_wait(struct child *c, double timeout_s)
{
	double end = now_s() + timeout_s;

	while (!reap(c)) {
		struct pollfd p = { .fd = c->pidfd, .events = POLLIN };
		double left = end - now_s();

		if (left <= 0)
			return false;
		/* Without a pidfd (pidfd_open failed) this is a plain sleep of 10 ms. */
		poll(&p, 1, c->pidfd < 0 ? 10 : (int)(left * 1000) + 1);
	}
	return true;
}

void child_kill(struct child *c)
{
	bool warned = false;

	if (reap(c))
		return;
	kill(c->pid, SIGTERM);
	if (child_wait(c, TERM_S))
		return;
	/* A guest that spins in a broken KVM doesn't let QEMU's main loop act on SIGTERM. */
	kill(c->pid, SIGKILL);
	while (!child_wait(c, KILL_S)) {
		if (!warned)
			progress_warn("process %d of a guest doesn't end after SIGKILL; waiting",
				      (int)c->pid);
		warned = true;
	}
}

void child_deinit(struct child *c)
{
	child_kill(c);
	if (c->pid && c->pidfd >= 0)
		close(c->pidfd);
	*c = (struct child){ .pidfd = -1 };
}

char *child_status_text(const struct child *c)
{
	if (WIFSIGNALED(c->status))
		return xasprintf("was killed by signal %d (%s)", WTERMSIG(c->status),
				 strsignal(WTERMSIG(c->status)));
	return xasprintf("exited with status %d", WEXITSTATUS(c->status));
}
