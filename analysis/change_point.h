/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the level of a series changes.
 *
 * Seeded binary segmentation (Kovács, Bühlmann, Li, Munk: Biometrika 110, 2023)
 * over the ranks of the values, judged by permutation:
 *
 * - ranks, since one wild boot must not make a change, nor hide one;
 * - intervals of many lengths, since in the whole of a series that goes up and
 *   comes back a single cut sees nothing;
 * - permutation of the maximum over all intervals and cuts, since it accounts for
 *   the search without assuming a distribution;
 * - cuts only between groups (campaigns): within one nothing changed but luck.
 *
 * The generator's seed is fixed: equal data, equal bits.
 */
#ifndef ANALYSIS_CHANGE_POINT_H
#define ANALYSIS_CHANGE_POINT_H

#include <stddef.h>

#define CHANGE_LEVEL 0.01 /* of the p at which a cut counts, for each segment that is searched */

struct change_point {
	size_t at; /* index of the first value after it */
	double p;  /* by permutation, for the segment in which it was found */
};

/*
 * `starts` are the indices at which groups begin, ascending, from 0 on.  The
 * result is in order; the caller frees it.
 */
struct change_point *change_points(const double *x, size_t n, const size_t *starts, size_t n_starts,
				   size_t *ret_n);

#endif
