/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a deterministic cell has to keep to: from the start of the measured
 * phase to its end nothing comes from the host.  Clock, CPU and seeds are
 * pinned by machine/qemu.c, devices are memory; what a configuration can still
 * ask for that would break it is refused here.
 */
#ifndef HARNESS_CONTRACT_H
#define HARNESS_CONTRACT_H

#include "plan/plan.h"

/* Why this cell can't be deterministic, or NULL: it can, or isn't to be.  Caller frees. */
char *contract_breach(const struct cell *cell);

#endif
