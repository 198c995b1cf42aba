/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells one experiment from another, in the order in which headings name it. */
#ifndef ANALYSIS_AXES_H
#define ANALYSIS_AXES_H

#include <stddef.h>

/*
 * X(id, key on the command line, column of run, SQL that shows it, NULL or the
 * column within whose values it has to vary to be named)
 */
#define AXES(X)                                                                             \
	X(KERNEL, "kernel", "kernel", "kernel", NULL)                                       \
	X(WORKLOAD, "workload", "workload", "workload", NULL)                               \
	X(WORKLOAD_KNOBS, "workload_knobs", "workload_knobs", "workload_knobs", "workload") \
	X(MODE, "mode", "mode", "mode", NULL)                                               \
	X(CPUS, "cpus", "cpus", "cpus || ' CPUs'", "workload")                              \
	X(MEM, "mem", "mem_bytes", "(mem_bytes / 1048576) || ' MiB'", "workload")           \
	X(SWAP, "swap", "swap", "'swap ' || swap", "workload")                              \
	X(POLICY, "policy", "policy", "policy", NULL)                                       \
	X(KNOBS, "knobs", "knobs", "knobs", "policy")

enum axis_id {
#define X(id, key, column, show, within) AXIS_##id,
	AXES(X)
#undef X
		N_AXES
};

#define ALL_AXES ((1u << N_AXES) - 1)

struct axis {
	const char *key, *column, *show, *within;
};

extern const struct axis axes[N_AXES];

#endif
