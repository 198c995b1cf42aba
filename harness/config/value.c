// SPDX-License-Identifier: GPL-2.0-or-later
/* Single values: types, ranges, names, sizes, and the defaults that tables give as text. */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "base/str.h"
#include "config/keys.h"

bool config_is_name(const char *s)
{
	if (!isalnum((unsigned char)*s))
		return false;
	for (; *s; s++) {
		if (!isalnum((unsigned char)*s) && !strchr("._-", *s))
			return false;
	}
	return true;
}

static size_t count_names(const char *const *names)
{
	size_t n = 0;

	while (names[n])
		n++;
	return n;
}

/* "tcg, kvm or auto" */
static char *join_names(const char *const *names)
{
	size_t n = count_names(names);
	struct strbuf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		const char *sep = i + 1 < n ? ", " : " or ";

		strbuf_printf(&b, "%s%s", i ? sep : "", names[i]);
	}
	return strbuf_steal(&b);
}

char *config_key_type_words(const struct config_key *key)
{
	static const char *const words[] = {
		[KEY_NAME] = "name",
		[KEY_STRING] = "string",
		[KEY_PATH] = "path",
		[KEY_SCALAR] = "integer, boolean or string",
		[KEY_BOOL] = "boolean",
		[KEY_UINT] = "integer",
		[KEY_INT64] = "integer",
		[KEY_U64] = "integer",
		[KEY_SIZE] = "size",
		[KEY_ENUM] = "string",
		[KEY_STRINGS] = "list of strings",
		[KEY_PATHS] = "list of paths",
		[KEY_ENUMS] = "list of strings",
		[KEY_TABLE] = "table",
		[KEY_TABLES] = "tables",
		[KEY_NAMED] = "tables",
		[KEY_SWEEPS] = "table",
		[KEY_REVS] = "string or list of strings",
	};

	return xstrdup(words[key->type]);
}

char *config_key_range_words(const struct config_key *key)
{
	switch (key->type) {
	case KEY_UINT:
	case KEY_INT64:
	case KEY_U64:
		if (key->min == INT64_MIN && key->max == INT64_MAX)
			return NULL;
		return xasprintf("%lld to %lld", (long long)key->min, (long long)key->max);
	case KEY_SIZE:
		return xasprintf("%s to %s", size_to_str((uint64_t)key->min),
				 size_to_str((uint64_t)key->max));
	case KEY_BOOL:
		return xstrdup("true or false");
	case KEY_ENUM:
	case KEY_ENUMS:
		return join_names(key->names);
	default:
		return NULL;
	}
}

/* `"cpus" in [machine]` */
static char *key_words(const struct config_key *key, const char *label)
{
	return label ? xasprintf("\"%s\" in %s", key->key, label) : xasprintf("\"%s\"", key->key);
}

static int wrong_type(const struct reader *r, const struct config_key *key, const char *label,
		      const struct toml_node *node, const char *wanted, struct error **err)
{
	_cleanup_free_ char *what = key_words(key, label);

	return config_error_value(r, node, err, "%s takes %s, not %s", what, wanted,
				  toml_type_name(node->type));
}

static int read_integer(const struct reader *r, const struct config_key *key, const char *label,
			const struct toml_node *node, int64_t *ret, struct error **err)
{
	_cleanup_free_ char *what = key_words(key, label);

	if (node->type != TOML_INT)
		return wrong_type(r, key, label, node, "an integer", err);
	if (node->integer < key->min || node->integer > key->max) {
		_cleanup_free_ char *range = config_key_range_words(key);

		return config_error_value(r, node, err, "%s must be %s%s%s, not %lld", what, range,
					  key->unit ? " " : "", key->unit ?: "",
					  (long long)node->integer);
	}
	*ret = node->integer;
	return 0;
}

