// SPDX-License-Identifier: GPL-2.0-or-later
/* The gate's findings on the terminal and in a merge request. */
#include <math.h>

#include "analysis/format.h"
#include "analysis/gate.h"
#include "base/str.h"
#include "base/table.h"

static const char *result_word(const struct gate_row *j)
{
	static const char *const words[] = { "", "regression", "too few runs" };
	const char *verdict = format_verdict(j->row);

	return j->result == GATE_PASSED ? verdict : words[j->result];
}

static void add_row(struct table *t, const struct gate_row *j)
{
	const struct comparison_row *r = j->row;
	struct unit_scale s = unit_scale(r->unit, r->effect.median_a, r->effect.median_b);
	_cleanup_free_ char *a = format_number(r->effect.median_a * s.factor),
			    *b = format_number(r->effect.median_b * s.factor),
			    *change = format_change(r, s.factor),
			    *interval = format_interval(r, s.factor),
			    *least = format_least(r, s.factor);

	table_add(t, r->heading);
	table_add(t, j->name);
	table_add(t, s.unit);
	table_addf(t, "%zu+%zu", r->effect.n_a, r->effect.n_b);
	table_add(t, a);
	table_add(t, b);
	table_add(t, change);
	table_add(t, interval);
	table_add(t, least);
	table_add(t, result_word(j));
}

static struct table *make_table(void)
{
	static const char *const columns[] = { "where",     "metric", "unit",   "n",
					       "baseline",  "now",    "change", "95 % interval",
					       "could see", "" };
	struct table *t = table_create();

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		table_column(t, columns[i], i >= 3 && i <= 8 ? ALIGN_RIGHT : ALIGN_LEFT);
	return t;
}

/* Without -v only what a person has to look at. */
static void print_rows(const struct gate *g, bool markdown, bool verbose, FILE *out)
{
	struct table *t = make_table();

	for (size_t i = 0; i < g->rows.n; i++) {
		if (verbose || g->judged[i].result == GATE_REGRESSED)
			add_row(t, &g->judged[i]);
	}
	if (table_rows(t)) {
		table_print(t, markdown ? TABLE_MARKDOWN : TABLE_TEXT, out);
		fputc('\n', out);
	}
	table_destroy(t);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A gate that passes says what it could have seen: silence of a blind one is no proof. */
static void print_power(const struct gate *g, FILE *out)
{
	_cleanup_free_ double *least = NULL;
	size_t n = 0;

	for (size_t i = 0; i < g->rows.n; i++) {
		const struct effect *e = &g->rows.rows[i].effect;

		if (e->percent && !isnan(e->least))
			*ARRAY_APPEND(least, n) = e->least;
	}
	if (!n)
		return;
	qsort(least, n, sizeof(*least), by_size);
	fprintf(out,
		"Changes that would have been seen four times in five: from %.1f %% (half of "
		"the metrics), %.1f %% (nine in ten).\n",
		least[n / 2], least[n * 9 / 10]);
}

void gate_print_text(const struct gate *g, bool markdown, bool verbose, FILE *out)
{
	_cleanup_free_ char *summary = gate_summary(g);
	static const char *const words[] = { "passed", "regressed", "can't tell" };
	const char *word = words[gate_status(g)];

	if (markdown)
		fprintf(out, "## Gate: %s\n\n", word);
	fprintf(out, "%s: %s%s. Corrected for %zu tests (Benjamini-Hochberg, 5 %%)", g->title,
		markdown ? "" : "gate ", markdown ? summary : word, g->tests);
	if (!markdown)
		fprintf(out, ". %s", summary);
	if (g->margin > 0)
		fprintf(out, "; changes below %g %% don't count", g->margin);
	fputs(".\n\n", out);
	print_rows(g, markdown, verbose, out);
	for (size_t i = 0; i < g->n_voids; i++)
		fprintf(out, "%s%s: %s\n",
			markdown            ? "- "
			: g->voids[i].fault ? "failed  "
					    : "skipped ",
			g->voids[i].what, g->voids[i].why);
	if (g->n_voids)
		fputc('\n', out);
	print_power(g, out);
}
