/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The job as the agent uses it: wire/job.h's text, with numbers read and lines cut into words. */
#ifndef AGENT_JOB_H
#define AGENT_JOB_H

#include "wire/job.h"

enum job_swap { JOB_SWAP_NONE, JOB_SWAP_PMEM, JOB_SWAP_ZRAM, JOB_SWAP_DISK };

/* Physical memory that the page allocator never sees. */
struct job_range {
	uint64_t start, bytes; /* bytes 0: there is none */
};

struct job_module {
	char *path;
	char *params; /* "" when there are none */
};

struct job_knob {
	char *name, *path, *value;
	bool said; /* by a line of the file, and not to be written */
};

struct job_param {
	char *name, *module, *param, *value;
};

struct job_counter {
	char *name, *path;
	bool live; /* must have moved by the end of the workload */
};

struct job {
	struct job_text text; /* owns the lists of words that need no reading */
	const char *stream;
	unsigned int heartbeat_ms, timeout_s, trace_buffer_kb;
	uint64_t seed, tools_bytes, mailbox_bytes, zram_bytes;
	enum job_swap swap;
	struct job_range swap_range, data_range;
	const char *swap_disk, *data_disk; /* paths of devices, or NULL */
	const char *workload, *output;
	char **argv;
	char **events, **kprobes, **functions; /* system:glob; kprobe_events' lines; globs */
	bool stream_trace;                     /* while the workload runs, */
	unsigned int stream_percent;           /* from so full on, */
	unsigned int stream_ms;                /* looked at so often */
	char **perf_groups;                    /* names, comma-separated */
	bool perf_system, perf_task;
	unsigned int perf_interval_ms;                                    /* 0: at the end only */
	unsigned int sample_every_ms, sample_region_mb, sample_buffer_kb; /* 0: no */
	char **sample_files;                                              /* "PATH GLOB…" */
	char **daemon;                                                    /* argv, or NULL */
	struct job_module *modules, *policy_modules;
	size_t n_modules, n_policy_modules;
	struct job_knob *knobs;
	size_t n_knobs;
	struct job_param *params;
	size_t n_params;
	struct job_counter *counters;
	size_t n_counters;
};

/* The job lives as long as the agent: there is nothing that frees it. */
int job_read(const char *text, struct job *ret, struct error **err);

#endif
