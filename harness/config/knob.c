// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of knobs, and ${name} references to them. */
#include <string.h>

#include "base/str.h"
#include "config/keys.h"

static int check_int(const struct reader *r, const struct knob_def *knob,
		     const struct toml_node *value, struct error **err)
{
	if (value->type != TOML_INT)
		return config_error_value(r, value, err, "knob \"%s\" takes an integer, not %s",
					  knob->name, toml_type_name(value->type));
	if (value->integer >= knob->min && value->integer <= knob->max)
		return 0;
	if (knob->max == INT64_MAX)
		return config_error_value(r, value, err,
					  "knob \"%s\" must be at least %lld, not "
					  "%lld",
					  knob->name, (long long)knob->min,
					  (long long)value->integer);
	if (knob->min == INT64_MIN)
		return config_error_value(r, value, err,
					  "knob \"%s\" must be at most %lld, not "
					  "%lld",
					  knob->name, (long long)knob->max,
					  (long long)value->integer);
	return config_error_value(r, value, err, "knob \"%s\" must be %lld to %lld%s%s, not %lld",
				  knob->name, (long long)knob->min, (long long)knob->max,
				  *knob->unit ? " " : "", knob->unit, (long long)value->integer);
}

static int check_bool(const struct reader *r, const struct knob_def *knob,
		      const struct toml_node *value, struct error **err)
{
	if (value->type == TOML_BOOL)
		return 0;
	if (value->type == TOML_INT && (value->integer == 0 || value->integer == 1))
		return 0;
	return config_error_value(r, value, err, "knob \"%s\" takes true or false", knob->name);
}

/* The value becomes part of job files and of "name=value" lists, which end at blanks and lines. */
static int check_string(const struct reader *r, const struct knob_def *knob,
			const struct toml_node *value, struct error **err)
{
	if (value->type != TOML_STRING && value->type != TOML_INT && value->type != TOML_BOOL)
		return config_error_value(r, value, err, "knob \"%s\" takes a string, not %s",
					  knob->name, toml_type_name(value->type));
	if (value->type == TOML_STRING && value->string[strcspn(value->string, "\n\r")])
		return config_error_value(r, value, err, "knob \"%s\" takes one line", knob->name);
	return 0;
}

int config_knob_text(const struct reader *r, const struct knob_def *knob,
		     const struct toml_node *value, char **ret, struct error **err)
{
	static int (*const check[])(const struct reader *, const struct knob_def *,
				    const struct toml_node *, struct error **) = {
		[KNOB_INT] = check_int,
		[KNOB_BOOL] = check_bool,
		[KNOB_STRING] = check_string,
	};

	if (check[knob->type](r, knob, value, err) < 0)
		return -1;
	if (value->type == TOML_STRING)
		*ret = xstrdup(value->string);
	else if (value->type == TOML_BOOL)
		*ret = xstrdup(value->boolean ? "1" : "0");
	else
		*ret = xasprintf("%lld", (long long)value->integer);
	return 0;
}

static int unknown_reference(const struct reader *r, const struct toml_node *at, const char *name,
			     char *const *known, struct error **err)
{
	_cleanup_free_ char *hint =
		config_suggest(name, (const char *const *)known, strv_len(known));

	return config_error_value(r, at, err, "unknown variable ${%s}%s", name, hint);
}

static int check_text(const struct reader *r, const struct toml_node *at, char *const *known,
		      struct error **err)
{
	const char *text = at->string;

	while ((text = strstr(text, "${"))) {
		const char *end = strchr(text, '}');
		_cleanup_free_ char *name = NULL;
		size_t i = 0;

		if (!end)
			return config_error_value(r, at, err, "\"${\" without \"}\"");
		name = xstrndup(text + 2, (size_t)(end - text) - 2);
		while (known[i] && !streq(known[i], name))
			i++;
		if (!known[i])
			return unknown_reference(r, at, name, known, err);
		text = end + 1;
	}
	return 0;
}

int config_check_references(const struct reader *r, const struct toml_node *node,
			    char *const *known, struct error **err)
{
	for (size_t i = 0; i < node->n_children; i++) {
		if (check_text(r, &node->children[i], known, err) < 0)
			return -1;
	}
	return 0;
}

int config_refuse_reads(const struct reader *r, const struct toml_node *knobs, struct error **err)
{
	for (size_t i = 0; knobs && i < knobs->n_children; i++) {
		const struct toml_node *read = toml_get(&knobs->children[i], "read");

		if (read)
			return config_error_key(r, read, err,
						"\"read\" is for a policy with a [daemon]");
	}
	return 0;
}
