// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/section.h"

#include <fnmatch.h>
#include <string.h>

#include "analysis/scope.h"
#include "base/file.h"
#include "base/str.h"

static void append_line(char **text, const char *line)
{
	char *old = *text;

	*text = old ? xasprintf("%s %s", old, line) : xstrdup(line);
	free(old);
}

static int set_show(struct section *s, const char *value, struct error **err)
{
	static const char *const names[] = { "always", "verbose", "changed" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (streq(names[i], value)) {
			s->show = (enum section_show)i;
			return 0;
		}
	}
	return error_set(err, EXIT_INPUT, "show: expected always, verbose or changed, not \"%s\"",
			 value);
}

static int set_pairs(struct section *s, const char *value, struct error **err)
{
	for (enum pair_kind k = 0; k < N_PAIR_KINDS; k++) {
		if (streq(pair_kind_name(k), value)) {
			s->pairs = k;
			return 0;
		}
	}
	return error_set(err, EXIT_INPUT, "pairs: expected main, hooks or again, not \"%s\"",
			 value);
}

static int set_key(struct section *s, const char *key, const char *value, struct error **err)
{
	if (streq(key, "title"))
		append_line(&s->title, value);
	else if (streq(key, "text"))
		append_line(&s->text, value);
	else if (streq(key, "empty"))
		append_line(&s->empty, value);
	else if (streq(key, "show"))
		return set_show(s, value, err);
	else if (streq(key, "pairs"))
		return set_pairs(s, value, err);
	else if (streq(key, "needs"))
		append_line(&s->needs, value);
	else if (!streq(key, "SPDX-License-Identifier"))
		return error_set(err, EXIT_INPUT,
				 "unknown key \"%s\"; there are title, text, empty, "
				 "show, pairs, needs",
				 key);
	return 0;
}

/* "-- key: value" lines up to the first other line. */
static int parse_head(struct section *s, const char *path, struct error **err)
{
	const char *p = s->sql;

	for (int line = 1; str_starts(p, "-- "); line++) {
		size_t len = strcspn(p, "\n");
		_cleanup_free_ char *key = xstrndup(p + 3, len - 3);
		char *value = strchr(key, ':');

		if (!value)
			return error_set(err, EXIT_INPUT, "%s:%d: expected \"-- key: value\"", path,
					 line);
		*value++ = '\0';
		value += strspn(value, " ");
		if (set_key(s, key, value, err) < 0)
			return error_wrap(err, "%s:%d", path, line);
		p += len + (p[len] == '\n');
	}
	s->title = s->title ?: xstrdup(s->name);
	return 0;
}

static int load_one(const char *dir, const char *file, struct section *s, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, file);

	s->name = xstrndup(file, strlen(file) - strlen(".sql"));
	if (file_read(path, &s->sql, NULL, err) < 0)
		return -1;
	return parse_head(s, path, err);
}

int sections_load(const char *dir, const char *glob, struct sections *ret, struct error **err)
{
	_cleanup_sections_ struct sections all = { 0 };
	_cleanup_strv_ char **names = NULL;

	if (dir_list(dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		struct section *s;

		if (!str_ends(names[i], ".sql"))
			continue;
		s = ARRAY_APPEND(all.items, all.n);
		if (load_one(dir, names[i], s, err) < 0)
			return -1;
		if (glob && fnmatch(glob, s->name, 0) != 0)
			section_deinit(&all.items[--all.n]);
	}
	*ret = all;
	all = (struct sections){ 0 };
	return 0;
}

static bool has_column(sqlite3_stmt *stmt, const char *name)
{
	for (int i = 0; i < sqlite3_column_count(stmt); i++) {
		if (streq(sqlite3_column_name(stmt, i), name))
			return true;
	}
	return false;
}

static bool is_comparison(sqlite3_stmt *stmt)
{
	static const char *const columns[] = { "run_id", "name", "unit", "better", "value" };

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		if (!has_column(stmt, columns[i]))
			return false;
	}
	return true;
}

/* A column is numeric, and stands to the right, if its first value is. */
static void add_columns(struct table *t, sqlite3_stmt *stmt)
{
	for (int i = 0; i < sqlite3_column_count(stmt); i++) {
		int type = sqlite3_column_type(stmt, i);

		table_column(t, sqlite3_column_name(stmt, i),
			     type == SQLITE_INTEGER || type == SQLITE_FLOAT ? ALIGN_RIGHT
									    : ALIGN_LEFT);
	}
}

static int fill_table(sqlite3 *db, sqlite3_stmt *stmt, struct section *s, struct error **err)
{
	int rc;

	s->table = table_create();
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (!table_rows(s->table))
			add_columns(s->table, stmt);
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			table_add(s->table, (const char *)sqlite3_column_text(stmt, i));
	}
	return rc == SQLITE_DONE ? 0 : sql_error(db, err, s->name);
}

static bool is_missing(sqlite3 *db, const char *name)
{
	_cleanup_free_ char *sql = xasprintf("SELECT count(*) FROM pragma_table_info('%s')", name);

	return !sql_int(db, sql, 0);
}

int section_run(sqlite3 *db, struct section *s, struct error **err)
{
	_cleanup_finalize_ sqlite3_stmt *stmt = NULL;

	if (s->needs && is_missing(db, s->needs)) {
		s->table = table_create();
		return 0;
	}

	if (sqlite3_prepare_v2(db, s->sql, -1, &stmt, NULL) != SQLITE_OK)
		return sql_error(db, err, s->name);
	if (!stmt)
		return error_set(err, EXIT_INPUT, "%s: there is no query in it", s->name);
	s->compares = is_comparison(stmt);
	if (!s->compares)
		return fill_table(db, stmt, s, err);
	if (comparison_fill(db, s->sql, s->pairs, has_column(stmt, "detail"), &s->rows, err) < 0)
		return error_wrap(err, "%s", s->name);
	return 0;
}

void section_deinit(struct section *s)
{
	free(s->name);
	free(s->title);
	free(s->text);
	free(s->empty);
	free(s->needs);
	free(s->sql);
	comparison_deinit(&s->rows);
	table_destroy(s->table);
	*s = (struct section){ 0 };
}

void sections_deinit(struct sections *s)
{
	for (size_t i = 0; i < s->n; i++)
		section_deinit(&s->items[i]);
	free(s->items);
	*s = (struct sections){ 0 };
}
