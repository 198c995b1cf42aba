/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report with everything computed, and its three ways onto paper. */
#ifndef ANALYSIS_DOCUMENT_H
#define ANALYSIS_DOCUMENT_H

#include "analysis/section.h"

struct document {
	const char *title;
	const char *a_name, *b_name; /* of the sides, for columns that tell them apart */
	struct sections sections;
	int runs, usable, left_out;
	int pairs, all_pairs;           /* of kind main, of all kinds */
	size_t tests;                   /* corrected for */
	size_t better, worse, unproven; /* rows with that verdict */
	char *nothing;                  /* why nothing is compared, or NULL */
	char *least;                    /* what the repetitions can't show, or NULL */
	char *query;                    /* a command that leads to the runs behind a number */
	bool verbose;
};

void document_text(const struct document *d, bool markdown, bool color, FILE *out);
void document_json(const struct document *d, FILE *out);

/* How many metrics of each pair went which way. */
struct table *document_overview(const struct document *d);

/* Should the section be there at all? */
bool section_wanted(const struct document *d, const struct section *s);
/* Should the row?  Metrics that are 0 on both sides say nothing, minor ones only by a change. */
bool row_wanted(const struct document *d, const struct section *s, const struct comparison_row *r);

void document_deinit(struct document *d);
#define _cleanup_document_ cleanup(document_deinit)

#endif
