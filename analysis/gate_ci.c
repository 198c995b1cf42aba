// SPDX-License-Identifier: GPL-2.0-or-later
/* The gate's findings for machines: JUnit XML, KTAP and JSON. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "analysis/format.h"
#include "analysis/gate.h"
#include "base/str.h"

/* Rows of one setting stand together: [from, the end of them). */
static size_t end_of_suite(const struct gate *g, size_t from)
{
	size_t end = from;

	while (end < g->rows.n && g->rows.rows[end].setting == g->rows.rows[from].setting)
		end++;
	return end;
}

static size_t count_results(const struct gate *g, size_t from, size_t end, enum gate_result which)
{
	size_t n = 0;

	for (size_t i = from; i < end; i++)
		n += g->judged[i].result == which;
	return n;
}

/* --- JUnit ------------------------------------------------------------------- */

/* XML has no way to write most control characters. */
static void put_xml(const char *s, FILE *out)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc((unsigned char)*s < ' ' ? ' ' : *s, out);
		}
	}
}

static void put_attribute(const char *name, const char *value, FILE *out)
{
	fprintf(out, " %s=\"", name);
	put_xml(value, out);
	fputc('"', out);
}

static void put_failure(const struct comparison_row *r, FILE *out)
{
	struct unit_scale s = unit_scale(r->unit, r->effect.median_a, r->effect.median_b);
	_cleanup_free_ char *change = format_change(r, s.factor),
			    *interval = format_interval(r, s.factor),
			    *a = format_number(r->effect.median_a * s.factor),
			    *b = format_number(r->effect.median_b * s.factor);
	_cleanup_free_ char *message =
		xasprintf("%s: %s to %s %s, %s (%s)", r->name, a, b, s.unit, change, interval);

	fputs("<failure type=\"regression\"", out);
	put_attribute("message", message, out);
	fputs("/>", out);
}

static void put_case(const struct gate_row *j, FILE *out)
{
	fputs("    <testcase", out);
	put_attribute("classname", j->row->heading, out);
	put_attribute("name", j->name, out);
	fputc('>', out);
	if (j->result == GATE_REGRESSED)
		put_failure(j->row, out);
	else if (j->result == GATE_BLIND)
		fputs("<skipped message=\"too few runs to show a difference\"/>", out);
	fputs("</testcase>\n", out);
}

static void put_void(const struct gate_void *v, FILE *out)
{
	fputs("    <testcase classname=\"runs\"", out);
	put_attribute("name", v->what, out);
	fprintf(out, "><%s", v->fault ? "error type=\"run\"" : "skipped");
	put_attribute("message", v->why, out);
	fputs("/></testcase>\n", out);
}

void gate_print_junit(const struct gate *g, FILE *out)
{
	size_t skipped = g->blind + g->n_voids - g->faults;

	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
		g->rows.n + g->n_voids, g->regressed, g->faults, skipped);
	for (size_t i = 0, end; i < g->rows.n; i = end) {
		end = end_of_suite(g, i);
		fputs("  <testsuite", out);
		put_attribute("name", g->rows.rows[i].heading, out);
		fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
			end - i, count_results(g, i, end, GATE_REGRESSED),
			count_results(g, i, end, GATE_BLIND));
		for (size_t j = i; j < end; j++)
			put_case(&g->judged[j], out);
		fputs("  </testsuite>\n", out);
	}
	if (g->n_voids)
		fprintf(out,
			"  <testsuite name=\"runs\" tests=\"%zu\" failures=\"0\" errors=\"%zu\""
			" skipped=\"%zu\">\n",
			g->n_voids, g->faults, g->n_voids - g->faults);
	for (size_t i = 0; i < g->n_voids; i++)
		put_void(&g->voids[i], out);
	fputs(g->n_voids ? "  </testsuite>\n</testsuites>\n" : "</testsuites>\n", out);
}

/* --- KTAP -------------------------------------------------------------------- */

