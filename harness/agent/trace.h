/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ftrace ring buffer.  The top-level one: an instance of our own would
 * make the kernel build a second tree of event files (ten megabytes of inodes
 * on 6.1), and trace_printk() of a module goes to the top level only.
 */
#ifndef AGENT_TRACE_H
#define AGENT_TRACE_H

#include "agent/drain.h"
#include "agent/job.h"
#include "agent/stream.h"

struct trace {
	char **events;  /* "system/name", enabled */
	char **skipped; /* of the job: patterns that nothing matched, what this kernel hasn't */
	struct drain *drain;
};

/* Clock, buffer, events, streaming: off and empty until trace_start().  All that changes code. */
int trace_prepare(const struct job *job, struct stream *to, struct trace *ret, struct error **err);
/* When all CPUs are there and all threads of the agent. */
int trace_open(struct trace *t, struct error **err);
void trace_start(struct trace *t);
void trace_stop(struct trace *t);
/* trace/…; `job` says whose symbols to add. */
int trace_send(const struct trace *t, const struct job *job, struct stream *to, struct error **err);

#endif
