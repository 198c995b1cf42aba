/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy counts only if it was verified active: its modules are in, its
 * daemon runs until the end, every knob reads back as it was set, before and
 * after the workload, and its liveness counters moved.  Anything else is a
 * refusal that names the first thing that is wrong.
 */
#ifndef AGENT_POLICY_H
#define AGENT_POLICY_H

#include "agent/daemon.h"
#include "agent/job.h"
#include "agent/stream.h"

/* A knob of the job; a module's parameter or a daemon's argument is only read back. */
struct knob_state {
	const char *name, *wanted;
	char *path;
	bool write;
	bool said;                       /* `path` has it in a `name value` line */
	char *before, *readback, *after; /* NULL: could not be read */
	char *problem;                   /* why it isn't verified, or NULL */
	bool checked_after;
};

struct counter_state {
	const struct job_counter *counter;
	uint64_t before, after;
	bool have_before, have_after;
};

struct policy {
	struct knob_state *knobs;
	size_t n_knobs;
	struct counter_state *counters;
	size_t n_counters;
	struct policy_daemon daemon;
	char *daemon_problem; /* at the end of the workload, or NULL */
};

/* All return NULL, or why the policy is refused (a sentence; caller frees). */
char *policy_apply(const struct job *job, struct policy *ret);
/* The workload is over.  Before what else runs is killed, or the daemon would be among it. */
void policy_daemon_end(struct policy *p);
char *policy_verify_after(const struct job *job, struct policy *p);

/* knobs.json, counters.json. */
int policy_send(const struct policy *p, struct stream *to);

#endif
