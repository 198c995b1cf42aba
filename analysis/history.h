/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One metric of each experiment over the campaigns of a database, and where it changed. */
#ifndef ANALYSIS_HISTORY_H
#define ANALYSIS_HISTORY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct history_options {
	const char *metric;                            /* glob */
	const char *kernel, *policy, *workload, *mode; /* globs, or NULL */
	bool changes;                                  /* only series with a change */
	bool json;
};

/* EXIT_INPUT when no run matches, with what there is; *ret_changed: a level changed somewhere. */
int history_print(sqlite3 *db, const struct history_options *o, FILE *out, bool *ret_changed,
		  struct error **err);

#endif
