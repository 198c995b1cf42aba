// SPDX-License-Identifier: GPL-2.0-or-later
/* On the terminal and as Markdown. */
#include "analysis/document.h"

#include <math.h>
#include <string.h>

#include "analysis/format.h"
#include "base/str.h"

#define WIDTH 92 /* of prose on a terminal */

static const char legend[] =
	"n is the number of boots on each side; a value is the median over boots, and the change is "
	"that of the medians. ~: the interval contains 0, no difference is seen. =: every value is the "
	"same. ?: 0 is outside the interval, but chance is not excluded, because there are too few "
	"runs or because so many metrics were looked at. The interval is the 95 % bootstrap interval "
	"over boots, widened to the exact rank interval where that is wider; a smaller confidence "
	"in parentheses is the most that so few runs can give. docs/statistics.md has the details.";

struct page {
	const struct document *d;
	bool markdown, color;
	FILE *out;
};

bool section_wanted(const struct document *d, const struct section *s)
{
	if (s->show == SHOW_VERBOSE && !d->verbose)
		return false;
	if (s->compares && s->pairs != PAIR_MAIN)
		return s->rows.n || s->empty;
	if (s->compares)
		return d->pairs > 0;
	return table_rows(s->table) || s->empty;
}

bool row_wanted(const struct document *d, const struct section *s, const struct comparison_row *r)
{
	bool changed = r->verdict >= VERDICT_UNPROVEN;

	if (!changed && (s->show == SHOW_CHANGED || (r->detail && !d->verbose)))
		return false;
	return d->verbose || r->verdict != VERDICT_SAME || r->effect.median_a != 0;
}

static void heading(const struct page *p, int level, const char *text)
{
	if (p->markdown)
		fprintf(p->out, "%.*s %s\n\n", level, "####", text);
	else if (p->color)
		fprintf(p->out, level < 3 ? "\033[1m%s\033[0m\n" : "\033[4m%s\033[0m\n", text);
	else if (level < 3)
		fprintf(p->out, "== %s ==\n", text);
	else
		fprintf(p->out, "%s\n", text);
}

static int width_of(const char *s, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

/* Words flow; Markdown readers do that by themselves. */
static void paragraph(const struct page *p, const char *text)
{
	int column = 0;

	if (p->markdown) {
		fprintf(p->out, "%s\n\n", text);
		return;
	}
	while (*text) {
		size_t len = strcspn(text, " ");
		int width = width_of(text, len);

		if (column && column + 1 + width > WIDTH) {
			fputc('\n', p->out);
			column = 0;
		}
		fprintf(p->out, "%s%.*s", column ? " " : "", (int)len, text);
		column += width + (column != 0);
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', p->out);
}

/* One colour a line; the first line of a table is its head. */
static void print_colored(const struct page *p, const struct table *t, const char *const *colors)
{
	_cleanup_free_ char *text = NULL;
	size_t size, row = 0;
	FILE *mem = open_memstream(&text, &size);
	char *line, *save = NULL;

	table_print(t, TABLE_TEXT, mem);
	fclose(mem);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save), row++) {
		const char *color = row ? colors[row - 1] : "\033[2m";

		fprintf(p->out, "%s%s%s\n", color ?: "", line, color ? "\033[0m" : "");
	}
}

static void print_table(const struct page *p, const struct table *t, const char *const *colors)
{
	if (p->color && !p->markdown && colors)
		print_colored(p, t, colors);
	else
		table_print(t, p->markdown ? TABLE_MARKDOWN : TABLE_TEXT, p->out);
	fputc('\n', p->out);
}

static const char *row_color(const struct comparison_row *r)
{
	if (r->verdict == VERDICT_SHOWN || r->verdict == VERDICT_EXACT)
		return comparison_improved(r) ? "\033[32m" : "\033[31m";
	return r->verdict == VERDICT_UNPROVEN ? "\033[33m" : NULL;
}

