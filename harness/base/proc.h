/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs.  A child never outlives us (PR_SET_PDEATHSIG) and never
 * reads our terminal.
 */
#ifndef HARNESS_PROC_H
#define HARNESS_PROC_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct proc_opts {
	const char *cwd;  /* NULL: ours */
	const char *log;  /* stdout and stderr go to this file (truncated first) */
	char *const *env; /* "NAME=value" added to our environment, or NULL */
	/* Called for each line of output while the program runs (also when there is a log). */
	void (*on_line)(const char *line, void *arg);
	void *arg;
};

/*
 * Runs argv (PATH is searched) and waits.  Error, with the last lines of its
 * output, when it can't be started or ends with anything but 0.  Ctrl-C ends
 * the program and returns EXIT_INTERRUPTED.
 */
int proc_run(char *const *argv, const struct proc_opts *opts, struct error **err);

/* The same with literal words: proc_runl(&opts, err, "dpkg-deb", "-x", deb, dir, NULL). */
int proc_runl(const struct proc_opts *opts, struct error **err, const char *word, ...)
	__attribute__((sentinel));

/* Runs and gives stdout (NUL-terminated); stderr goes into the error. */
int proc_output(char *const *argv, char **ret, struct error **err);

/*
 * fork + exec with the given fds in the child as 3, 4, … (in order), stdin
 * from /dev/null, stdout and stderr to `out_fd`.  For supervised children.
 */
int proc_spawn(char *const *argv, const int *fds, size_t n_fds, int out_fd, pid_t *ret,
	       struct error **err);

/* True once Ctrl-C or SIGTERM arrived; long loops look at it.  proc_catch_signals() arms it. */
bool proc_interrupted(void);
void proc_catch_signals(void);

/* Is there such a program in PATH? */
bool proc_exists(const char *name);

#endif
