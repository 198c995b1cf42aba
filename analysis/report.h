/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report: sections from analysis/reports, run over a scope, judged
 * together, and printed for people or programs.
 *
 * Only temporary tables are made, so a database opened for reading will do.
 */
#ifndef ANALYSIS_REPORT_H
#define ANALYSIS_REPORT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/* NULL members match everything; kernel … mode and section are globs. */
struct report_options {
	const char *campaign;
	bool latest;        /* the campaign of the run that started last */
	char *const *cells; /* only these cell ids; NULL-terminated.  What a plan holds, also
				 * when some of its runs were made by an earlier campaign */
	const char *kernel, *policy, *workload, *mode;
	const char *section;
	const char *reports; /* folder of sections; NULL: analysis/reports */
	bool markdown, json;
	bool verbose; /* run ids, and metrics that are 0 everywhere */
	bool color;
};

/* Each policy against stock on the same kernel.  EXIT_INPUT when the options match no run. */
int report_print(sqlite3 *db, const struct report_options *o, FILE *out, struct error **err);

/* Two selections, such as "kernel=debian-6.1,policy=stock"; keys in scope.h. */
int report_compare(sqlite3 *db, const char *a, const char *b, const struct report_options *o,
		   FILE *out, struct error **err);

#endif
