/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics of one section, side against side, for each pair of the scope. */
#ifndef ANALYSIS_COMPARISON_H
#define ANALYSIS_COMPARISON_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "analysis/effect.h"
#include "analysis/scope.h"
#include "base/error.h"

struct comparison_row {
	int pair, setting;
	char *heading; /* what both sides have in common */
	char *a_label, *b_label;
	char *name, *unit;
	bool higher_is_better;
	bool deterministic;
	bool detail; /* only worth a line where it differs */
	struct effect effect;
	double q; /* p, corrected over all rows of the report */
	enum verdict verdict;
};

struct comparison {
	struct comparison_row *rows; /* by setting, metric, pair */
	size_t n;
};

/* `sql` gives run_id, name, unit, better, value, and detail if `has_detail`. */
int comparison_fill(sqlite3 *db, const char *sql, enum pair_kind pairs, bool has_detail,
		    struct comparison *ret, struct error **err);
void comparison_deinit(struct comparison *c);

/*
 * Corrects all rows of a report together and settles their verdicts.  Returns
 * how many tests were corrected for.
 */
size_t comparison_judge(struct comparison *const *all, size_t n);

/* Did B get better?  For verdicts that say a difference. */
bool comparison_improved(const struct comparison_row *r);

#endif
