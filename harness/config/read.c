// SPDX-License-Identifier: GPL-2.0-or-later
/* From a TOML table to a C struct, row by row of its config_table. */
#include <stdarg.h>
#include <string.h>

#include "base/str.h"
#include "config/keys.h"

/* How much of a list a message may quote. */
#define MAX_LISTED 16

static void *member(void *base, size_t offset)
{
	return (char *)base + offset;
}

int config_error_at(const struct reader *r, int line, int col, struct error **err, const char *fmt,
		    ...)
{
	va_list ap;
	char *msg;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	error_set(err, EXIT_INPUT, "%s:%d:%d: %s", r->file, line, col, msg);
	free(msg);
	return -1;
}

const struct toml_node *toml_get(const struct toml_node *table, const char *key)
{
	for (size_t i = 0; i < table->n_children; i++) {
		if (table->children[i].key && streq(table->children[i].key, key))
			return &table->children[i];
	}
	return NULL;
}

const char *toml_type_name(enum toml_type t)
{
	static const char *const names[] = {
		[TOML_TABLE] = "a table",
		[TOML_ARRAY] = "a list",
		[TOML_STRING] = "a string",
		[TOML_INT] = "an integer",
		[TOML_FLOAT] = "a floating-point number",
		[TOML_BOOL] = "a boolean",
		[TOML_DATE] = "a date or time",
	};

	return names[t];
}

static void list_names(struct strbuf *b, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *sep = i + 1 < n ? ", " : " and ";

		strbuf_printf(b, "%s\"%s\"", i ? sep : "; there are ", names[i]);
	}
}

char *config_suggest(const char *word, const char *const *candidates, size_t n)
{
	const char *near = str_nearest(word, candidates, n);
	struct strbuf b = { 0 };

	if (near)
		strbuf_printf(&b, "; did you mean \"%s\"?", near);
	else if (n == 1)
		strbuf_printf(&b, "; there is only \"%s\"", candidates[0]);
	else if (n <= MAX_LISTED)
		list_names(&b, candidates, n);
	return strbuf_steal(&b);
}

/* " in [machine]", or nothing at the top level of a file. */
static char *in_label(const char *label)
{
	return label ? xasprintf(" in %s", label) : xstrdup("");
}

static const struct config_key *find_key(const struct config_table *t, const char *name)
{
	for (size_t i = 0; i < t->n_keys; i++) {
		if (streq(t->keys[i].key, name))
			return &t->keys[i];
	}
	return NULL;
}

static int unknown_key(const struct reader *r, const struct config_table *t, const char *label,
		       const struct toml_node *node, struct error **err)
{
	_cleanup_free_ const char **names = xcalloc(t->n_keys, sizeof(*names));
	_cleanup_free_ char *where = in_label(label);
	_cleanup_free_ char *hint = NULL;

	for (size_t i = 0; i < t->n_keys; i++)
		names[i] = t->keys[i].key;
	hint = config_suggest(node->key, names, t->n_keys);
	return config_error_key(r, node, err, "unknown key \"%s\"%s%s", node->key, where, hint);
}

static int check_unknown(const struct reader *r, const struct config_table *t, const char *label,
			 const struct toml_node *node, struct error **err)
{
	for (size_t i = 0; i < node->n_children; i++) {
		if (!find_key(t, node->children[i].key))
			return unknown_key(r, t, label, &node->children[i], err);
	}
	return 0;
}

/* Two elements of one name would overwrite each other's files and rows. */
static int check_unique(const struct reader *r, const struct config_table *t, const char *label,
			const struct toml_node *array, char *base, struct error **err)
{
	if (t->name == NO_MEMBER)
		return 0;
	for (size_t i = 1; i < array->n_children; i++) {
		const char *name = *(char **)member(base + i * t->size, t->name);

		for (size_t j = 0; j < i; j++) {
			if (!streq(*(char **)member(base + j * t->size, t->name), name))
				continue;
			return config_error_value(r, toml_get(&array->children[i], "name"), err,
						  "%s \"%s\" is there already, at line %d", label,
						  name, array->children[j].line);
		}
	}
	return 0;
}

static int wrong_kind(const struct reader *r, const struct config_key *key, const char *label,
		      const struct toml_node *node, struct error **err)
{
	_cleanup_free_ char *where = in_label(label);
	const char *form = key->sub->title;

	return config_error_value(r, node, err, "\"%s\"%s takes tables (%s), not %s", key->key,
				  where, form, toml_type_name(node->type));
}

/* [[key]] */
static int read_tables(const struct reader *r, const struct config_key *key, const char *label,
		       const struct toml_node *node, void *base, struct error **err)
{
	const struct config_table *sub = key->sub;
	char *items;

	if (node->type != TOML_ARRAY)
		return wrong_kind(r, key, label, node, err);
	items = xcalloc(node->n_children, sub->size);
	*(char **)member(base, key->offset) = items;
	for (size_t i = 0; i < node->n_children; i++) {
		*(size_t *)member(base, key->count) = i + 1;
		if (node->children[i].type != TOML_TABLE)
			return wrong_kind(r, key, label, &node->children[i], err);
		if (config_read_table(r, sub, sub->title, &node->children[i], items + i * sub->size,
				      err) < 0)
			return -1;
	}
	return check_unique(r, sub, sub->title, node, items, err);
}

