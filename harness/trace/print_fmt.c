// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/print_fmt.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define SYMBOLS_MAX 4096
#define DEPTH_MAX 64

/* Where the parser stands; `bad` stays set once something wasn't understood. */
struct cursor {
	const char *p;
	int depth;
	bool bad;
};

static void skip_space(struct cursor *c)
{
	while (isspace((unsigned char)*c->p))
		c->p++;
}

static bool take(struct cursor *c, const char *token)
{
	skip_space(c);
	if (c->bad || !str_starts(c->p, token))
		return false;
	c->p += strlen(token);
	return true;
}

static void need(struct cursor *c, const char *token)
{
	if (!take(c, token))
		c->bad = true;
}

/* --- constant expressions, by C's precedence: | ^ & << + * unary ----------------------------- */

static uint64_t expression(struct cursor *c, int level);

static uint64_t number(struct cursor *c)
{
	char *end;
	uint64_t v;

	skip_space(c);
	errno = 0;
	v = strtoull(c->p, &end, 0);
	if (!isdigit((unsigned char)*c->p) || errno) {
		c->bad = true;
		return 0;
	}
	c->p = end + strspn(end, "uUlL");
	return v;
}

/*
 * "(unsigned long)", "(gfp_t)", "( __u32 )": words in parentheses.  A cast
 * changes nothing about the constants that kernels write.
 */
static bool take_cast(struct cursor *c)
{
	const char *p = c->p;

	if (*p++ != '(')
		return false;
	while (isspace((unsigned char)*p))
		p++;
	if (!isalpha((unsigned char)*p) && *p != '_')
		return false;
	while (isalnum((unsigned char)*p) || *p == '_' || *p == ' ' || *p == '*')
		p++;
	if (*p != ')')
		return false;
	c->p = p + 1;
	return true;
}

static uint64_t unary(struct cursor *c)
{
	uint64_t v = 0;

	skip_space(c);
	if (c->bad || ++c->depth > DEPTH_MAX) {
		c->bad = true;
	} else if (take_cast(c)) {
		v = unary(c);
	} else if (take(c, "(")) {
		v = expression(c, 0);
		need(c, ")");
	} else if (take(c, "~")) {
		v = ~unary(c);
	} else if (take(c, "-")) {
		v = -unary(c);
	} else {
		v = number(c);
	}
	c->depth--;
	return v;
}

static const struct {
	const char *token;
	int level;
} operators[] = {
	{ "|", 0 },  { "^", 1 }, { "&", 2 }, { "<<", 3 },
	{ ">>", 3 }, { "+", 4 }, { "-", 4 }, { "*", 5 },
};
#define LEVELS 6

static uint64_t apply(const char *token, uint64_t a, uint64_t b)
{
	switch (token[0]) {
	case '|':
		return a | b;
	case '^':
		return a ^ b;
	case '&':
		return a & b;
	case '<':
		return b < 64 ? a << b : 0;
	case '>':
		return b < 64 ? a >> b : 0;
	case '+':
		return a + b;
	case '-':
		return a - b;
	default:
		return a * b;
	}
}

static const char *take_operator(struct cursor *c, int level)
{
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++) {
		if (operators[i].level == level && take(c, operators[i].token))
			return operators[i].token;
	}
	return NULL;
}

static uint64_t expression(struct cursor *c, int level)
{
	const char *token;
	uint64_t v;

	if (level == LEVELS)
		return unary(c);
	v = expression(c, level + 1);
	while (!c->bad && (token = take_operator(c, level)))
		v = apply(token, v, expression(c, level + 1));
	return v;
}

/* --- lists -------------------------------------------------------------------------------------- */

/* A C string; escapes other than \" and \\ don't occur in names.  Caller frees; NULL if it's none. */
static char *string(struct cursor *c)
{
	struct strbuf text = {};

	strbuf_puts(&text, "");
	if (!take(c, "\"")) {
		c->bad = true;
		strbuf_deinit(&text);
		return NULL;
	}
	for (; *c->p && *c->p != '"'; c->p++) {
		if (*c->p == '\\' && c->p[1])
			c->p++;
		strbuf_add(&text, c->p, 1);
	}
	need(c, "\"");
	return strbuf_steal(&text);
}

/* Past the end of an entry that wasn't understood: the "}" that isn't in a string. */
static void skip_entry(struct cursor *c)
{
	bool quoted = false;

	for (; *c->p && (quoted || *c->p != '}'); c->p++) {
		if (*c->p == '\\' && c->p[1])
			c->p++;
		else if (*c->p == '"')
			quoted = !quoted;
	}
	c->bad = false;
	c->depth = 0;
}

static void add_symbol(struct trace_event *ev, const struct trace_field *f, enum symbol_kind kind,
		       uint64_t value, char *name)
{
	if (ev->n_symbols == SYMBOLS_MAX) {
		free(name);
		return;
	}
	for (char *p = name; *p; p++) /* as in values: what isn't ASCII may not be UTF-8 */
		*p = (*p & 0x80) ? '?' : *p;
	*ARRAY_APPEND(ev->symbols, ev->n_symbols) =
		(struct trace_symbol){ f, kind, (int64_t)value, name };
}

/* {value, "name"}, {value, "name"} … */
static void entries(struct trace_event *ev, const struct trace_field *f, enum symbol_kind kind,
		    struct cursor *c)
{
	while (take(c, ",") && take(c, "{")) {
		uint64_t value = expression(c, 0);
		char *name;

		need(c, ",");
		name = c->bad ? NULL : string(c);
		if (name && !c->bad)
			add_symbol(ev, f, kind, value, steal_ptr(&name));
		free(name);
		skip_entry(c);
		need(c, "}");
	}
}

/* REC->x, maybe cast or in parentheses: the field, or NULL for anything else. */
static const struct trace_field *record_field(const struct trace_event *ev, struct cursor *c)
{
	const struct trace_field *found = NULL;
	int parens = 0;
	size_t n;

	for (skip_space(c); *c->p == '('; skip_space(c)) {
		if (take_cast(c))
			continue;
		c->p++;
		parens++;
	}
	if (!take(c, "REC->"))
		return NULL;
	for (n = 0; isalnum((unsigned char)c->p[n]) || c->p[n] == '_'; n++)
		;
	for (size_t i = 0; i < ev->n_fields; i++) {
		if (strlen(ev->fields[i].name) == n && strncmp(ev->fields[i].name, c->p, n) == 0)
			found = &ev->fields[i];
	}
	c->p += n;
	while (parens-- > 0)
		need(c, ")");
	return c->bad || !found || found->kind != FIELD_INT ? NULL : found;
}

/* The search goes on behind what was read, so that the whole takes linear time. */
static void calls(struct trace_event *ev, const char *print_fmt, const char *macro,
		  enum symbol_kind kind)
{
	struct cursor c = { .p = print_fmt };

	while ((c.p = strstr(c.p, macro))) {
		const struct trace_field *f;

		c.p += strlen(macro);
		c.bad = false;
		c.depth = 0;
		f = record_field(ev, &c);
		if (f && kind == SYMBOL_FLAG) {
			need(&c, ",");
			free(string(&c));
		}
		if (f && !c.bad)
			entries(ev, f, kind, &c);
	}
}

void print_fmt_symbols(struct trace_event *ev, const char *print_fmt)
{
	calls(ev, print_fmt, "__print_symbolic(", SYMBOL_VALUE);
	calls(ev, print_fmt, "__print_flags(", SYMBOL_FLAG);
}
