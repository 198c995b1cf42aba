/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cells trace: harness.toml's wishes, the policy's and the workload's, put together. */
#ifndef HARNESS_PLAN_TRACES_H
#define HARNESS_PLAN_TRACES_H

#include "config/config.h"

/* One for each policy and workload, however many cells share it. */
struct trace_set;

struct trace_set *trace_set_create(void);
void trace_set_free(struct trace_set *s);
/* Lives as long as the set and as the configuration. */
const struct trace_config *trace_set_get(struct trace_set *s, const struct trace_config *base,
					 const struct policy_def *policy,
					 const struct workload_def *workload, bool enabled);

#endif
