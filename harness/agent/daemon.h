/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy's own program.  It runs in the agent's root from before the workload
 * until after it, and publishes files of `name value` lines as the kernel's
 * policies do.  Like the agent it is kept from the OOM killer.
 */
#ifndef AGENT_DAEMON_H
#define AGENT_DAEMON_H

#include <sys/types.h>

#include "agent/job.h"

struct policy_daemon {
	pid_t pid; /* 0: there is none, or not any more */
};

/* Both return NULL, or what is wrong (a sentence; caller frees). */
char *daemon_start(const struct job *job, struct policy_daemon *ret);
/* It should be there and is ended; says so if it had ended by itself. */
char *daemon_end(struct policy_daemon *d);
/* false also when there is none. */
bool daemon_has_ended(const struct policy_daemon *d);

#endif
