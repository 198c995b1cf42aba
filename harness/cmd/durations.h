/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What earlier runs say about how long a plan's cells take. */
#ifndef HARNESS_DURATIONS_H
#define HARNESS_DURATIONS_H

#include "plan/plan.h"

/*
 * Cells whose kernel, workload and mode ran before get the mean duration of
 * those boots as their estimate; *ret_known counts them (refused ones too).
 * No database, or one that can't be read, is no error here: nothing is known.
 */
void durations_estimate(struct plan *p, const char *db, size_t *ret_known);

#endif
