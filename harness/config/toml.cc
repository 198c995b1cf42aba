// SPDX-License-Identifier: GPL-2.0-or-later
// Header-only and without exceptions: a parse error is a value here too.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "config/toml.h"

static char *copy(std::string_view s)
{
	char *c = static_cast<char *>(std::malloc(s.size() + 1));

	if (!c)
		std::abort();
	std::memcpy(c, s.data(), s.size());
	c[s.size()] = '\0';
	return c;
}

static int fail(toml_error *err, std::string_view msg, const toml::source_position &at)
{
	err->msg = copy(msg);
	err->line = static_cast<int>(at.line);
	err->col = static_cast<int>(at.column);
	return -1;
}

static int convert(const toml::node &from, toml_node *to, toml_error *err);

static toml_node *alloc_children(toml_node *to, size_t n)
{
	to->children = static_cast<toml_node *>(std::calloc(n ? n : 1, sizeof(toml_node)));
	if (!to->children)
		std::abort();
	to->n_children = n;
	return to->children;
}

// A C string would end early, and the rest of a key or value be ignored in silence.
static int convert_text(std::string_view s, const toml::source_position &at, char **ret,
			toml_error *err)
{
	if (s.find('\0') != s.npos)
		return fail(err, "a NUL character can't be part of a string", at);
	*ret = copy(s);
	return 0;
}

static int convert_array(const toml::array &from, toml_node *to, toml_error *err)
{
	toml_node *child = alloc_children(to, from.size());

	for (const toml::node &element : from)
		if (convert(element, child++, err) < 0)
			return -1;
	return 0;
}

static bool written_before(const toml_node &a, const toml_node &b)
{
	return a.key_line != b.key_line ? a.key_line < b.key_line : a.key_col < b.key_col;
}

// toml++ keeps tables sorted by key; plans and messages follow the file.
static int convert_table(const toml::table &from, toml_node *to, toml_error *err)
{
	toml_node *child = alloc_children(to, from.size());

	for (const auto &[key, value] : from) {
		const toml::source_position &at = key.source().begin;

		if (convert_text(key.str(), at, &child->key, err) < 0 ||
		    convert(value, child, err) < 0)
			return -1;
		child->key_line = static_cast<int>(at.line);
		child->key_col = static_cast<int>(at.column);
		child++;
	}
	std::sort(to->children, to->children + to->n_children, written_before);
	return 0;
}

static int convert(const toml::node &from, toml_node *to, toml_error *err)
{
	const toml::source_position &at = from.source().begin;

	to->line = to->key_line = static_cast<int>(at.line);
	to->col = to->key_col = static_cast<int>(at.column);
	switch (from.type()) {
	case toml::node_type::table:
		to->type = TOML_TABLE;
		return convert_table(*from.as_table(), to, err);
	case toml::node_type::array:
		to->type = TOML_ARRAY;
		return convert_array(*from.as_array(), to, err);
	case toml::node_type::string:
		to->type = TOML_STRING;
		return convert_text(from.as_string()->get(), at, &to->string, err);
	case toml::node_type::integer:
		to->type = TOML_INT;
		to->integer = from.as_integer()->get();
		return 0;
	case toml::node_type::floating_point:
		to->type = TOML_FLOAT;
		to->real = from.as_floating_point()->get();
		return 0;
	case toml::node_type::boolean:
		to->type = TOML_BOOL;
		to->boolean = from.as_boolean()->get();
		return 0;
	default:
		to->type = TOML_DATE;
		return 0;
	}
}

extern "C" struct toml_node *toml_parse(const char *text, size_t len, struct toml_error *err)
{
	toml::parse_result parsed = toml::parse(std::string_view(text, len));
	toml_node *root;

	if (!parsed) {
		fail(err, parsed.error().description(), parsed.error().source().begin);
		return nullptr;
	}
	root = static_cast<toml_node *>(std::calloc(1, sizeof(*root)));
	if (!root)
		std::abort();
	if (convert(parsed.table(), root, err) < 0) {
		toml_free(root);
		return nullptr;
	}
	return root;
}

static void release(toml_node *node)
{
	for (size_t i = 0; i < node->n_children; i++)
		release(&node->children[i]);
	std::free(node->children);
	std::free(node->key);
	std::free(node->string);
}

extern "C" void toml_free(struct toml_node *root)
{
	if (!root)
		return;
	release(root);
	std::free(root);
}
