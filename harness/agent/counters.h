/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf counters over the measured phase (libperf): of each CPU, of the workload, or of both. */
#ifndef AGENT_COUNTERS_H
#define AGENT_COUNTERS_H

#include "agent/job.h"
#include "agent/stream.h"

struct counters;

/*
 * Opens and closes nothing that counts, but leaves the kernel's code as
 * counting needs it: the first counter of a kind rewrites it.
 */
int counters_rehearse(const struct job *job, struct error **err);
/* Opened and not yet counting.  What the machine can't count is kept as unsupported. */
struct counters *counters_open(const struct job *job, struct error **err);
void counters_start(struct counters *c);
void counters_stop(struct counters *c);
/* perf.json, and perf.series where there are intervals. */
int counters_send(const struct counters *c, struct stream *to);

#endif
