/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells one experiment from another, in the order in which headings name it. */
#ifndef ANALYSIS_AXES_H
#define ANALYSIS_AXES_H

#include <stdbool.h>

/* X(id, key on the command line, column of run, SQL that shows it, only where it varies) */
#define AXES(X)										\
	X(KERNEL, "kernel", "kernel", "kernel", false)					\
	X(WORKLOAD, "workload", "workload", "workload", false)				\
	X(WORKLOAD_KNOBS, "workload_knobs", "workload_knobs", "workload_knobs", true)	\
	X(MODE, "mode", "mode", "mode", false)						\
	X(CPUS, "cpus", "cpus", "cpus || ' CPUs'", true)				\
	X(MEM, "mem", "mem_bytes", "(mem_bytes / 1048576) || ' MiB'", true)		\
	X(SWAP, "swap", "swap", "'swap ' || swap", true)				\
	X(POLICY, "policy", "policy", "policy", false)					\
	X(KNOBS, "knobs", "knobs", "knobs", true)

enum axis_id {
#define X(id, key, column, show, sparse) AXIS_##id,
	AXES(X)
#undef X
	N_AXES
};

struct axis {
	const char *key, *column, *show;
	bool sparse;
};

extern const struct axis axes[N_AXES];

#endif
