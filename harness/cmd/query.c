// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness query`: SQL over the database, and over raw traces. */
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/proc.h"
#include "base/str.h"
#include "base/table.h"
#include "cmd/reading.h"

static const char usage[] =
	"usage: harness query [OPTIONS] SQL\n"
	"\n"
	"Runs SQL over the database and prints what it gives.  The database is opened\n"
	"for reading only.  With - the SQL comes from standard input.  Several statements\n"
	"are run one after the other.\n"
	"\n"
	"  --csv        RFC 4180\n"
	"  --json       an array of objects a statement (the global --json does the same)\n"
	"  --markdown   a table for mails and wikis\n"
	"\n"
	"Tables and views are described in docs/schema.md; statistics (median, quantile,\n"
	"effect …) are there as functions, and trace('results/runs/ID') gives all events\n"
	"of a run from its raw pages.\n"
	"\n"
	"exit status: 0; 3 bad SQL or no database\n"
	"\n"
	"examples:\n"
	"  harness query 'SELECT kernel, policy, outcome, count(*) FROM run GROUP BY 1, 2, 3'\n"
	"  harness query --csv 'SELECT * FROM v_direct_reclaim' >stalls.csv\n"
	"  harness query --markdown - <report.sql\n";

#define HEAP_MAX (512ll << 20)

enum format { TEXT, MARKDOWN, CSV, JSON };

struct query_options {
	enum format format;
	const char *sql;
	bool help;
};

