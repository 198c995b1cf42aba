/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runs of a second database beside those of the first, for a comparison
 * across files.  Both stay as they are: temporary objects of the first
 * connection stand before its tables `run`, `metric` and `trace_cpu`.
 */
#ifndef ANALYSIS_BORROW_H
#define ANALYSIS_BORROW_H

#include <sqlite3.h>

#include "base/error.h"

/* Ids of borrowed runs and campaigns begin with this, so that a copy of a run is another run. */
#define BORROWED "baseline/"

/* Columns that the other database lacks are NULL; those that ours lacks are left. */
int borrow_runs(sqlite3 *db, sqlite3 *other, struct error **err);

#endif
