/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of the kernel, and the filling of memory, as series: read at intervals
 * of the guest's clock while the workload runs, kept in memory that was taken
 * before, and sent when all is over.
 *
 * What is sent (file "samples") is a sequence of records,
 *
 *	@ NS TOOK_NS LENGTH SOURCE
 *	LENGTH bytes
 *
 * NS is when a round of readings began (CLOCK_MONOTONIC), TOOK_NS how long this
 * one took, LENGTH "=" when the text is the one before.  "@ end MISSED" is last.
 */
#ifndef AGENT_SAMPLER_H
#define AGENT_SAMPLER_H

#include "agent/job.h"
#include "agent/stream.h"

struct sampler;

/* NULL without an error when nothing is to be sampled. */
int sampler_create(const struct job *job, struct sampler **ret, struct error **err);
/* The first round is over when it returns. */
void sampler_begin(struct sampler *s);
void sampler_end(struct sampler *s);
int sampler_send(const struct sampler *s, struct stream *to);

#endif
