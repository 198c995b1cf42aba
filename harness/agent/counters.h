/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf counters, system-wide and per CPU, over the measured phase (libperf). */
#ifndef AGENT_COUNTERS_H
#define AGENT_COUNTERS_H

#include "agent/stream.h"

struct counters;

/* Opened and not yet counting.  What the machine can't count is kept as unsupported. */
struct counters *counters_open(struct error **err);
void counters_start(struct counters *c);
void counters_stop(struct counters *c);
/* perf.json */
int counters_send(const struct counters *c, struct stream *to);

#endif
