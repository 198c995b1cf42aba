/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The job: everything the agent is told, baked into the boot files as /job.
 * Lines of "key value" with backslash escapes (\n, \\); repeated keys make
 * lists, in order.  Host (image/job.c) and agent (agent/job.c) share the keys.
 *
 * X(key, least occurrences, most occurrences, what the value is)
 */
#ifndef HARNESS_JOB_H
#define HARNESS_JOB_H

#define JOB_PATH "/job"
#define JOB_MANY 1000

#define JOB_KEYS(X)									\
	X(VERSION, "version", 1, 1, "format version: 1")				\
	X(STREAM, "stream", 1, 1, "device for frames: virtio port name or tty path")	\
	X(HEARTBEAT, "heartbeat_ms", 1, 1, "milliseconds between heartbeats")		\
	X(SEED, "seed", 1, 1, "u64")							\
	X(MODULE, "module", 0, JOB_MANY, "device module to load before anything: path, parameters") \
	X(TOOLS, "tools", 0, 1, "size in bytes of the tools device (found by size), or absent") \
	X(SWAP, "swap", 1, 1, "none | pmem START BYTES | zram BYTES")			\
	X(DATA, "data", 0, 1, "START BYTES of the data device")			\
	X(TRACE_BUFFER, "trace_buffer_kb", 0, 1, "per CPU; absent: no tracing")	\
	X(TRACE_EVENT, "trace_event", 0, JOB_MANY, "system:glob")			\
	X(POLICY_MODULE, "policy_module", 0, JOB_MANY, "path in the initrd, parameters") \
	X(KNOB, "knob", 0, JOB_MANY, "NAME PATH VALUE: write, read back, compare")	\
	X(MODULE_PARAM, "module_param", 0, JOB_MANY, "NAME MODULE PARAM VALUE: read back from sysfs") \
	X(COUNTER, "counter", 0, JOB_MANY, "NAME live|plain PATH: `NAME value` line of the file") \
	X(WORKLOAD, "workload", 1, 1, "the workload's name")				\
	X(ARG, "arg", 1, JOB_MANY, "argv of the workload, one word a line")		\
	X(OUTPUT, "output", 1, 1, "name of the workload's output file below /out")	\
	X(TIMEOUT, "timeout_s", 1, 1, "for the workload")

enum job_key {
#define X(e, key, min, max, help) JOB_##e,
	JOB_KEYS(X)
#undef X
	N_JOB_KEYS,
};

#endif