static int read_size(const struct reader *r, const struct config_key *key, const char *label,
		     const struct toml_node *node, uint64_t *ret, struct error **err)
{
	_cleanup_free_ char *what = key_words(key, label);
	_cleanup_free_ char *range = config_key_range_words(key);

	if (node->type == TOML_INT && node->integer >= 0)
		*ret = (uint64_t)node->integer;
	else if (node->type == TOML_INT)
		return config_error_value(r, node, err, "%s must be %s, not %lld", what, range,
					  (long long)node->integer);
	else if (node->type != TOML_STRING)
		return wrong_type(r, key, label, node, "a size such as \"384M\"", err);
	else if (!str_to_size(node->string, ret))
		return config_error_value(r, node, err,
					  "%s takes a size such as \"384M\" or "
					  "\"1GiB\", not \"%s\"",
					  what, node->string);
	if (*ret < (uint64_t)key->min || *ret > (uint64_t)key->max)
		return config_error_value(r, node, err, "%s must be %s, not %s", what, range,
					  size_to_str(*ret));
	return 0;
}

static int read_bool(const struct reader *r, const struct config_key *key, const char *label,
		     const struct toml_node *node, bool *ret, struct error **err)
{
	if (node->type != TOML_BOOL)
		return wrong_type(r, key, label, node, "true or false", err);
	*ret = node->boolean;
	return 0;
}

static char *resolve(const struct reader *r, const char *path)
{
	return *path == '/' ? xstrdup(path) : xasprintf("%s/%s", r->config->root, path);
}

static int read_string(const struct reader *r, const struct config_key *key, const char *label,
		       const struct toml_node *node, char **ret, struct error **err)
{
	_cleanup_free_ char *what = key_words(key, label);

	if (node->type != TOML_STRING)
		return wrong_type(r, key, label, node, "a string", err);
	if (key->type == KEY_NAME && !config_is_name(node->string))
		return config_error_value(r, node, err,
					  "%s can't be \"%s\": names are letters, "
					  "digits, '.', '_' and '-', and start with a letter or "
					  "digit",
					  what, node->string);
	if (key->required && !*node->string)
		return config_error_value(r, node, err, "%s is empty", what);
	if (key->type == KEY_PATH || key->type == KEY_PATHS)
		*ret = resolve(r, node->string);
	else
		*ret = xstrdup(node->string);
	return 0;
}

static int read_scalar(const struct reader *r, const struct config_key *key, const char *label,
		       const struct toml_node *node, char **ret, struct error **err)
{
	switch (node->type) {
	case TOML_STRING:
		*ret = xstrdup(node->string);
		return 0;
	case TOML_INT:
		*ret = xasprintf("%lld", (long long)node->integer);
		return 0;
	case TOML_BOOL:
		/* What the kernel's own files read back for a boolean. */
		*ret = xstrdup(node->boolean ? "1" : "0");
		return 0;
	default:
		return wrong_type(r, key, label, node, "an integer, a boolean or a string", err);
	}
}

static int read_enum(const struct reader *r, const struct config_key *key, const char *label,
		     const struct toml_node *node, unsigned int *ret, struct error **err)
{
	_cleanup_free_ char *what = key_words(key, label);
	_cleanup_free_ char *words = join_names(key->names);
	_cleanup_free_ char *hint = NULL;
	const char *near;

	if (node->type != TOML_STRING)
		return wrong_type(r, key, label, node, words, err);
	for (unsigned int i = 0; key->names[i]; i++) {
		if (streq(key->names[i], node->string)) {
			*ret = i;
			return 0;
		}
	}
	near = str_nearest(node->string, key->names, count_names(key->names));
	hint = near ? xasprintf("; did you mean \"%s\"?", near) : xstrdup("");
	return config_error_value(r, node, err, "%s is %s, not \"%s\"%s", what, words, node->string,
				  hint);
}

