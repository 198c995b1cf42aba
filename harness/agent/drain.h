/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of the ring buffer onto the stream: the rest of them after the
 * workload, and, where a run wouldn't fit, some of them while it runs.
 *
 * Who waits for a ring buffer (poll, a blocking read, trace_pipe) makes its
 * writer raise an irq_work, an interrupt of its own, for each page that
 * fills, and be rescheduled by another one.  So nobody waits here: a thread
 * sleeps, looks at the level, and takes pages without blocking, which costs
 * the writer's CPU nothing.  Memory is had before the workload starts.
 */
#ifndef AGENT_DRAIN_H
#define AGENT_DRAIN_H

#include "agent/job.h"
#include "agent/stream.h"

struct drain;

/* With a thread that waits for drain_begin(), if the job asks for streaming. */
struct drain *drain_create(const struct job *job, struct stream *to, struct error **err);
/* Opens the buffer of each CPU; all of them are there now. */
int drain_open(struct drain *d, struct error **err);
void drain_begin(struct drain *d);
void drain_end(struct drain *d);
/* What is left, CPU by CPU.  Events are off. */
int drain_rest(struct drain *d, struct error **err);
/* Bytes that were sent while the workload ran. */
uint64_t drain_streamed(const struct drain *d);

#endif
