// SPDX-License-Identifier: GPL-2.0-or-later
/* For programs: every number with all its digits, in the unit that the database has. */
#include <jansson.h>
#include <math.h>

#include "analysis/document.h"
#include "analysis/format.h"
#include "base/str.h"

static json_t *row_json(const struct comparison_row *r)
{
	const struct effect *e = &r->effect;
	bool differs = r->verdict == VERDICT_SHOWN || r->verdict == VERDICT_EXACT ||
		       r->verdict == VERDICT_UNPROVEN;

	return json_pack(
		"{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:f, s:s, s:f, s:f, s:f,"
		" s:f, s:f, s:f, s:f, s:s, s:s?, s:o}",
		"pair", r->pair, "setting", r->heading, "a", r->a_label, "b", r->b_label, "metric",
		r->name, "unit", r->unit, "better", r->higher_is_better ? "higher" : "lower", "n_a",
		(json_int_t)e->n_a, "n_b", (json_int_t)e->n_b, "median_a", e->median_a, "median_b",
		e->median_b, "scale", e->percent ? "percent" : "unit", "diff", e->diff, "lo", e->lo,
		"hi", e->hi, "level", e->level, "shift", e->shift, "p", e->p, "q", r->q, "verdict",
		verdict_name(r->verdict), "direction",
		!differs                 ? NULL
		: comparison_improved(r) ? "better"
					 : "worse",
		"least", isnan(e->least) ? json_null() : json_real(e->least));
}

static json_t *table_json(const struct table *t)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *mem = open_memstream(&text, &size);

	table_print(t, TABLE_JSON, mem);
	fclose(mem);
	return json_loads(text, 0, NULL);
}

static json_t *section_json(const struct section *s)
{
	json_t *rows = s->compares ? json_array() : table_json(s->table);

	for (size_t i = 0; s->compares && i < s->rows.n; i++)
		json_array_append_new(rows, row_json(&s->rows.rows[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:o}", "name", s->name, "title", s->title,
			 "kind", s->compares ? "comparison" : "table", "pairs",
			 pair_kind_name(s->pairs), "text", s->text, "rows", rows);
}

void document_json(const struct document *d, FILE *out)
{
	json_t *sections = json_array(), *root;

	for (size_t i = 0; i < d->sections.n; i++)
		json_array_append_new(sections, section_json(&d->sections.items[i]));
	root = json_pack(
		"{s:s, s:i, s:i, s:i, s:i, s:{s:s, s:f, s:I}, s:{s:I, s:I, s:I}, s:s?, s:s?,"
		" s:s?, s:o}",
		"title", d->title, "runs", d->runs, "usable", d->usable, "left_out", d->left_out,
		"pairs", d->pairs, "correction", "method", "Benjamini-Hochberg", "fdr", EFFECT_FDR,
		"tests", (json_int_t)d->tests, "differences", "better", (json_int_t)d->better,
		"worse", (json_int_t)d->worse, "unproven", (json_int_t)d->unproven, "nothing",
		d->nothing, "limits", d->least, "query", d->query, "sections", sections);
	json_dumpf(root, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(root);
}