/* '#' would begin a directive. */
static void put_ktap(const char *s, FILE *out)
{
	for (; *s; s++)
		fputc(*s == '#' || *s == '\n' ? ' ' : *s, out);
}

static void put_line(bool ok, size_t number, const char *name, const char *directive, FILE *out)
{
	fprintf(out, "%sok %zu ", ok ? "" : "not ", number);
	put_ktap(name, out);
	fprintf(out, "%s%s\n", *directive ? " # " : "", directive);
}

static void put_suite(const struct gate *g, size_t from, size_t end, size_t number, FILE *out)
{
	size_t failed = count_results(g, from, end, GATE_REGRESSED);
	bool blind = count_results(g, from, end, GATE_BLIND) == end - from;

	fprintf(out, "  KTAP version 1\n  1..%zu\n", end - from);
	for (size_t i = from; i < end; i++) {
		const struct gate_row *j = &g->judged[i];

		fputs("  ", out);
		put_line(j->result != GATE_REGRESSED, i - from + 1, j->name,
			 j->result == GATE_BLIND ? "SKIP too few runs" : "", out);
	}
	put_line(!failed, number, g->rows.rows[from].heading, blind ? "SKIP too few runs" : "",
		 out);
}

void gate_print_ktap(const struct gate *g, FILE *out)
{
	size_t suites = 0, number = 0;

	for (size_t i = 0; i < g->rows.n; i = end_of_suite(g, i))
		suites++;
	fprintf(out, "KTAP version 1\n1..%zu\n", suites + g->n_voids);
	for (size_t i = 0, end; i < g->rows.n; i = end) {
		end = end_of_suite(g, i);
		put_suite(g, i, end, ++number, out);
	}
	for (size_t i = 0; i < g->n_voids; i++)
		put_line(!g->voids[i].fault, ++number, g->voids[i].what,
			 g->voids[i].fault ? "ERROR" : "SKIP not in the baseline", out);
}

/* --- JSON -------------------------------------------------------------------- */

static json_t *row_json(const struct gate_row *j)
{
	static const char *const results[] = { "passed", "regressed", "blind" };
	const struct effect *e = &j->row->effect;

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:f, s:s, s:f, s:f, s:f, s:f,"
			 " s:f, s:f, s:o, s:s}",
			 "setting", j->row->heading, "metric", j->name, "unit", j->row->unit,
			 "result", results[j->result], "verdict", verdict_name(j->row->verdict),
			 "n_baseline", (json_int_t)e->n_a, "n", (json_int_t)e->n_b,
			 "median_baseline", e->median_a, "median", e->median_b, "scale",
			 e->percent ? "percent" : "unit", "diff", e->diff, "lo", e->lo, "hi", e->hi,
			 "level", e->level, "p", e->p, "q", j->row->q, "least",
			 isnan(e->least) ? json_null() : json_real(e->least), "better",
			 j->row->higher_is_better ? "higher" : "lower");
}

void gate_print_json(const struct gate *g, FILE *out)
{
	json_t *rows = json_array(), *voids = json_array(), *root;

	for (size_t i = 0; i < g->rows.n; i++)
		json_array_append_new(rows, row_json(&g->judged[i]));
	for (size_t i = 0; i < g->n_voids; i++)
		json_array_append_new(voids,
				      json_pack("{s:s, s:s, s:b}", "what", g->voids[i].what, "why",
						g->voids[i].why, "fault", g->voids[i].fault));
	root = json_pack("{s:s, s:i, s:I, s:I, s:I, s:I, s:f, s:o, s:o}", "title", g->title,
			 "status", (int)gate_status(g), "tests", (json_int_t)g->tests, "regressed",
			 (json_int_t)g->regressed, "blind", (json_int_t)g->blind, "faults",
			 (json_int_t)g->faults, "margin", g->margin, "rows", rows, "void", voids);
	json_dumpf(root, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(root);
}