static int read_strings(const struct reader *r, const struct config_key *key, const char *label,
			const struct toml_node *node, char ***ret, struct error **err)
{
	if (node->type != TOML_ARRAY)
		return wrong_type(r, key, label, node, "a list of strings", err);
	*ret = xcalloc(node->n_children + 1, sizeof(char *));
	for (size_t i = 0; i < node->n_children; i++) {
		const struct toml_node *element = &node->children[i];

		if (element->type != TOML_STRING)
			return wrong_type(r, key, label, element, "a list of strings", err);
		if (read_string(r, key, label, element, &(*ret)[i], err) < 0)
			return -1;
	}
	if (key->required && !node->n_children) {
		_cleanup_free_ char *what = key_words(key, label);

		return config_error_value(r, node, err, "%s is empty", what);
	}
	return 0;
}

static int read_enums(const struct reader *r, const struct config_key *key, const char *label,
		      const struct toml_node *node, unsigned int **ret, size_t *ret_n,
		      struct error **err)
{
	if (node->type != TOML_ARRAY)
		return wrong_type(r, key, label, node, "a list of strings", err);
	*ret = xcalloc(node->n_children, sizeof(**ret));
	for (size_t i = 0; i < node->n_children; i++) {
		if (read_enum(r, key, label, &node->children[i], &(*ret)[i], err) < 0)
			return -1;
	}
	*ret_n = node->n_children;
	return 0;
}

int config_read_value(const struct reader *r, const struct config_key *key, const char *label,
		      const struct toml_node *node, void *base, struct error **err)
{
	void *to = (char *)base + key->offset;
	int64_t v = 0;

	switch (key->type) {
	case KEY_NAME:
	case KEY_STRING:
	case KEY_PATH:
		return read_string(r, key, label, node, to, err);
	case KEY_SCALAR:
		return read_scalar(r, key, label, node, to, err);
	case KEY_BOOL:
		return read_bool(r, key, label, node, to, err);
	case KEY_UINT:
		if (read_integer(r, key, label, node, &v, err) < 0)
			return -1;
		*(unsigned int *)to = (unsigned int)v;
		return 0;
	case KEY_INT64:
	case KEY_U64:
		return read_integer(r, key, label, node, to, err);
	case KEY_SIZE:
		return read_size(r, key, label, node, to, err);
	case KEY_ENUM:
		return read_enum(r, key, label, node, to, err);
	case KEY_STRINGS:
	case KEY_PATHS:
		return read_strings(r, key, label, node, to, err);
	case KEY_ENUMS:
		return read_enums(r, key, label, node, to, (size_t *)((char *)base + key->count),
				  err);
	default:
		return error_set(err, EXIT_FAULT, "\"%s\" isn't a value", key->key);
	}
}

/* A default goes the way of what the user writes, so that it can't be out of its own range. */
static void list_of_words(const char *text, struct toml_node *list)
{
	while (*text) {
		size_t len = strcspn(text, " ");

		*ARRAY_APPEND(list->children, list->n_children) = (struct toml_node){
			.type = TOML_STRING,
			.string = xstrndup(text, len),
		};
		text += len + strspn(text + len, " ");
	}
}

static int read_default_list(const struct reader *r, const struct config_key *key, void *base,
			     struct error **err)
{
	struct toml_node *list = xcalloc(1, sizeof(*list));
	int ret;

	list->type = TOML_ARRAY;
	list_of_words(key->def ?: "", list);
	ret = config_read_value(r, key, NULL, list, base, err);
	toml_free(list);
	return ret;
}

int config_read_default(const struct reader *r, const struct config_key *key, void *base,
			struct error **err)
{
	struct toml_node node = { .type = TOML_STRING, .string = (char *)key->def };

	switch (key->type) {
	case KEY_STRINGS:
	case KEY_PATHS:
	case KEY_ENUMS:
		return read_default_list(r, key, base, err);
	case KEY_BOOL:
		node.type = TOML_BOOL;
		node.boolean = key->def && streq(key->def, "true");
		break;
	case KEY_UINT:
	case KEY_INT64:
	case KEY_U64:
		node.type = TOML_INT;
		node.integer = key->def ? strtoll(key->def, NULL, 10) : 0;
		break;
	default:
		break;
	}
	return key->def ? config_read_value(r, key, NULL, &node, base, err) : 0;
}
