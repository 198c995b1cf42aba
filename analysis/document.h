/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report with everything computed, and its three ways onto paper. */
#ifndef ANALYSIS_DOCUMENT_H
#define ANALYSIS_DOCUMENT_H

#include "analysis/section.h"

struct document {
	const char *title;
	struct sections sections;
	int runs, usable, left_out, pairs;
	size_t tests;			/* corrected for */
	size_t better, worse, unproven;	/* rows with that verdict */
	char *nothing;			/* why nothing is compared, or NULL */
	char *least;			/* what the repetitions can't show, or NULL */
	char *query;			/* a command that leads to the runs behind a number */
	bool verbose;
};

void document_text(const struct document *d, bool markdown, bool color, FILE *out);
void document_json(const struct document *d, FILE *out);

/* Should the section be there at all? */
bool section_wanted(const struct document *d, const struct section *s);
/* Should the row?  Metrics that are 0 on both sides say nothing. */
bool row_wanted(const struct document *d, const struct section *s, const struct comparison_row *r);

void document_deinit(struct document *d);
#define _cleanup_document_ cleanup(document_deinit)

#endif
