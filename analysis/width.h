/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How precisely each policy's comparison with stock is known by now.
 *
 * Runs may be repeated until an interval is narrow, and never until p is small:
 * the width says nothing of where the interval lies, so that stopping by it
 * favours no result.
 */
#ifndef ANALYSIS_WIDTH_H
#define ANALYSIS_WIDTH_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* One pair, by its worst metric. */
struct width {
	char *a_group, *b_group;
	char *where, *metric;
	double half; /* of the interval, in percent of the base; infinite while runs are too few */
};

struct widths {
	struct width *items;
	size_t n;
};

/*
 * Of the runs of these cells (NULL-terminated).  `metric` is a glob; NULL: the
 * workloads' own.  Metrics without a percentage (from 0, across 0) have no say.
 */
int widths_measure(sqlite3 *db, char *const *cells, const char *metric, struct widths *ret,
		   struct error **err);
/* Is every comparison that this cell group takes part in as narrow as that? */
bool widths_reached(const struct widths *w, const char *group, double half);
void widths_deinit(struct widths *w);
#define _cleanup_widths_ cleanup(widths_deinit)

#endif
