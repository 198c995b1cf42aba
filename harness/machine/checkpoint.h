/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A boot that serves many runs: the machine at the moment in which its guest has
 * booted and asks for its job, kept in the cache by all that the boot depends
 * on.  Runs that begin there are the same, bit by bit, whoever made it.
 */
#ifndef HARNESS_CHECKPOINT_H
#define HARNESS_CHECKPOINT_H

#include "machine/machine.h"

struct checkpoint {
	char *state;   /* a file for machine_spec.restore */
	char *console; /* what the guest said on its way there */
	size_t console_len;
};

/*
 * Boots the guest if that hasn't been done yet.  *ret->state stays NULL when it
 * didn't get there; *ret_boot then has how it ended, as from machine_run().
 */
int checkpoint_get(const struct machine_spec *spec, struct checkpoint *ret,
		   struct machine_result *ret_boot, struct error **err);
void checkpoint_deinit(struct checkpoint *c);
#define _cleanup_checkpoint_ cleanup(checkpoint_deinit)

#endif
