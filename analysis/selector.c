// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "analysis/axes.h"
#include "analysis/scope.h"

const struct axis axes[N_AXES] = {
#define X(id, key, column, show, within) { key, column, show, within },
	AXES(X)
#undef X
};

static const struct {
	const char *key, *column;
} filters[] = {
	{ "campaign", "campaign_id" },
	{ "cell", "cell_id" },
	{ "group", "cell_group" },
	{ "run", "run_id" },
};

static const char *find_column(struct selector *s, const char *key, const char *pattern)
{
	for (size_t i = 0; i < N_AXES; i++) {
		if (!streq(axes[i].key, key))
			continue;
		s->keys |= 1u << i;
		s->patterns = s->patterns ?: xcalloc(N_AXES, sizeof(*s->patterns));
		free(s->patterns[i]);
		s->patterns[i] = xstrdup(pattern);
		return axes[i].column;
	}
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		if (streq(filters[i].key, key))
			return filters[i].column;
	}
	return NULL;
}

static int unknown_key(const char *key, struct error **err)
{
	const char *names[N_AXES + ARRAY_SIZE(filters)], *near;
	_cleanup_strbuf_ struct strbuf all = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		names[i] = i < N_AXES ? axes[i].key : filters[i - N_AXES].key;
		strbuf_printf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	near = str_nearest(key, names, ARRAY_SIZE(names));
	return error_set(err, EXIT_INPUT, "unknown key \"%s\"%s%s%s; there are %s", key,
			 near ? "; did you mean \"" : "", near ?: "", near ? "\"?" : "", all.data);
}

void selector_add_sql(struct selector *s, const char *sql)
{
	strbuf_printf(&s->where, "%s(%s)", s->where.len ? " AND " : "", sql);
}

int selector_add(struct selector *s, const char *key, const char *pattern, struct error **err)
{
	const char *column;
	char *sql;

	if (!pattern)
		return 0;
	column = find_column(s, key, pattern);
	if (!column)
		return unknown_key(key, err);
	sql = sqlite3_mprintf("%s GLOB %Q", column, pattern);
	selector_add_sql(s, sql);
	sqlite3_free(sql);
	return 0;
}

int selector_add_cells(struct selector *s, const char *kernel, const char *policy,
		       const char *workload, const char *mode, struct error **err)
{
	const char *const globs[][2] = {
		{ "kernel", kernel },
		{ "policy", policy },
		{ "workload", workload },
		{ "mode", mode },
	};

	for (size_t i = 0; i < ARRAY_SIZE(globs); i++) {
		if (selector_add(s, globs[i][0], globs[i][1], err) < 0)
			return -1;
	}
	return 0;
}

void selector_add_list(struct selector *s, const char *column, char *const *values)
{
	_cleanup_strbuf_ struct strbuf sql = { 0 };

	strbuf_printf(&sql, "%s IN (", column);
	for (size_t i = 0; values[i]; i++) {
		char *quoted = sqlite3_mprintf("%s%Q", i ? ", " : "", values[i]);

		strbuf_puts(&sql, quoted);
		sqlite3_free(quoted);
	}
	strbuf_puts(&sql, ")");
	selector_add_sql(s, sql.data);
}

int selector_parse(const char *text, struct selector *ret, struct error **err)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *save = NULL;

	for (char *term = strtok_r(copy, ",", &save); term; term = strtok_r(NULL, ",", &save)) {
		char *value = strchr(term, '=');

		if (!value)
			return error_set(err, EXIT_INPUT,
					 "\"%s\": expected key=value[,key=value…], "
					 "as in \"kernel=debian-6.1,policy=stock\"",
					 text);
		*value++ = '\0';
		if (selector_add(ret, term, value, err) < 0)
			return -1;
	}
	return 0;
}

void selector_deinit(struct selector *s)
{
	strbuf_deinit(&s->where);
	for (size_t i = 0; s->patterns && i < N_AXES; i++)
		free(s->patterns[i]);
	free(s->patterns);
	*s = (struct selector){ 0 };
}

int selector_count(sqlite3 *db, const struct selector *s, int *ret, struct error **err)
{
	_cleanup_free_ char *sql =
		xasprintf("SELECT count(*) FROM run WHERE %s", s->where.len ? s->where.data : "1");

	*ret = sql_int(db, sql, -1);
	return *ret < 0 ? sql_error(db, err, "counting runs") : 0;
}
