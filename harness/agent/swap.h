/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_SWAP_H
#define AGENT_SWAP_H

#include "agent/job.h"

/* Makes and switches on the job's swap device, if it has one. */
int swap_setup(const struct job *job, struct error **err);

#endif
