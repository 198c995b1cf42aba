/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections of a report: one .sql file each, in the order of their names.
 *
 *	-- title: Reclaim
 *	-- text: One or more lines of prose; `text:` may be repeated.
 *	-- empty: what to say when there is no row (nothing: the section is left out)
 *	-- show: verbose	only with -v
 *	-- show: changed	only rows whose values differ
 *	-- pairs: hooks		over pairs of this kind (scope.h) instead of "main"
 *	-- needs: v_something	left out where the database has no such table or view
 *	SELECT …
 *
 * A query that gives the columns run_id, name, unit, better and value is a
 * comparison: each name becomes a row for each pair of the scope (see
 * scope.h), in the order in which the query gives them.  With a column `detail`
 * that isn't 0, only where the sides differ, or with -v.  Any other query is
 * printed as it is.
 */
#ifndef ANALYSIS_SECTION_H
#define ANALYSIS_SECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "analysis/comparison.h"
#include "base/error.h"
#include "base/table.h"

enum section_show { SHOW_ALWAYS, SHOW_VERBOSE, SHOW_CHANGED };

struct section {
	char *name; /* of the file, without ".sql" */
	char *title, *text, *empty;
	enum section_show show;
	enum pair_kind pairs;
	char *needs;
	char *sql;
	bool compares;
	struct comparison rows; /* if it compares */
	struct table *table;    /* if it doesn't */
};

struct sections {
	struct section *items;
	size_t n;
};

/* All files of a folder whose names match the glob (NULL: all). */
int sections_load(const char *dir, const char *glob, struct sections *ret, struct error **err);
/* Runs the query of a section; the scope has been made. */
int section_run(sqlite3 *db, struct section *s, struct error **err);
void section_deinit(struct section *s);
void sections_deinit(struct sections *s);
#define _cleanup_sections_ cleanup(sections_deinit)

#endif
