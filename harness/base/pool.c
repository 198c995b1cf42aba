// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"

#define LOOK_MS 200

/* First byte of what a child says; the rest is the text. */
enum { SAYS_DONE = '+', SAYS_FAILED = '-' };

struct worker {
	pid_t pid; /* 0: free */
	int fd;
	size_t task;
	struct strbuf said;
};

struct pool {
	const struct pool_tasks *tasks;
	struct worker *workers;
	size_t next; /* task to start */
	unsigned int busy;
	bool told; /* the children of an interruption */
};

static unsigned int turn;

unsigned int pool_turn(void)
{
	return turn;
}

unsigned int pool_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0 || CPU_COUNT(&set) < 1)
		return 1;
	return (unsigned int)CPU_COUNT(&set);
}

/* The live line is the parent's. */
static void child_main(const struct pool_tasks *t, size_t task, pid_t parent, int fd)
{
	struct strbuf text = { 0 };
	struct error *why = NULL;
	char code;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	progress_init(QUIET);
	if (t->work(t->arg, task, &text, &why) == 0) {
		fd_write(fd, (char[]){ SAYS_DONE }, 1);
		fd_write(fd, text.data, text.len);
		_exit(0);
	}
	code = (char)(why ? why->code : EXIT_FAULT);
	fd_write(fd, (char[]){ SAYS_FAILED, code }, 2);
	fd_write(fd, why ? why->msg : "", why ? strlen(why->msg) : 0);
	_exit(1);
}

static int start(struct pool *p, struct worker *w, struct error **err)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	fflush(NULL);
	w->pid = fork();
	if (w->pid == 0) {
		/* Not from 0 on: others on this host have pools of one, too. */
		turn = (unsigned int)parent + (unsigned int)(w - p->workers);
		child_main(p->tasks, p->next, parent, ends[1]);
	}
	close(ends[1]);
	if (w->pid < 0) {
		w->pid = 0;
		close(ends[0]);
		return error_errno(err, errno, "fork");
	}
	w->fd = ends[0];
	w->task = p->next++;
	p->busy++;
	return 0;
}

static void read_failure(const struct worker *w, int status, struct error **why)
{
	const struct strbuf *s = &w->said;

	if (s->len >= 2 && s->data[0] == SAYS_FAILED)
		error_set(why, (enum exit_code)s->data[1], "%s", s->data + 2);
	else if (WIFSIGNALED(status))
		error_set(why, EXIT_FAULT, "its process was killed by signal %d", WTERMSIG(status));
	else
		error_set(why, EXIT_FAULT, "its process ended without a word");
}

static int finish(struct pool *p, struct worker *w, struct error **err)
{
	_cleanup_strbuf_ struct strbuf said = { 0 };
	_cleanup_error_ struct error *why = NULL;
	const char *text = NULL;
	int status = 0;

	close(w->fd);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
	p->busy--;
	said = w->said;
	if (said.len && said.data[0] == SAYS_DONE && WIFEXITED(status))
		text = said.data + 1;
	else
		read_failure(w, status, &why);
	w->said = (struct strbuf){ 0 };
	return p->tasks->done(p->tasks->arg, w->task, text, why, err);
}

/* 1 while there is more to come. */
static int hear(struct worker *w)
{
	char buf[4096];
	ssize_t n = read(w->fd, buf, sizeof(buf));

	if (n > 0)
		strbuf_add(&w->said, buf, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

static void pass_on(struct pool *p)
{
	for (unsigned int i = 0; !p->told && i < p->tasks->width; i++) {
		if (p->workers[i].pid)
			kill(p->workers[i].pid, SIGINT);
	}
	p->told = true;
}

static int attend(struct pool *p, struct error **err)
{
	_cleanup_free_ struct pollfd *fds = xcalloc(p->tasks->width, sizeof(*fds));
	int r = 0;

	for (unsigned int i = 0; i < p->tasks->width; i++)
		fds[i] = (struct pollfd){ p->workers[i].pid ? p->workers[i].fd : -1, POLLIN, 0 };
	if (proc_interrupted())
		pass_on(p);
	if (poll(fds, p->tasks->width, LOOK_MS) <= 0)
		return 0;
	for (unsigned int i = 0; i < p->tasks->width; i++) {
		if (fds[i].revents && !hear(&p->workers[i]) && finish(p, &p->workers[i], err) < 0)
			r = -1;
	}
	return r;
}

int pool_run(const struct pool_tasks *tasks, struct error **err)
{
	_cleanup_free_ struct worker *workers = xcalloc(tasks->width, sizeof(*workers));
	_cleanup_error_ struct error *first = NULL;
	struct pool p = { .tasks = tasks, .workers = workers };

	for (;;) {
		for (unsigned int i = 0; i < tasks->width; i++) {
			if (first || proc_interrupted() || p.next == tasks->n)
				break;
			if (!workers[i].pid)
				start(&p, &workers[i], &first);
		}
		if (!p.busy)
			break;
		/* What runs already ends in peace; the first error is the pool's. */
		attend(&p, first ? NULL : &first);
	}
	return first ? error_propagate(err, steal_ptr(&first)) : 0;
}
