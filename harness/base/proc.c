// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/str.h"

#define TAIL_LINES 8 /* of a failed program's output, kept for the error */

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	interrupted = sig;
}

void proc_catch_signals(void)
{
	/* No SA_RESTART: a blocking wait returns, and its loop looks at the flag. */
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool proc_interrupted(void)
{
	return interrupted != 0;
}

bool proc_exists(const char *name)
{
	_cleanup_free_ char *path = xstrdup(getenv("PATH") ?: "/usr/bin:/bin");
	char *save = NULL;

	for (char *dir = strtok_r(path, ":", &save); dir; dir = strtok_r(NULL, ":", &save)) {
		_cleanup_free_ char *file = xasprintf("%s/%s", dir, name);

		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

/* In the child: the listed fds become 3, 4, …; nothing else stays open. */
static void place_fds(const int *fds, size_t n)
{
	int high[16];

	/* First out of the way, so that no target is overwritten before it was copied. */
	for (size_t i = 0; i < n; i++)
		high[i] = fcntl(fds[i], F_DUPFD, 100);
	for (size_t i = 0; i < n; i++)
		dup2(high[i], 3 + (int)i);
	close_range(3 + (unsigned int)n, ~0U, 0);
}

static void child_exec(char *const *argv, const struct proc_opts *opts, const int *fds,
		       size_t n_fds, int out_fd, int err_fd, int status_fd, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY);
	int all[16];
	int e;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* it died before the line above */
	/* Ctrl-C is for us; we end the child ourselves, in order. */
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, 0);
	dup2(out_fd, 1);
	dup2(err_fd, 2);
	for (size_t i = 0; i < n_fds; i++)
		all[i] = fds[i];
	all[n_fds] = status_fd;
	place_fds(all, n_fds + 1);
	status_fd = 3 + (int)n_fds;
	fcntl(status_fd, F_SETFD, FD_CLOEXEC);
	if (opts && opts->cwd && chdir(opts->cwd) < 0)
		goto fail;
	for (size_t i = 0; opts && opts->env && opts->env[i]; i++)
		putenv(opts->env[i]);
	execvp(argv[0], argv);
fail:
	e = errno;
	if (write(status_fd, &e, sizeof(e)) < 0)
		_exit(126);
	_exit(127);
}

/* fork + exec; a failed exec comes back as errno through a close-on-exec pipe. */
static int start(char *const *argv, const struct proc_opts *opts, const int *fds, size_t n_fds,
		 int out_fd, int err_fd, pid_t *ret, struct error **err)
{
	int status[2], e = 0;
	pid_t parent = getpid(), pid;
	ssize_t n;

	if (n_fds + 1 > 16)
		return error_set(err, EXIT_FAULT, "too many descriptors for %s", argv[0]);
	if (pipe2(status, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	pid = fork();
	if (pid == 0)
		child_exec(argv, opts, fds, n_fds, out_fd, err_fd, status[1], parent);
	close(status[1]);
	if (pid < 0) {
		close(status[0]);
		return error_errno(err, errno, "fork");
	}
	do
		n = read(status[0], &e, sizeof(e));
	while (n < 0 && errno == EINTR);
	close(status[0]);
	if (n == (ssize_t)sizeof(e)) {
		waitpid(pid, NULL, 0);
		return error_errno(err, e, "start %s", argv[0]);
	}
	*ret = pid;
	return 0;
}

int proc_spawn(char *const *argv, const int *fds, size_t n_fds, int out_fd, pid_t *ret,
	       struct error **err)
{
	return start(argv, NULL, fds, n_fds, out_fd, out_fd, ret, err);
}

/* The last lines of the output, for the error message. */
struct tail {
	char *lines[TAIL_LINES];
	size_t n;
};

static void tail_add(struct tail *t, const char *line)
{
	free(t->lines[t->n % TAIL_LINES]);
	t->lines[t->n++ % TAIL_LINES] = xstrdup(line);
}

static char *tail_text(const struct tail *t)
{
	struct strbuf b = { 0 };
	size_t first = t->n > TAIL_LINES ? t->n - TAIL_LINES : 0;

	for (size_t i = first; i < t->n; i++)
		strbuf_printf(&b, "\n  | %s", t->lines[i % TAIL_LINES]);
	return strbuf_steal(&b);
}

static void tail_deinit(struct tail *t)
{
	for (size_t i = 0; i < TAIL_LINES; i++)
		free(t->lines[i]);
}

static void one_line(const char *line, const struct proc_opts *opts, FILE *log, struct tail *tail)
{
	tail_add(tail, line);
	if (log)
		fprintf(log, "%s\n", line);
	if (opts && opts->on_line)
		opts->on_line(line, opts->arg);
}

/* Hands out lines until the program closes its output; Ctrl-C ends the program's process group. */
static void drain(int fd, pid_t pid, const struct proc_opts *opts, FILE *log, struct tail *tail)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };
	char chunk[4096], *nl;
	bool killed = false;

	for (;;) {
		ssize_t n;

		if (interrupted && !killed) {
			kill(-pid, SIGTERM);
			killed = true;
		}
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		strbuf_add(&b, chunk, (size_t)n);
		while ((nl = memchr(b.data, '\n', b.len))) {
			*nl = '\0';
			one_line(b.data, opts, log, tail);
			b.len -= (size_t)(nl + 1 - b.data);
			memmove(b.data, nl + 1, b.len + 1);
		}
	}
	if (b.len)
		one_line(b.data, opts, log, tail);
}

static int wait_for(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static int judge(const char *name, int status, const struct tail *tail, struct error **err)
{
	_cleanup_free_ char *text = tail_text(tail);

	if (interrupted)
		return error_set(err, EXIT_INTERRUPTED, "%s: interrupted", name);
	if (WIFSIGNALED(status))
		return error_set(err, EXIT_FAULT, "%s: killed by signal %d (%s)%s", name,
				 WTERMSIG(status), strsignal(WTERMSIG(status)), text);
	if (WEXITSTATUS(status) == 0)
		return 0;
	return error_set(err, EXIT_FAULT, "%s: exit status %d%s", name, WEXITSTATUS(status), text);
}

int proc_run(char *const *argv, const struct proc_opts *opts, struct error **err)
{
	_cleanup_close_ int in = -1;
	_cleanup_fclose_ FILE *log = NULL;
	struct tail tail = { 0 };
	int fds[2], r;
	pid_t pid;

	if (opts && opts->log && !(log = fopen(opts->log, "we")))
		return error_errno(err, errno, "create %s", opts->log);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	in = fds[0];
	r = start(argv, opts, NULL, 0, fds[1], fds[1], &pid, err);
	close(fds[1]);
	if (r < 0)
		return -1;
	drain(in, pid, opts, log, &tail);
	r = judge(argv[0], wait_for(pid), &tail, err);
	tail_deinit(&tail);
	return r;
}

int proc_runl(const struct proc_opts *opts, struct error **err, const char *word, ...)
{
	_cleanup_strv_ char **argv = NULL;
	va_list ap;

	va_start(ap, word);
	for (const char *w = word; w; w = va_arg(ap, const char *))
		strv_add(&argv, w);
	va_end(ap);
	return proc_run(argv, opts, err);
}

/* What a program said on stderr, collected in memory. */
static char *memfd_text(int fd)
{
	_cleanup_free_ char *path = xasprintf("/proc/self/fd/%d", fd);
	char *text = NULL;

	if (file_read(path, &text, NULL, NULL) < 0)
		return xstrdup("");
	while (*text && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	return text;
}

static int read_all(int fd, struct strbuf *out, const char *name, struct error **err)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno != EINTR)
			return error_errno(err, errno, "read the output of %s", name);
		if (n > 0)
			strbuf_add(out, chunk, (size_t)n);
	}
	return 0;
}

int proc_output(char *const *argv, char **ret, struct error **err)
{
	_cleanup_close_ int errfd = memfd_create("stderr", MFD_CLOEXEC), in = -1;
	_cleanup_strbuf_ struct strbuf out = { 0 };
	_cleanup_free_ char *why = NULL;
	int fds[2], r, status;
	pid_t pid;

	if (errfd < 0 || pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "prepare the output of %s", argv[0]);
	in = fds[0];
	r = start(argv, NULL, NULL, 0, fds[1], errfd, &pid, err);
	close(fds[1]);
	if (r < 0)
		return -1;
	r = read_all(in, &out, argv[0], err);
	status = wait_for(pid);
	if (r < 0)
		return -1;
	if (status != 0) {
		why = memfd_text(errfd);
		return error_set(err, interrupted ? EXIT_INTERRUPTED : EXIT_FAULT,
				 "%s: exit status %d: %s", argv[0], WEXITSTATUS(status),
				 *why ? why : "no message");
	}
	*ret = strbuf_steal(&out);
	return 0;
}
