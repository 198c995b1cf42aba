// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness help config`: the tables that drive the reader, shown. */
#include "base/str.h"
#include "base/table.h"
#include "config/keys.h"

DEFINE_GUARD(table, struct table *, table_destroy)
#define _cleanup_table_ cleanup(table_guard)

static bool is_table(const struct config_key *key)
{
	return key->sub != NULL;
}

static const struct {
	const char *title;
	enum cell_align align;
} columns[] = {
	{ "key", ALIGN_LEFT },   { "type", ALIGN_LEFT },    { "unit", ALIGN_LEFT },
	{ "range", ALIGN_LEFT }, { "default", ALIGN_LEFT }, { "meaning", ALIGN_LEFT },
};

static void add_columns(struct table *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		table_column(t, columns[i].title, columns[i].align);
}

static void add_row(struct table *t, const struct config_key *key)
{
	_cleanup_free_ char *type = config_key_type_words(key);
	_cleanup_free_ char *range = config_key_range_words(key);

	table_add(t, key->key);
	table_add(t, type);
	table_add(t, key->unit);
	table_add(t, range);
	table_add(t, key->required ? "(required)" : key->def && *key->def ? key->def : NULL);
	table_add(t, key->help);
}

static void print_one(const struct config_table *t)
{
	_cleanup_table_ struct table *out = table_create();

	printf("%s  (%s)\n%s\n\n", t->title, t->file, t->help);
	add_columns(out);
	for (size_t i = 0; i < t->n_keys; i++) {
		if (!is_table(&t->keys[i]))
			add_row(out, &t->keys[i]);
	}
	table_print(out, TABLE_TEXT, stdout);
	putchar('\n');
}

static void add_json(const struct config_table *t, struct table *out)
{
	for (size_t i = 0; i < t->n_keys; i++) {
		if (is_table(&t->keys[i]))
			continue;
		table_add(out, t->file);
		table_add(out, t->title);
		add_row(out, &t->keys[i]);
	}
}

static bool has_values(const struct config_table *t)
{
	for (size_t i = 0; i < t->n_keys; i++) {
		if (!is_table(&t->keys[i]))
			return true;
	}
	return false;
}

/* A table, then the tables in it.  knob_table is reached twice and shown once, with policies. */
static void walk(const struct config_table *t, struct table *json)
{
	if (json)
		add_json(t, json);
	else if (has_values(t))
		print_one(t);
	for (size_t i = 0; i < t->n_keys; i++) {
		if (is_table(&t->keys[i]) &&
		    !(t == &workload_table && t->keys[i].sub == &knob_table))
			walk(t->keys[i].sub, json);
	}
}

static const struct config_table *const roots[] = {
	&harness_table,
	&policy_table,
	&claims_table,
	&workload_table,
};

static void print_json(void)
{
	_cleanup_table_ struct table *out = table_create();

	table_column(out, "file", ALIGN_LEFT);
	table_column(out, "table", ALIGN_LEFT);
	add_columns(out);
	for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
		walk(roots[i], out);
	table_print(out, TABLE_JSON, stdout);
}

void config_print_help(bool json)
{
	if (json) {
		print_json();
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
		walk(roots[i], NULL);
	puts("Sizes are integers (bytes) or strings with a unit of 1024: \"384M\", \"1GiB\".\n"
	     "Names are letters, digits, '.', '_' and '-'.  Unknown keys are errors.");
}