static int parse(int argc, char **argv, struct query_options *o, struct error **err)
{
	static const struct option options[] = {
		{ "csv", no_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "markdown", no_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (c == 'c')
			o->format = CSV;
		else if (c == 'j')
			o->format = JSON;
		else if (c == 'm')
			o->format = MARKDOWN;
		else if (c == 'h')
			o->help = true;
		else
			return cmd_bad_option(err, "query", c, argv);
	}
	if (!o->help && argc - optind != 1)
		return cmd_bad_usage(err, "query", "one argument is expected: the SQL, or -");
	o->sql = argv[optind];
	return 0;
}

static int read_stdin(char **ret, struct error **err)
{
	struct strbuf text = {};
	char buf[4096];
	size_t n;

	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		strbuf_add(&text, buf, n);
	*ret = strbuf_steal(&text);
	return ferror(stdin) ? error_set(err, EXIT_INPUT, "standard input can't be read") : 0;
}

/* --- errors -------------------------------------------------------------------------- */

/* SQLite's message and the line of the SQL that it is about, with a mark under the place. */
static int sql_error(sqlite3 *db, const char *sql, struct error **err)
{
	int offset = sqlite3_error_offset(db), column = 0;
	const char *start, *end;

	if (proc_interrupted())
		return error_set(err, EXIT_INTERRUPTED, "interrupted");
	if (offset < 0 || (size_t)offset > strlen(sql))
		return error_set(err, EXIT_INPUT, "query: %s", sqlite3_errmsg(db));
	for (start = sql + offset; start > sql && start[-1] != '\n'; start--)
		column += ((unsigned char)start[-1] & 0xc0) != 0x80;
	end = strchrnul(sql + offset, '\n');
	return error_set(err, EXIT_INPUT, "query: %s\n  %.*s\n  %*s^", sqlite3_errmsg(db),
			 (int)(end - start), start, column, "");
}

static int on_progress(void *arg)
{
	(void)arg;
	return proc_interrupted();
}

/* --- output: CSV and JSON as rows come, text and Markdown when the widths are known --------- */

static bool is_number(sqlite3_stmt *stmt, int i)
{
	int type = sqlite3_column_type(stmt, i);

	return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

/* A value as text; blobs as SQL writes them.  NULL for NULL.  Caller frees. */
static char *value_text(sqlite3_stmt *stmt, int i)
{
	struct strbuf hex = {};
	const uint8_t *p;

	switch (sqlite3_column_type(stmt, i)) {
	case SQLITE_NULL:
		return NULL;
	case SQLITE_BLOB:
		p = sqlite3_column_blob(stmt, i);
		strbuf_puts(&hex, "x'");
		for (int n = 0; n < sqlite3_column_bytes(stmt, i); n++)
			strbuf_printf(&hex, "%02x", p[n]);
		strbuf_puts(&hex, "'");
		return strbuf_steal(&hex);
	default:
		return xstrdup((const char *)sqlite3_column_text(stmt, i));
	}
}

static void print_csv_cell(const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (; *text; text++)
		printf(*text == '"' ? "\"\"" : "%c", *text);
	putchar('"');
}

static void csv_row(sqlite3_stmt *stmt, int columns, bool header)
{
	for (int i = 0; i < columns; i++) {
		_cleanup_free_ char *text =
			header ? xstrdup(sqlite3_column_name(stmt, i)) : value_text(stmt, i);

		if (i)
			putchar(',');
		print_csv_cell(text ?: "");
	}
	fputs("\r\n", stdout);
}

static json_t *json_of(sqlite3_stmt *stmt, int i)
{
	_cleanup_free_ char *text = NULL;
	double d;

	switch (sqlite3_column_type(stmt, i)) {
	case SQLITE_NULL:
		return json_null();
	case SQLITE_INTEGER:
		return json_integer(sqlite3_column_int64(stmt, i));
	case SQLITE_FLOAT:
		d = sqlite3_column_double(stmt, i);
		return isfinite(d) ? json_real(d) : json_null();
	default:
		text = value_text(stmt, i);
		return json_string(text) ?: json_string("(not UTF-8)");
	}
}

static void json_row(sqlite3_stmt *stmt, int columns, bool first)
{
	json_t *row = json_object();

	for (int i = 0; i < columns; i++)
		json_object_set_new_nocheck(row, sqlite3_column_name(stmt, i), json_of(stmt, i));
	fputs(first ? "\n  " : ",\n  ", stdout);
	json_dumpf(row, stdout, 0);
	json_decref(row);
}

/* Numbers to the right: what the first row has decides. */
static void add_row(struct table *t, sqlite3_stmt *stmt, int columns, bool first)
{
	for (int i = 0; first && i < columns; i++)
		table_column(t, sqlite3_column_name(stmt, i),
			     is_number(stmt, i) ? ALIGN_RIGHT : ALIGN_LEFT);
	for (int i = 0; i < columns; i++) {
		_cleanup_free_ char *text = value_text(stmt, i);

		table_add(t, text);
	}
}

static void table_guard(struct table **t)
{
	table_destroy(*t);
}

static void begin(enum format f, sqlite3_stmt *stmt, int columns)
{
	if (f == CSV)
		csv_row(stmt, columns, true);
	else if (f == JSON)
		putchar('[');
}

static void finish(enum format f, struct table *t, sqlite3_stmt *stmt, int columns, size_t rows)
{
	if (f == JSON)
		puts(rows ? "\n]" : "]");
	if (f == CSV || f == JSON)
		return;
	for (int i = 0; !rows && i < columns; i++)
		table_column(t, sqlite3_column_name(stmt, i), ALIGN_LEFT);
	table_print(t, f == TEXT ? TABLE_TEXT : TABLE_MARKDOWN, stdout);
}

static int run_statement(sqlite3 *db, sqlite3_stmt *stmt, enum format f, const char *sql,
			 struct error **err)
{
	cleanup(table_guard) struct table *t = table_create();
	int columns = sqlite3_column_count(stmt), rc;
	size_t rows = 0;

	if (columns)
		begin(f, stmt, columns);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (f == CSV)
			csv_row(stmt, columns, false);
		else if (f == JSON)
			json_row(stmt, columns, rows == 0);
		else
			add_row(t, stmt, columns, rows == 0);
		rows++;
	}
	if (rc != SQLITE_DONE)
		return sql_error(db, sql, err);
	if (columns)
		finish(f, t, stmt, columns, rows);
	return 0;
}

static int run_all(sqlite3 *db, const char *sql, enum format f, struct error **err)
{
	bool printed = false;

	while (*sql) {
		_cleanup_stmt_ sqlite3_stmt *stmt = NULL;
		const char *tail;

		if (sqlite3_prepare_v2(db, sql, -1, &stmt, &tail) != SQLITE_OK)
			return sql_error(db, sql, err);
		if (stmt && printed && f != JSON)
			putchar('\n');
		if (stmt && run_statement(db, stmt, f, sql, err) < 0)
			return -1;
		printed |= stmt && sqlite3_column_count(stmt) > 0;
		sql = tail;
	}
	return 0;
}

int cmd_query(struct app *app, int argc, char **argv, struct error **err)
{
	struct query_options o = { .format = app->json ? JSON : TEXT };
	_cleanup_db_ struct db *db = NULL;
	_cleanup_free_ char *text = NULL;

	if (parse(argc, argv, &o, err) < 0)
		return -1;
	if (o.help)
		return cmd_usage(usage);
	if (streq(o.sql, "-")) {
		if (read_stdin(&text, err) < 0)
			return -1;
		o.sql = text;
	}
	db = reading_open(app, err);
	if (!db)
		return -1;
	/* A query that wants more than that is a slip, and the host has other work. */
	sqlite3_hard_heap_limit64(HEAP_MAX);
	sqlite3_progress_handler(db_handle(db), 10000, on_progress, NULL);
	return run_all(db_handle(db), o.sql, o.format, err) < 0 ? -1 : EXIT_OK;
}
