/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The workload: one program in a chroot of the tools image, its words kept, its time bounded. */
#ifndef AGENT_WORKLOAD_H
#define AGENT_WORKLOAD_H

#include "agent/job.h"

struct workload {
	uint64_t start_ns, end_ns;
	int status; /* as from wait(2) */
	bool timed_out;
	struct strbuf out, err; /* the first bytes; the rest is dropped and counted */
	uint64_t out_dropped, err_dropped;
};

/* -1 only if it could not be started at all. */
int workload_run(const struct job *job, struct workload *ret, struct error **err);
/* What it left running must not go on into the counters read after it. */
void workload_end_stragglers(void);
/* NULL if it ended well, or what went wrong; caller frees. */
char *workload_problem(const struct workload *w, const struct job *job);
/* It said by its exit status, EX_DATAERR, that contents weren't what they had to be. */
bool workload_lost_data(const struct workload *w);

#endif