/* Rows of one setting. */
struct block {
	const struct comparison_row **rows;
	size_t n;
	enum pair_kind pairs;
	bool least;                    /* a column with what could have been seen */
	const char *a_label, *b_label; /* NULL where the rows differ in it */
};

static void add_to_block(struct block *b, const struct comparison_row *r)
{
	if (!b->n) {
		b->a_label = r->a_label;
		b->b_label = r->b_label;
	}
	if (b->a_label && !streq(b->a_label, r->a_label))
		b->a_label = NULL;
	if (b->b_label && !streq(b->b_label, r->b_label))
		b->b_label = NULL;
	*ARRAY_APPEND(b->rows, b->n) = r;
}

/* A column of values has the side's label where all rows share it. */
static void value_column(struct table *t, const char *label, const char *name)
{
	_cleanup_free_ char *with = xasprintf("with %s", name);

	table_column(t, !label ? with : *label ? label : name, ALIGN_RIGHT);
}

static void block_columns(struct table *t, const struct block *b, const struct document *d)
{
	table_column(t, "metric", ALIGN_LEFT);
	table_column(t, "unit", ALIGN_LEFT);
	if (!b->a_label)
		table_column(t, d->a_name, ALIGN_LEFT);
	if (!b->b_label)
		table_column(t, d->b_name, ALIGN_LEFT);
	table_column(t, "n", ALIGN_RIGHT);
	value_column(t, b->a_label, d->a_name);
	value_column(t, b->b_label, d->b_name);
	table_column(t, "change", ALIGN_RIGHT);
	table_column(t, "95 % interval", ALIGN_RIGHT);
	if (b->least)
		table_column(t, "could see", ALIGN_RIGHT);
	table_column(t, "", ALIGN_LEFT);
}

static void add_value(struct table *t, double x)
{
	_cleanup_free_ char *text = format_number(x);

	table_add(t, text);
}

/* All rows of a metric in one unit: they are there to be compared. */
static struct unit_scale metric_scale(const struct block *b, const struct comparison_row *r)
{
	double largest = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct effect *e = &b->rows[i]->effect;

		if (streq(b->rows[i]->name, r->name))
			largest = fmax(largest, fmax(fabs(e->median_a), fabs(e->median_b)));
	}
	return unit_scale(r->unit, largest, 0);
}

static void block_row(struct table *t, const struct block *b, size_t i)
{
	const struct comparison_row *r = b->rows[i];
	const struct effect *e = &r->effect;
	struct unit_scale s = metric_scale(b, r);
	bool again = i && streq(b->rows[i - 1]->name, r->name);
	_cleanup_free_ char *change = format_change(r, s.factor),
			    *interval = format_interval(r, s.factor),
			    *least = format_least(r, s.factor);

	table_add(t, again ? "" : r->name);
	table_add(t, again ? "" : s.unit);
	if (!b->a_label)
		table_add(t, r->a_label);
	if (!b->b_label)
		table_add(t, r->b_label);
	table_addf(t, "%zu+%zu", e->n_a, e->n_b);
	add_value(t, e->median_a * s.factor);
	add_value(t, e->median_b * s.factor);
	table_add(t, change);
	table_add(t, interval);
	if (b->least)
		table_add(t, least);
	table_add(t, b->pairs == PAIR_AGAIN ? format_alarm(r) : format_verdict(r));
}

static void print_block(const struct page *p, const struct block *b)
{
	struct table *t = table_create();
	_cleanup_free_ const char **colors = xcalloc(b->n, sizeof(*colors));

	block_columns(t, b, p->d);
	for (size_t i = 0; i < b->n; i++) {
		block_row(t, b, i);
		colors[i] = row_color(b->rows[i]);
	}
	heading(p, 3, b->rows[0]->heading);
	print_table(p, t, colors);
	table_destroy(t);
}

