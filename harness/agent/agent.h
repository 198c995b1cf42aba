/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the agent knows at any moment; main.c fills it stage by stage. */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "agent/counters.h"
#include "agent/job.h"
#include "agent/policy.h"
#include "agent/sampler.h"
#include "agent/snapshot.h"
#include "agent/stream.h"
#include "agent/trace.h"
#include "agent/workload.h"

struct agent {
	struct job job;
	struct stream *stream; /* NULL until it is open */
	struct policy policy;
	struct trace trace;
	struct counters *counters;
	struct sampler *sampler; /* NULL: nothing is sampled */
	struct snapshot before, after;
	struct workload workload;
	bool measured;            /* the workload ran: what follows it can be sent */
	double boot_uptime_s;     /* /proc/uptime when the agent started, */
	double workload_uptime_s; /* and when the workload did */
	uint64_t cpu_ns;          /* the agent's own, in the measured phase */
};

/* How it ended, in the names of machine/machine.h. */
struct verdict {
	const char *outcome;
	char *detail; /* or NULL */
};

/* report.c: everything but the frames around it.  Says what is missing when it fails. */
int report_send(const struct agent *a, struct error **err);
double uptime_s(void);

#endif
