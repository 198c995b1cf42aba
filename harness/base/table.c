// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/table.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"

struct column {
	char *title;
	enum cell_align align;
	int width;
};

struct table {
	struct column *columns;
	size_t n_columns;
	char **cells; /* row by row; NULL is an SQL NULL */
	size_t n_cells;
};

struct table *table_create(void)
{
	return xcalloc(1, sizeof(struct table));
}

void table_destroy(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_columns; i++)
		free(t->columns[i].title);
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i]);
	free(t->columns);
	free(t->cells);
	free(t);
}

/* Display width of UTF-8 text: code points, which is right for everything that we print. */
static int display_width(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

void table_column(struct table *t, const char *title, enum cell_align align)
{
	struct column *c = ARRAY_APPEND(t->columns, t->n_columns);

	c->title = xstrdup(title);
	c->align = align;
	c->width = display_width(title);
}

void table_add(struct table *t, const char *text)
{
	struct column *c = &t->columns[t->n_cells % t->n_columns];
	char **cell = ARRAY_APPEND(t->cells, t->n_cells);
	int w = display_width(text ?: "-");

	*cell = text ? xstrdup(text) : NULL;
	if (w > c->width)
		c->width = w;
}

void table_addf(struct table *t, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	table_add(t, text);
}

size_t table_rows(const struct table *t)
{
	return t->n_columns ? t->n_cells / t->n_columns : 0;
}

static const char *cell_at(const struct table *t, size_t row, size_t col)
{
	return t->cells[row * t->n_columns + col];
}

static void print_padded(const struct column *c, const char *text, bool last, FILE *out)
{
	int pad = c->width - display_width(text);

	if (c->align == ALIGN_RIGHT)
		fprintf(out, "%*s%s", pad, "", text);
	else
		fprintf(out, "%s%*s", text, last ? 0 : pad, "");
}

static void print_text(const struct table *t, FILE *out)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		fputs(i ? "  " : "", out);
		print_padded(&t->columns[i], t->columns[i].title, i + 1 == t->n_columns, out);
	}
	fputc('\n', out);
	for (size_t r = 0; r < table_rows(t); r++) {
		for (size_t i = 0; i < t->n_columns; i++) {
			fputs(i ? "  " : "", out);
			print_padded(&t->columns[i], cell_at(t, r, i) ?: "-", i + 1 == t->n_columns,
				     out);
		}
		fputc('\n', out);
	}
}

static void print_markdown_cell(const char *text, FILE *out)
{
	fputs("| ", out);
	for (; *text; text++)
		fprintf(out, *text == '|' ? "\\|" : "%c", *text);
	fputc(' ', out);
}

static void print_markdown(const struct table *t, FILE *out)
{
	for (size_t i = 0; i < t->n_columns; i++)
		print_markdown_cell(t->columns[i].title, out);
	fputs("|\n", out);
	for (size_t i = 0; i < t->n_columns; i++)
		fputs(t->columns[i].align == ALIGN_RIGHT ? "|---:" : "|---", out);
	fputs("|\n", out);
	for (size_t r = 0; r < table_rows(t); r++) {
		for (size_t i = 0; i < t->n_columns; i++)
			print_markdown_cell(cell_at(t, r, i) ?: "", out);
		fputs("|\n", out);
	}
}

/* RFC 4180: quoted where a reader would stumble otherwise. */
static void print_csv_cell(const char *text, FILE *out)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
	fputc('"', out);
}

static void print_csv(const struct table *t, FILE *out)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		fputs(i ? "," : "", out);
		print_csv_cell(t->columns[i].title, out);
	}
	fputs("\r\n", out);
	for (size_t r = 0; r < table_rows(t); r++) {
		for (size_t i = 0; i < t->n_columns; i++) {
			fputs(i ? "," : "", out);
			print_csv_cell(cell_at(t, r, i) ?: "", out);
		}
		fputs("\r\n", out);
	}
}

static json_t *json_value(const char *text, enum cell_align align)
{
	char *end;
	long long i;
	double d;

	if (!text)
		return json_null();
	if (align == ALIGN_RIGHT && *text) {
		errno = 0;
		i = strtoll(text, &end, 10);
		if (!*end && !errno)
			return json_integer(i);
		d = strtod(text, &end);
		if (!*end && d - d == 0)
			return json_real(d);
	}
	return json_string(text) ?: json_null();
}

static void print_json(const struct table *t, FILE *out)
{
	json_t *rows = json_array();

	for (size_t r = 0; r < table_rows(t); r++) {
		json_t *row = json_object();

		for (size_t i = 0; i < t->n_columns; i++)
			json_object_set_new(row, t->columns[i].title,
					    json_value(cell_at(t, r, i), t->columns[i].align));
		json_array_append_new(rows, row);
	}
	json_dumpf(rows, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(rows);
}

void table_print(const struct table *t, enum table_format f, FILE *out)
{
	static void (*const print[])(const struct table *, FILE *) = {
		[TABLE_TEXT] = print_text,
		[TABLE_MARKDOWN] = print_markdown,
		[TABLE_CSV] = print_csv,
		[TABLE_JSON] = print_json,
	};

	print[f](t, out);
}
