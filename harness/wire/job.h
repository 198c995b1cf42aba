/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The job: everything the agent is told, as the file /job.  It comes in the
 * initramfs, or, where one boot serves many jobs, by the mailbox (wire/mailbox.h).
 * Lines of "key value" with backslash escapes (\n, \\); repeated keys make
 * lists, in order.  Host (image/job.c) and agent (agent/job.c) share the keys.
 *
 * X(key, least occurrences, most occurrences, what the value is)
 */
#ifndef HARNESS_JOB_H
#define HARNESS_JOB_H

#include "base/error.h"
#include "base/str.h"

#define JOB_PATH "/job"
/* Modules of the machine's own devices, a path a line, in loading order; in the initramfs. */
#define JOB_MODULES_PATH "/modules"
#define JOB_MANY 1000

#define JOB_KEYS(X)                                                                                \
	X(VERSION, "version", 1, 1, "format version: 1")                                           \
	X(STREAM, "stream", 1, 1, "device for frames: virtio port name or tty path")               \
	X(MAILBOX, "mailbox", 0, 1, "size in bytes of the device that takes what is sent")         \
	X(HEARTBEAT, "heartbeat_ms", 1, 1, "milliseconds between heartbeats")                      \
	X(SEED, "seed", 1, 1, "u64")                                                               \
	X(MODULE, "module", 0, JOB_MANY,                                                           \
	  "device module of this job's own, loaded first: path, parameters")                       \
	X(TOOLS, "tools", 0, 1, "size in bytes of the tools device (found by size), or absent")    \
	X(SWAP, "swap", 1, 1, "none | pmem START BYTES | zram BYTES | disk PATH")                  \
	X(DATA, "data", 0, 1, "the data device: START BYTES | disk PATH")                          \
	X(TRACE_BUFFER, "trace_buffer_kb", 0, 1, "per CPU; absent: no tracing")                    \
	X(TRACE_EVENT, "trace_event", 0, JOB_MANY, "system:glob")                                  \
	X(TRACE_KPROBE, "trace_kprobe", 0, JOB_MANY, "as the kernel's kprobe_events takes it")     \
	X(TRACE_GRAPH, "trace_graph", 0, JOB_MANY, "glob of functions whose calls are traced")     \
	X(TRACE_STREAM, "trace_stream", 0, 1,                                                      \
	  "PERCENT MS: buffers that are so full are sent while the workload runs; look so often")  \
	X(PERF_GROUP, "perf_group", 0, JOB_MANY, "counters' names, comma-separated")               \
	X(PERF_PER, "perf_per", 0, 1, "system, task or both")                                      \
	X(PERF_INTERVAL, "perf_interval_ms", 0, 1, "0: at the end only")                           \
	X(SAMPLE_EVERY, "sample_every_ms", 0, 1, "absent: nothing is sampled")                     \
	X(SAMPLE_REGION, "sample_region_mb", 0, 1, "size of the regions whose filling is sampled") \
	X(SAMPLE_FILE, "sample_file", 0, JOB_MANY, "PATH GLOB…: a file that is sampled")           \
	X(SAMPLE_BUFFER, "sample_buffer_kb", 0, 1, "memory for samples")                           \
	X(POLICY_MODULE, "policy_module", 0, JOB_MANY, "path in the initrd, parameters")           \
	X(KNOB, "knob", 0, JOB_MANY, "NAME PATH VALUE: write, read back, compare")                 \
	X(MODULE_PARAM, "module_param", 0, JOB_MANY,                                               \
	  "NAME MODULE PARAM VALUE: read back from sysfs")                                         \
	X(DAEMON, "daemon", 0, JOB_MANY, "argv of the policy's own program, one word a line")      \
	X(KNOB_READ, "knob_read", 0, JOB_MANY,                                                     \
	  "NAME FILE VALUE: what the daemon says in a `NAME value` line of the file")              \
	X(COUNTER, "counter", 0, JOB_MANY, "NAME live|plain PATH: `NAME value` line of the file")  \
	X(WORKLOAD, "workload", 1, 1, "the workload's name")                                       \
	X(ARG, "arg", 1, JOB_MANY, "argv of the workload, one word a line")                        \
	X(OUTPUT, "output", 1, 1, "name of the workload's output file below /out")                 \
	X(TIMEOUT, "timeout_s", 1, 1, "for the workload")

enum job_key {
#define X(e, key, min, max, help) JOB_##e,
	JOB_KEYS(X)
#undef X
		N_JOB_KEYS,
};

/*
 * `stream` under tcg and kvm: the virtio-console port of this name, which the
 * machine offers (-device virtserialport,name=…).  In deterministic mode it is
 * a tty path, since virtio's completion comes from the host at its own time.
 */
#define JOB_STREAM_PORT "harness.frames"
#define JOB_STREAM_TTY "/dev/ttyS1"

/* Where the agent puts things for the workload: ${out} and ${data} of its command line. */
#define JOB_OUT_DIR "/out"
#define JOB_DATA_DEVICE "/dev/data"

/* A job as text values; what a value says is up to its reader. */
struct job_text {
	char **values[N_JOB_KEYS]; /* NULL-terminated, or NULL when the key is absent */
};

/* Appends one escaped line. */
void job_put(struct strbuf *b, enum job_key key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Checks keys, escapes and how often each key occurs; errors name the line. */
int job_parse(const char *text, struct job_text *ret, struct error **err);
void job_text_deinit(struct job_text *j);
#define _cleanup_job_text_ cleanup(job_text_deinit)

/* The first value, or NULL. */
static inline const char *job_value(const struct job_text *j, enum job_key key)
{
	return j->values[key] ? j->values[key][0] : NULL;
}

#endif