static void print_comparison(const struct page *p, const struct section *s)
{
	const struct comparison_row *rows = s->rows.rows;
	size_t hidden = 0, shown = 0;

	for (size_t i = 0, end; i < s->rows.n; i = end) {
		struct block b = {
			.pairs = s->pairs,
			.least = s->pairs == PAIR_AGAIN || p->d->verbose,
		};

		for (end = i; end < s->rows.n && rows[end].setting == rows[i].setting; end++) {
			if (row_wanted(p->d, s, &rows[end]))
				add_to_block(&b, &rows[end]);
			else
				hidden++;
		}
		shown += b.n;
		if (b.n)
			print_block(p, &b);
		free(b.rows);
	}
	if (!shown)
		fputs("No difference is seen.\n\n", p->out);
	else if (hidden && s->show != SHOW_CHANGED)
		fprintf(p->out,
			"%zu more %s with -v: 0 on both sides, or minor and not different.\n\n",
			hidden, hidden == 1 ? "line" : "lines");
}

static bool is_empty(const struct section *s)
{
	return s->compares ? !s->rows.n : !table_rows(s->table);
}

static void print_section(const struct page *p, const struct section *s)
{
	heading(p, 2, s->title);
	if (is_empty(s)) {
		paragraph(p, s->empty ?: "These runs have no such metric on both sides.");
		fputs(p->markdown ? "" : "\n", p->out);
	} else {
		if (s->text) {
			paragraph(p, s->text);
			fputs(p->markdown ? "" : "\n", p->out);
		}
		if (s->compares)
			print_comparison(p, s);
		else
			print_table(p, s->table, NULL);
	}
}

static void print_summary(const struct page *p)
{
	const struct document *d = p->d;
	_cleanup_free_ char *text = NULL;

	if (d->nothing)
		text = xasprintf("%d runs, %d of them usable. %s", d->runs, d->usable, d->nothing);
	else
		text = xasprintf(
			"%d runs, %d of them usable. Differences shown: %zu better, %zu worse; "
			"not proved: %zu. Corrected for %zu tests (Benjamini-Hochberg, "
			"5 %%).",
			d->runs, d->usable, d->better, d->worse, d->unproven, d->tests);
	paragraph(p, text);
	if (d->left_out) {
		free(text);
		text = xasprintf(
			"%d older runs are left out: the kernel, policy, workload or machine "
			"of the same name was another one then.",
			d->left_out);
		paragraph(p, text);
	}
	if (!p->markdown)
		fputc('\n', p->out);
}

static void print_overview(const struct page *p)
{
	struct table *t = document_overview(p->d);

	if (table_rows(t)) {
		heading(p, 2, "Overview");
		paragraph(p, "Metrics by what became of them.");
		fputs(p->markdown ? "" : "\n", p->out);
		print_table(p, t, NULL);
	}
	table_destroy(t);
}

static void print_footer(const struct page *p)
{
	const struct document *d = p->d;

	if (d->pairs) {
		heading(p, 2, "How to read this");
		paragraph(p, legend);
		if (d->least)
			paragraph(p, d->least);
	}
	if (!d->query)
		return;
	if (p->markdown)
		fprintf(p->out, "The runs behind a number:\n\n```\n%s\n```\n", d->query);
	else
		fprintf(p->out, "\nThe runs behind a number:\n  %s\n", d->query);
}

void document_text(const struct document *d, bool markdown, bool color, FILE *out)
{
	const struct page p = { d, markdown, color, out };

	if (markdown)
		heading(&p, 1, d->title);
	print_summary(&p);
	print_overview(&p);
	for (size_t i = 0; i < d->sections.n; i++) {
		if (section_wanted(d, &d->sections.items[i]))
			print_section(&p, &d->sections.items[i]);
	}
	print_footer(&p);
}

void document_deinit(struct document *d)
{
	sections_deinit(&d->sections);
	free(d->nothing);
	free(d->least);
	free(d->query);
}