/* `kernel."debian-6.1"`: quoted as TOML would want it. */
static char *named_label(const char *key, const char *name)
{
	return xasprintf(strchr(name, '.') ? "[%s.\"%s\"]" : "[%s.%s]", key, name);
}

static int read_one_named(const struct reader *r, const struct config_key *key,
			  const struct toml_node *node, char *item, struct error **err)
{
	_cleanup_free_ char *label = named_label(key->key, node->key);

	if (!config_is_name(node->key))
		return config_error_key(r, node, err,
					"\"%s\" can't be the name of a %s: names are "
					"letters, digits, '.', '_' and '-', and start with a "
					"letter or digit",
					node->key, key->key);
	if (node->type != TOML_TABLE)
		return config_error_value(r, node, err, "\"%s\" in [%s] is %s, not a table",
					  node->key, key->key, toml_type_name(node->type));
	*(char **)member(item, key->sub->name) = xstrdup(node->key);
	return config_read_table(r, key->sub, label, node, item, err);
}

/* [key.NAME] */
static int read_named(const struct reader *r, const struct config_key *key, const char *label,
		      const struct toml_node *node, void *base, struct error **err)
{
	char *items;

	if (node->type != TOML_TABLE)
		return wrong_kind(r, key, label, node, err);
	items = xcalloc(node->n_children, key->sub->size);
	*(char **)member(base, key->offset) = items;
	for (size_t i = 0; i < node->n_children; i++) {
		*(size_t *)member(base, key->count) = i + 1;
		if (read_one_named(r, key, &node->children[i], items + i * key->sub->size, err) < 0)
			return -1;
	}
	return 0;
}

static int read_key(const struct reader *r, const struct config_key *key, const char *label,
		    const struct toml_node *node, void *base, struct error **err)
{
	switch (key->type) {
	case KEY_TABLE:
		if (node->type != TOML_TABLE)
			return wrong_kind(r, key, label, node, err);
		return config_read_table(r, key->sub, key->sub->title, node,
					 member(base, key->offset), err);
	case KEY_TABLES:
		return read_tables(r, key, label, node, base, err);
	case KEY_NAMED:
		return read_named(r, key, label, node, base, err);
	case KEY_SWEEPS:
		return config_read_sweeps(r, node, base, err);
	case KEY_REVS:
		return config_read_revs(r, node, base, err);
	default:
		return config_read_value(r, key, label, node, base, err);
	}
}

static int read_absent(const struct reader *r, const struct config_key *key, const char *label,
		       const struct toml_node *table, void *base, struct error **err)
{
	const struct toml_node empty = {
		.type = TOML_TABLE,
		.line = table->line,
		.col = table->col,
	};
	_cleanup_free_ char *where = in_label(label);

	if (key->required)
		return config_error_value(r, table, err, "\"%s\" is missing%s", key->key, where);
	/* An absent [table] still has the defaults of its keys. */
	if (key->type == KEY_TABLE)
		return config_read_table(r, key->sub, key->sub->title, &empty,
					 member(base, key->offset), err);
	return config_read_default(r, key, base, err);
}

int config_read_table(const struct reader *r, const struct config_table *t, const char *label,
		      const struct toml_node *node, void *base, struct error **err)
{
	if (t->pos != NO_MEMBER)
		*(struct position *)member(base, t->pos) =
			(struct position){ r->file, node->line, node->col };
	if (check_unknown(r, t, label, node, err) < 0)
		return -1;
	for (size_t i = 0; i < t->n_keys; i++) {
		const struct toml_node *value = toml_get(node, t->keys[i].key);

		if (value ? read_key(r, &t->keys[i], label, value, base, err) < 0
			  : read_absent(r, &t->keys[i], label, node, base, err) < 0)
			return -1;
	}
	return t->check ? t->check(r, node, base, err) : 0;
}

static void free_array(const struct config_key *key, void *base)
{
	char *items = *(char **)member(base, key->offset);
	size_t n = *(size_t *)member(base, key->count);

	for (size_t i = 0; i < n; i++)
		config_table_free(key->sub, items + i * key->sub->size);
	free(items);
}

static void free_member(const struct config_key *key, void *base)
{
	switch (key->type) {
	case KEY_NAME:
	case KEY_STRING:
	case KEY_PATH:
	case KEY_SCALAR:
	case KEY_ENUMS:
		free(*(void **)member(base, key->offset));
		break;
	case KEY_STRINGS:
	case KEY_PATHS:
		strv_free(*(char ***)member(base, key->offset));
		break;
	case KEY_TABLE:
		config_table_free(key->sub, member(base, key->offset));
		break;
	case KEY_TABLES:
	case KEY_NAMED:
		free_array(key, base);
		break;
	case KEY_SWEEPS:
		config_sweeps_free(base);
		break;
	case KEY_REVS:
		config_revs_free(base);
		break;
	default:
		break;
	}
}

void config_table_free(const struct config_table *t, void *base)
{
	for (size_t i = 0; i < t->n_keys; i++)
		free_member(&t->keys[i], base);
	/* [[key]] tables have their name among the keys, [key.NAME] tables don't. */
	if (t->name != NO_MEMBER && !find_key(t, "name"))
		free(*(char **)member(base, t->name));
}
