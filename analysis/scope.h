/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which runs a report speaks of, and which of them are set against each other.
 *
 * Side 0 and side 1 are selections of runs.  Runs of one cell group are one
 * experiment, repeated; every experiment of side 1 is paired with the one of
 * side 0 that agrees with it on all axes which the comparison isn't about.
 * Experiments are never pooled.  Where an experiment was repeated with other
 * contents (a policy's source was edited), the newest contents are meant.
 *
 * Sections are written in SQL against these temporary tables:
 *
 *	report_run	side, usable (outcome is ok), lost (its trace has losses), and
 *			run.*; both sides
 *	report_metric	metric.* of usable runs, without those from a trace with losses
 *	report_pair	pair, setting, kind, heading, a_label, b_label, a_group, b_group
 *	report_member	pair, side, run_id
 *	report_left	left_out: how many runs of older contents were left out
 *
 * A pair's kind says what it is there to show: "main" what the comparison is
 * about; "hooks" the price of a patched kernel, stock against stock of the
 * kernel that it names as its baseline; "again" the noise, stock against its
 * twin of a matrix with `aa = true`.
 */
#ifndef ANALYSIS_SCOPE_H
#define ANALYSIS_SCOPE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"

enum pair_kind { PAIR_MAIN, PAIR_HOOKS, PAIR_AGAIN, N_PAIR_KINDS };
const char *pair_kind_name(enum pair_kind k);

/* The policy that is stock again, with seeds of its own. */
#define POLICY_AGAIN "stock-again"

/* A condition on `run`: keys and their globs.  Zero-initialised matches everything. */
struct selector {
	struct strbuf where; /* SQL; empty: all */
	unsigned int keys;   /* bit i: key i of the table in scope.c is named */
	char **patterns;     /* by key, NULL where not named */
};

/* "kernel=debian-*,policy=stock"; EXIT_INPUT with the keys there are if it isn't one. */
int selector_parse(const char *text, struct selector *ret, struct error **err);
/* One more key; the pattern is a glob, and NULL matches everything. */
int selector_add(struct selector *s, const char *key, const char *pattern, struct error **err);
/* The axes that cells are chosen by, as options of commands. */
int selector_add_cells(struct selector *s, const char *kernel, const char *policy,
		       const char *workload, const char *mode, struct error **err);
/* One of these values. */
void selector_add_list(struct selector *s, const char *column, char *const *values);
/* A condition in SQL. */
void selector_add_sql(struct selector *s, const char *sql);
void selector_deinit(struct selector *s);
#define _cleanup_selector_ cleanup(selector_deinit)

/* Runs that a selector matches, void ones included; -1 on error. */
int selector_count(sqlite3 *db, const struct selector *s, int *ret, struct error **err);

/* Makes the tables above.  Each policy against stock on the same kernel, same build: */
int scope_against_stock(sqlite3 *db, const struct selector *runs, const struct selector *policies,
			struct error **err);
/* Two selections, paired on what they don't both name with different patterns: */
int scope_compare(sqlite3 *db, const struct selector *a, const struct selector *b,
		  struct error **err);
/* Two selections whose pairs agree on the axes of a mask (bit i: axes[i]): */
int scope_pair(sqlite3 *db, const struct selector *a, const struct selector *b, unsigned int same,
	       struct error **err);
void scope_drop(sqlite3 *db);

/*
 * A condition on `run` that leaves out untraced twins: they tell what tracing
 * costs (v_tracing_cost).  Databases that were never opened for writing since
 * there are twins have no such column.
 */
const char *scope_no_twin(sqlite3 *db);

/* EXIT_FAULT from the connection's last error. */
int sql_error(sqlite3 *db, struct error **err, const char *what);
int sql_exec(sqlite3 *db, struct error **err, const char *sql);
/* The first column of the first row; `fallback` if there is none. */
int sql_int(sqlite3 *db, const char *sql, int fallback);
bool sql_has_column(sqlite3 *db, const char *table, const char *column);
/* The same as text; NULL if there is none.  Caller frees. */
char *sql_text(sqlite3 *db, const char *sql);

DEFINE_GUARD(stmt_finalize, sqlite3_stmt *, sqlite3_finalize)
#define _cleanup_finalize_ cleanup(stmt_finalize_guard)

#endif
