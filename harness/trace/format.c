// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compiles the text of an event's format file:
 *
 *	name: NAME
 *	ID: N
 *	format:
 *		field:DECLARATION;	offset:N;	size:N;	signed:N;
 *		…
 *	print fmt: "…", …
 *
 * The text comes from a guest.  libtraceevent parses these files for a living,
 * but trusts them: tests/fuzz makes version 1.7.1 crash within seconds.  So it
 * serves as the yardstick in the unit tests, and this is what runs.
 */
#include "trace/format.h"

#include <ctype.h>
#include <string.h>

#include "trace/print_fmt.h"

#define NAME_MAX_LEN 64
#define FORMAT_MAX (256u << 10)
#define RECORD_MAX 4096 /* no field of a kernel's event starts further in */

/* Column names that every event table has already. */
static const char *const reserved[] = { "run_id", "ts_ns", "cpu", "pid" };

/* It becomes part of SQL and of file names, so nothing but an identifier will do. */
static bool name_ok(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++) {
		if (!isalnum((unsigned char)s[i]) && s[i] != '_')
			return false;
	}
	return n > 0 && n <= NAME_MAX_LEN;
}

void trace_event_free(struct trace_event *ev)
{
	if (!ev)
		return;
	for (size_t i = 0; i < ev->n_fields; i++) {
		free(ev->fields[i].name);
		free(ev->fields[i].column);
	}
	for (size_t i = 0; i < ev->n_symbols; i++)
		free(ev->symbols[i].name);
	free(ev->symbols);
	free(ev->system);
	free(ev->name);
	free(ev->table);
	free(ev);
}

/* --- one field ------------------------------------------------------------------------ */

/* A field line, taken apart. */
struct declaration {
	char *type; /* "unsigned long", "__data_loc char[]", "const char *" */
	char *name;
	unsigned int length; /* of an array, as declared; 0 if it says none, or is no array */
	bool array;
	unsigned int offset, size, is_signed;
};

static void declaration_deinit(struct declaration *d)
{
	free(d->type);
	free(d->name);
}

/* "char comm[16]" → type "char", name "comm", length 16; "__data_loc char[] s" → "s". */
static void split_declaration(const char *decl, size_t len, struct declaration *ret)
{
	size_t end = len, start;

	while (end > 0 && isspace((unsigned char)decl[end - 1]))
		end--;
	if (end > 0 && decl[end - 1] == ']') {
		while (end > 0 && decl[end - 1] != '[')
			end--;
		ret->array = true;
		ret->length = strtoul(decl + end, NULL, 10);
		end -= end > 0;
	}
	for (start = end; start > 0; start--) {
		if (!isalnum((unsigned char)decl[start - 1]) && decl[start - 1] != '_')
			break;
	}
	ret->name = xstrndup(decl + start, end - start);
	ret->type = xstrndup(decl, start);
	ret->array |= strchr(ret->type, '[') != NULL;
}

static bool parse_field_line(const char *line, struct declaration *ret)
{
	const char *decl = strstr(line, "field:"), *semicolon;

	if (!decl)
		return false;
	decl += strlen("field:");
	semicolon = strchr(decl, ';');
	if (!semicolon || sscanf(semicolon, "; offset:%u; size:%u; signed:%u;", &ret->offset,
				 &ret->size, &ret->is_signed) != 3)
		return false;
	split_declaration(decl, semicolon - decl, ret);
	return true;
}

static char *column_name(const char *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		if (strcasecmp(field, reserved[i]) == 0)
			return xasprintf("arg_%s", field);
	}
	return xstrdup(field);
}

static bool have_column(const struct trace_event *ev, const char *column)
{
	for (size_t i = 0; i < ev->n_fields; i++) {
		if (strcasecmp(ev->fields[i].column, column) == 0)
			return true;
	}
	return false;
}

static bool int_size(unsigned int size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* Of a kernel's own types, those that are as wide as the machine. */
static bool is_long(const char *type)
{
	return streq(type, "long") || streq(type, "size_t");
}

/* Bytes of one element of an array; 0 if that can't be said. */
static unsigned int element_size(const struct declaration *d, bool dynamic,
				 const struct trace_machine *m)
{
	static const struct {
		const char *word;
		unsigned int size;
	} types[] = {
		{ "char", 1 }, { "u8", 1 },  { "s8", 1 },  { "bool", 1 },   { "short", 2 },
		{ "u16", 2 },  { "s16", 2 }, { "u32", 4 }, { "s32", 4 },    { "long", 8 },
		{ "u64", 8 },  { "s64", 8 }, { "int", 4 }, { "size_t", 8 },
	};

	if (!dynamic && d->length)
		return d->size / d->length;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strstr(d->type, types[i].word))
			return is_long(types[i].word) ? m->long_size : types[i].size;
	}
	return 0;
}

