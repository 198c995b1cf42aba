// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "agent/mounts.h"
#include "agent/wait.h"
#include "base/file.h"

#define KEEP_OUTPUT (256 * 1024)
#define EXEC_FAILED 127

struct child {
	pid_t pid;
	int pidfd, out, err;
};

/* Only system calls from here: the parent has a second thread. */
static void child_main(const struct job *job, char *const *env, int out, int err)
{
	int null = open("/dev/null", O_RDONLY);

	setsid();
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	/* The agent is exempt from the OOM killer, and children inherit that. */
	null = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	(void)!write(null, "0", 1);
	if (job->tools_bytes && chroot(TOOLS_DIR) < 0)
		_exit(EXEC_FAILED);
	if (chdir(JOB_OUT_DIR) < 0)
		_exit(EXEC_FAILED);
	environ = (char **)env;
	execvp(job->argv[0], job->argv);
	dprintf(STDERR_FILENO, "exec %s: %s\n", job->argv[0], strerror(errno));
	_exit(EXEC_FAILED);
}

static int make_pipe(int ends[2], struct error **err)
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return 0;
}

static int start(const struct job *job, struct child *c, struct error **err)
{
	_cleanup_free_ char *seed = xasprintf("HARNESS_SEED=%" PRIu64, job->seed);
	char *const env[] = { "PATH=/usr/bin:/bin", "HOME=/tmp", "LC_ALL=C", seed, NULL };
	int out[2], errs[2];

	if (make_pipe(out, err) < 0 || make_pipe(errs, err) < 0)
		return -1;
	c->pid = fork();
	if (c->pid < 0)
		return error_errno(err, errno, "fork");
	if (c->pid == 0)
		child_main(job, env, out[1], errs[1]);
	close(out[1]);
	close(errs[1]);
	c->out = out[0];
	c->err = errs[0];
	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	if (c->pidfd < 0)
		return error_errno(err, errno, "pidfd_open");
	return 0;
}

/* Takes what is there.  false when the other end is closed. */
static bool drain(int fd, struct strbuf *keep, uint64_t *dropped)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		size_t room = KEEP_OUTPUT - keep->len, take = (size_t)n < room ? (size_t)n : room;

		strbuf_add(keep, buf, take);
		*dropped += (size_t)n - take;
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Until the program ends or its time is over. */
static void attend(const struct child *c, uint64_t deadline, struct workload *w)
{
	struct pollfd p[] = {
		{ c->pidfd, POLLIN, 0 },
		{ c->out, POLLIN, 0 },
		{ c->err, POLLIN, 0 },
	};

	while (!(p[0].revents & POLLIN)) {
		uint64_t now = now_ns();

		if (now >= deadline) {
			w->timed_out = true;
			kill(-c->pid, SIGKILL);
			return;
		}
		if (poll(p, ARRAY_SIZE(p), (int)((deadline - now) / 1000000 + 1)) <= 0)
			continue;
		if (p[1].revents && !drain(c->out, &w->out, &w->out_dropped))
			p[1].fd = -1;
		if (p[2].revents && !drain(c->err, &w->err, &w->err_dropped))
			p[2].fd = -1;
	}
}

static bool reaped(void *arg)
{
	pid_t pid;

	(void)arg;
	do
		pid = waitpid(-1, NULL, WNOHANG);
	while (pid > 0);
	return pid < 0;
}

void workload_end_stragglers(void)
{
	if (getpid() != 1)
		return;
	kill(-1, SIGKILL);
	wait_for(reaped, NULL, 10000);
}

int workload_run(const struct job *job, struct workload *ret, struct error **err)
{
	struct child c = { 0 };

	ret->start_ns = now_ns();
	if (start(job, &c, err) < 0)
		return error_wrap(err, "workload %s", job->workload);
	attend(&c, ret->start_ns + job->timeout_s * 1000000000ull, ret);
	waitpid(c.pid, &ret->status, 0);
	ret->end_ns = now_ns();
	drain(c.out, &ret->out, &ret->out_dropped);
	drain(c.err, &ret->err, &ret->err_dropped);
	close(c.out);
	close(c.err);
	close(c.pidfd);
	return 0;
}

/* The last line that it wrote to stderr: programs name their reason there. */
static const char *last_words(const struct workload *w, size_t *ret_len)
{
	const char *s = w->err.data ? w->err.data : "";
	size_t end = w->err.len, start;

	while (end && strchr(" \r\n", s[end - 1]))
		end--;
	for (start = end; start && s[start - 1] != '\n'; start--)
		;
	*ret_len = end - start;
	return s + start;
}

bool workload_lost_data(const struct workload *w)
{
	return !w->timed_out && WIFEXITED(w->status) && WEXITSTATUS(w->status) == EX_DATAERR;
}

char *workload_problem(const struct workload *w, const struct job *job)
{
	_cleanup_free_ char *output = xasprintf(JOB_OUT_DIR "/%s", job->output);
	size_t len;
	const char *words = last_words(w, &len);
	const char *sep = len ? ": " : "";

	if (w->timed_out)
		return xasprintf("%s: not over after %u s", job->workload, job->timeout_s);
	if (WIFSIGNALED(w->status))
		return xasprintf("%s: ended by signal %d%s%.*s", job->workload, WTERMSIG(w->status),
				 sep, (int)len, words);
	if (WEXITSTATUS(w->status))
		return xasprintf("%s: exit status %d%s%.*s", job->workload, WEXITSTATUS(w->status),
				 sep, (int)len, words);
	if (!path_exists(output))
		return xasprintf("%s: ended well but left no %s", job->workload, output);
	return NULL;
}
