/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine's process.  It can't outlive us: the kernel kills it when we die,
 * however we die, and child_kill() doesn't return before it is reaped.
 */
#ifndef HARNESS_CHILD_H
#define HARNESS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct child {
	pid_t pid; /* 0: none */
	int pidfd; /* readable once it has ended */
	bool reaped;
	int status; /* as of waitpid(), once reaped */
};

/* fds become 3, 4, … in the child; it runs on host CPUs `cpus` (n_cpus 0: on any). */
int child_start(char *const *argv, const int *fds, size_t n_fds, int out_fd, const int *cpus,
		size_t n_cpus, struct child *ret, struct error **err);
/*
 * Its first thread comes before all others of its CPUs; threads that it makes do not.
 * False without the privilege.
 */
bool child_first_thread_first(const struct child *c);
/* Its threads get our nice value, which those of a first thread that comes first begin without. */
void child_share_nice(const struct child *c);
/* Waits up to `timeout_s` (0: only looks); true once it has ended and was reaped. */
bool child_wait(struct child *c, double timeout_s);
/* SIGTERM, a second for it to act, SIGKILL; reaped either way.  Fine if it has ended. */
void child_kill(struct child *c);
void child_deinit(struct child *c);
#define _cleanup_child_ cleanup(child_deinit)

/* "exited with status 1", "was killed by signal 9 (Killed)"; caller frees. */
char *child_status_text(const struct child *c);

#endif
