/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cells sample: harness.toml's wishes, the policy's and the workload's, put together. */
#ifndef HARNESS_PLAN_SAMPLES_H
#define HARNESS_PLAN_SAMPLES_H

#include "config/config.h"

/* One for each policy and workload, however many cells share it. */
struct sample_set;

struct sample_set *sample_set_create(void);
void sample_set_free(struct sample_set *s);
/* Lives as long as the set and as the configuration. */
const struct sample_config *sample_set_get(struct sample_set *s, const struct sample_config *base,
					   const struct policy_def *policy,
					   const struct workload_def *workload);

#endif
