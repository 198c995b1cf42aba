/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The moment in which a deterministic guest has booted and doesn't know its job
 * yet.  The machine stops there; what goes on may be another one that was
 * restored from it, and finds its job in the mailbox (wire/job.h).
 */
#ifndef AGENT_CHECKPOINT_H
#define AGENT_CHECKPOINT_H

#include "base/error.h"

/* Stops until the host goes on, then puts the job's files where an initramfs would have them. */
int checkpoint_pass(struct error **err);

#endif
