/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results folder: numbering of runs, and what killed processes left behind. */
#ifndef HARNESS_RUNS_H
#define HARNESS_RUNS_H

#include "base/error.h"

/* Held while a folder appears in results/tmp or is swept from it; closing releases it. */
int runs_gate(const char *results, int *ret_fd, struct error **err);
/*
 * A folder results/tmp/NAME.XXXXXX to write a run in, and a lock on it that says that somebody
 * does.  Whatever is there is the caller's also on error.
 */
int runs_make_tmp(const char *results, const char *name, char **ret_tmp, int *ret_lock,
		  struct error **err);
/* One more than the highest number that a run of this cell has. */
int runs_next(const char *results, const char *cell_id, unsigned int *ret, struct error **err);
/* Folders in results/tmp that nobody works in any more; NULL-terminated. */
int runs_orphans(const char *results, char ***ret, struct error **err);

#endif
