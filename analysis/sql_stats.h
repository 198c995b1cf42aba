/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics as SQL functions; NULLs are left out of all of them.
 *
 *	median(x)			quantile(x, q)
 *	hist_quantile(low, count, q)	of a histogram, one row a bucket
 *	effect(side, x)			from side 0 to side 1, as JSON: n_a, n_b, median_a,
 *					median_b, scale ("percent" or "unit"), diff, lo, hi,
 *					level, shift, p, verdict
 *	mann_whitney(side, x)		two-sided p
 *	hodges_lehmann(side, x)		shift from side 0 to side 1, in the unit of x
 *	bh(key, p)			{key: q} by Benjamini-Hochberg
 */
#ifndef ANALYSIS_SQL_STATS_H
#define ANALYSIS_SQL_STATS_H

#include <sqlite3.h>

/* SQLITE_OK or an error code.  Doing it twice is fine. */
int stats_register(sqlite3 *db);

#endif
