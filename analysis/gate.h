/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Did anything get worse since a baseline?  Each experiment of the candidate is
 * set against the same one of the baseline, metric by metric, and corrected for
 * all of them together.
 */
#ifndef ANALYSIS_GATE_H
#define ANALYSIS_GATE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

#include "analysis/comparison.h"

struct gate_options {
	const char *baseline; /* a campaign's id or its beginning, or a kernel's name or revision */
	sqlite3 *baseline_db; /* instead: all runs of another database */
	const char *candidate; /* a campaign's id or its beginning; NULL: the newest */
	char *const *cells;    /* instead: these cell ids */
	const char *kernel, *policy, *workload, *mode; /* globs, of the candidate */
	const char *metric;                            /* glob; NULL: the workloads' own metrics */
	double margin; /* percent: what is worse by less doesn't matter */
};

enum gate_result {
	GATE_PASSED,
	GATE_REGRESSED,
	GATE_BLIND, /* too few runs to see any difference */
};

struct gate_row {
	const struct comparison_row *row;
	char *name; /* of the metric, with the kernel where the baseline is another one */
	enum gate_result result;
};

/* An experiment, or a boot, that can't be judged. */
struct gate_void {
	char *what, *why;
	bool fault; /* of the candidate's run; else there is nothing to compare with */
};

struct gate {
	char *title;
	struct comparison rows;
	struct gate_row *judged; /* rows.n of them */
	struct gate_void *voids;
	size_t n_voids;
	size_t tests, regressed, blind, faults;
	size_t seeing; /* rows that could have shown a difference */
	double margin;
};

/*
 * *ret is filled on success; EXIT_INPUT when the baseline is unknown, ambiguous
 * or the candidate itself.
 */
int gate_judge(sqlite3 *db, const struct gate_options *o, struct gate *ret, struct error **err);
void gate_deinit(struct gate *g);
#define _cleanup_gate_ cleanup(gate_deinit)

/* EXIT_OK, EXIT_FINDING, or EXIT_FAULT when a run failed or no row could have shown anything. */
enum exit_code gate_status(const struct gate *g);

enum gate_format { GATE_TEXT, GATE_MARKDOWN, GATE_JUNIT, GATE_KTAP, GATE_JSON };
void gate_print(const struct gate *g, enum gate_format f, bool verbose, FILE *out);

/*
 * A campaign's id by the beginning of it.  NULL when none begins so, and with an
 * error when several do.  Caller frees.
 */
char *gate_find_campaign(sqlite3 *db, const char *ref, struct error **err);

/* Parts of the above, by file: gate_ref.c, gate_text.c, gate_ci.c. */
int gate_sides(sqlite3 *db, const struct gate_options *o, struct selector *ret_a,
	       struct selector *ret_b, unsigned int *ret_same, struct error **err);
void gate_print_text(const struct gate *g, bool markdown, bool verbose, FILE *out);
void gate_print_junit(const struct gate *g, FILE *out);
void gate_print_ktap(const struct gate *g, FILE *out);
void gate_print_json(const struct gate *g, FILE *out);
/* "3 regressions of 40 comparisons", as headings have it.  Caller frees. */
char *gate_summary(const struct gate *g);

#endif
