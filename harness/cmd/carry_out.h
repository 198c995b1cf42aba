/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a plan to rows, for every command that boots: run, claim, gate. */
#ifndef HARNESS_CARRY_OUT_H
#define HARNESS_CARRY_OUT_H

#include "campaign/campaign.h"
#include "cmd/cmd.h"

/*
 * Gets the kernels, says what can't run, runs what isn't finished, and sums
 * up on stderr.  *ret_db is open for writing; the caller closes it, also on error.
 */
int carry_out(const struct app *app, struct plan *plan, bool retry, struct db **ret_db,
	      struct campaign_summary *ret, struct error **err);

/* Planned cells that ended without a usable result. */
size_t carry_out_void(const struct campaign_summary *s);

/* Ids of a plan's cells; the caller frees. */
char **carry_out_cells(const struct plan *plan);

#endif
