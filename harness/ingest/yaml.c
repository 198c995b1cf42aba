// SPDX-License-Identifier: GPL-2.0-or-later
/* YAML → JSON by structure, so that one set of paths reads both. */
#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "ingest/internal.h"

#define DEPTH_MAX 64
#define NODES_MAX 100000 /* aliases can make a small file mean a huge document */

struct converter {
	yaml_document_t *doc;
	size_t nodes;
};

static json_t *convert(struct converter *c, int index, int depth);

static bool is_number(const char *s, double *ret)
{
	char *end;

	/* strtod also takes "inf", "nan" and hexadecimal; JSON has none of them. */
	if (!*s || s[strspn(s, "+-.0123456789eE")])
		return false;
	errno = 0;
	*ret = strtod(s, &end);
	return !*end && !errno;
}

static json_t *scalar(const yaml_node_t *n)
{
	const char *s = (const char *)n->data.scalar.value;
	char *end;
	long long i;
	double d;

	if (n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return json_string(s);
	if (!*s || streq(s, "~") || streq(s, "null"))
		return json_null();
	if (streq(s, "true") || streq(s, "false"))
		return json_boolean(*s == 't');
	if (!is_number(s, &d))
		return json_string(s);
	errno = 0;
	i = strtoll(s, &end, 10);
	return !*end && !errno ? json_integer(i) : json_real(d);
}

static json_t *sequence(struct converter *c, const yaml_node_t *n, int depth)
{
	json_t *list = json_array();

	for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top;
	     i++) {
		if (json_array_append_new(list, convert(c, *i, depth)) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *mapping(struct converter *c, const yaml_node_t *n, int depth)
{
	json_t *o = json_object();

	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top;
	     p++) {
		yaml_node_t *key = yaml_document_get_node(c->doc, p->key);

		if (!key || key->type != YAML_SCALAR_NODE ||
		    json_object_set_new(o, (const char *)key->data.scalar.value,
					convert(c, p->value, depth)) < 0) {
			json_decref(o);
			return NULL;
		}
	}
	return o;
}

static json_t *convert(struct converter *c, int index, int depth)
{
	yaml_node_t *n = yaml_document_get_node(c->doc, index);

	if (!n || depth > DEPTH_MAX || ++c->nodes > NODES_MAX)
		return NULL;
	switch (n->type) {
	case YAML_SCALAR_NODE:
		return scalar(n);
	case YAML_SEQUENCE_NODE:
		return sequence(c, n, depth + 1);
	case YAML_MAPPING_NODE:
		return mapping(c, n, depth + 1);
	default:
		return NULL;
	}
}

static int dump(yaml_document_t *doc, char **ret, struct error **err)
{
	struct converter c = { .doc = doc };
	_cleanup_json_ json_t *root = convert(&c, 1, 0); /* libyaml counts nodes from 1 */

	if (!root)
		return error_set(err, EXIT_FAULT, "a YAML document that can't be written as JSON");
	*ret = json_dumps(root, JSON_ENCODE_ANY);
	return *ret ? 0
		    : error_set(err, EXIT_FAULT, "a YAML document that can't be written as JSON");
}

int yaml_to_json(const char *text, size_t len, char **ret, struct error **err)
{
	yaml_parser_t parser;
	yaml_document_t doc;
	int r;

	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &doc)) {
		r = error_set(err, EXIT_FAULT, "%zu:%zu: %s", parser.problem_mark.line + 1,
			      parser.problem_mark.column + 1, parser.problem ?: "not YAML");
	} else {
		r = dump(&doc, ret, err);
		yaml_document_delete(&doc);
	}
	yaml_parser_delete(&parser);
	return r;
}