/* The declaration doesn't tell a bitmask: the print format does, by the macro that prints it. */
static bool is_bitmask(const struct declaration *d, const char *print_fmt)
{
	static const char *const macros[] = { "__get_bitmask", "__get_cpumask", "__get_rel_bitmask",
					      "__get_rel_cpumask" };

	for (size_t i = 0; i < ARRAY_SIZE(macros); i++) {
		_cleanup_free_ char *call = xasprintf("%s(%s)", macros[i], d->name);

		if (strstr(print_fmt, call))
			return true;
	}
	return strstr(d->type, "cpumask_t") != NULL;
}

static enum field_kind field_kind(const struct declaration *d, bool dynamic, unsigned int element,
				  const char *print_fmt)
{
	bool array = d->array || dynamic;

	if (!array)
		return int_size(d->size) ? FIELD_INT : FIELD_BYTES;
	if (is_bitmask(d, print_fmt))
		return FIELD_BITMASK;
	if (strstr(d->type, "char") && !strstr(d->type, "unsigned char"))
		return FIELD_STRING;
	return int_size(element) ? FIELD_ARRAY : FIELD_BYTES;
}

/* A field that can't be decoded safely is left out: its column is NULL, the others are there. */
static void add_field(struct trace_event *ev, const struct declaration *d, const char *print_fmt,
		      const struct trace_machine *m)
{
	bool dynamic = strstr(d->type, "__data_loc") || strstr(d->type, "__rel_loc");
	unsigned int element = element_size(d, dynamic, m);
	struct trace_field *f;
	_cleanup_free_ char *column = NULL;

	if (ev->n_fields == TRACE_FIELDS_MAX || !name_ok(d->name) || d->size == 0 ||
	    d->offset > RECORD_MAX || d->size > RECORD_MAX || (dynamic && d->size != 4))
		return;
	column = column_name(d->name);
	if (have_column(ev, column))
		return;
	f = &ev->fields[ev->n_fields++];
	*f = (struct trace_field){
		.name = xstrdup(d->name),
		.column = steal_ptr(&column),
		.kind = field_kind(d, dynamic, element, print_fmt),
		.is_signed = d->is_signed != 0,
		.dynamic = dynamic,
		.relative = strstr(d->type, "__rel_loc") != NULL,
		.big_endian = m->big_endian,
		.offset = d->offset,
		.size = d->size,
		.element = element,
	};
	if (f->kind == FIELD_BITMASK)
		f->element = m->long_size;
}

/* --- the file ---------------------------------------------------------------------------- */

static const char *next_line(const char *p)
{
	p = strchr(p, '\n');
	return p ? p + 1 : NULL;
}

/* common_… fields are in front of every event; of them only the task is of interest. */
static void add_fields(struct trace_event *ev, const char *lines, const char *print_fmt,
		       const struct trace_machine *m, bool *ret_pid)
{
	for (const char *p = lines; p && p != print_fmt; p = next_line(p)) {
		cleanup(declaration_deinit) struct declaration d = {};
		_cleanup_free_ char *line = xstrndup(p, strcspn(p, "\n"));

		if (!parse_field_line(line, &d))
			continue;
		if (streq(d.name, "common_pid") && d.size == 4 && d.offset <= RECORD_MAX) {
			ev->pid_offset = d.offset;
			*ret_pid = true;
		}
		if (!str_starts(d.name, "common_"))
			add_field(ev, &d, print_fmt, m);
	}
}

/* "print fmt:" at the start of a line, or the end of the text. */
static const char *find_print_fmt(const char *text)
{
	const char *p = strstr(text, "\nprint fmt:");

	return p ? p + 1 : text + strlen(text);
}

struct trace_event *trace_event_parse_for(const struct trace_machine *m, const char *system,
					  const char *text, size_t len, struct error **err)
{
	_cleanup_trace_event_ struct trace_event *ev = xcalloc(1, sizeof(*ev));
	const char *print_fmt = find_print_fmt(text);
	char name[NAME_MAX_LEN + 1];
	bool pid = false;
	unsigned int id;

	if (len > FORMAT_MAX || memchr(text, '\0', len) || !name_ok(system) ||
	    sscanf(text, "name: %64s ID: %u format:", name, &id) != 2) {
		error_set(err, EXIT_FAULT, "not an event format");
		return NULL;
	}
	if (id > UINT16_MAX || !name_ok(name)) {
		error_set(err, EXIT_FAULT, "an event with id %u and name \"%s\"", id, name);
		return NULL;
	}
	ev->id = id;
	ev->big_endian = m->big_endian;
	ev->system = xstrdup(system);
	ev->name = xstrdup(name);
	ev->table = xasprintf("event_%s_%s", system, name);
	add_fields(ev, text, print_fmt, m, &pid);
	if (!pid) {
		error_set(err, EXIT_FAULT, "no common_pid field");
		return NULL;
	}
	print_fmt_symbols(ev, print_fmt);
	return steal_ptr(&ev);
}
