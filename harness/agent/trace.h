/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ftrace ring buffer.  The top-level one: an instance of our own would
 * make the kernel build a second tree of event files (ten megabytes of inodes
 * on 6.1), and trace_printk() of a module goes to the top level only.
 */
#ifndef AGENT_TRACE_H
#define AGENT_TRACE_H

#include "agent/job.h"
#include "agent/stream.h"

struct trace {
	char **events;  /* "system/name", enabled */
	char **skipped; /* patterns of the job that nothing matched */
};

/* Clock, buffer and events; off and empty until trace_start(). */
int trace_prepare(const struct job *job, struct trace *ret, struct error **err);
void trace_start(void);
void trace_stop(void);
/* trace/…; `job` says whose symbols to add. */
int trace_send(const struct trace *t, const struct job *job, struct stream *to, struct error **err);

#endif
