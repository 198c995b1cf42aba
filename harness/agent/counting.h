/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open counters; shared by counters.c and series.c only. */
#ifndef AGENT_COUNTING_H
#define AGENT_COUNTING_H

#include <perf/cpumap.h>
#include <perf/evsel.h>

#include "agent/job.h"
#include "agent/stream.h"

struct counter {
	char *name;
	const char *group; /* as in the job */
	bool task;         /* the workload's tasks, on whatever CPU; else all tasks of each CPU */
	struct perf_evsel *evsel; /* NULL: not supported */
};

struct counters {
	struct counter *list;
	size_t n;
	struct perf_cpu_map *cpus, *any;
	struct perf_thread_map *all, *self;
	struct series *series; /* NULL: no intervals */
};

/* false: it can't be read, and has no value. */
bool counter_read(const struct counter *c, int cpu_idx, struct perf_counts_values *ret);

/* series.c: NULL without intervals. */
struct series *series_create(const struct job *job, const struct counters *c, struct error **err);
void series_begin(struct series *s);
void series_end(struct series *s);
int series_send(const struct series *s, struct stream *to);

#endif
