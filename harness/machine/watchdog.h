/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When to give a machine up.  Pure: time is an argument. */
#ifndef HARNESS_WATCHDOG_H
#define HARNESS_WATCHDOG_H

#include "machine/machine.h"

#define WATCHDOG_SILENT_BEATS 5 /* heartbeats missed in a row that make a hang */
#define WATCHDOG_PANIC_S 2.0    /* for the rest of a panic's console */
#define WATCHDOG_STALL_S 5.0    /* a gap between our own looks beyond which we were stopped */

struct watchdog {
	double started;
	double boot_s, silence_s, total_s; /* limits */
	double looked;                     /* when we last looked */
	double resumed;                    /* when we came back from being stopped, or 0 */
	double lost;                       /* seconds that we were stopped for */
	double panic_at;                   /* 0: none seen */
};

void watchdog_init(struct watchdog *w, const struct machine_spec *spec, double now);
/*
 * To be called after everything that had arrived was read.  True when the
 * machine is to be ended: *ret says as what, *ret_detail why (caller frees).
 */
bool watchdog_bites(struct watchdog *w, const struct guest_state *g, double now, enum outcome *ret,
		    char **ret_detail);

#endif
