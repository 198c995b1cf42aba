// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/format.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <traceevent/event-parse.h>

#define NAME_MAX_LEN 64
#define FORMAT_MAX (256u << 10)
#define RECORD_MAX 4096 /* no field of a kernel's event starts further in */
#define SYMBOLS_MAX 4096
#define DEPTH_MAX 64 /* of an expression in a print format */

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

/* libtraceevent doesn't mark bitmasks: the print format tells, by the macro that prints them. */
static bool is_bitmask(const struct tep_format_field *f, const char *print_fmt)
{
	static const char *const macros[] = { "__get_bitmask", "__get_cpumask", "__get_rel_bitmask",
					      "__get_rel_cpumask" };
	char call[NAME_MAX_LEN + 32];

	for (size_t i = 0; i < ARRAY_SIZE(macros); i++) {
		snprintf(call, sizeof(call), "%s(%s)", macros[i], f->name);
		if (strstr(print_fmt, call))
			return true;
	}
	return strstr(f->type, "cpumask_t") != NULL;
}

static enum field_kind field_kind(const struct tep_format_field *f, const char *print_fmt)
{
	bool array = f->flags & (TEP_FIELD_IS_ARRAY | TEP_FIELD_IS_DYNAMIC);

	if (f->flags & TEP_FIELD_IS_STRING)
		return FIELD_STRING;
	if (array && is_bitmask(f, print_fmt))
		return FIELD_BITMASK;
	if (array)
		return int_size(f->elementsize) ? FIELD_ARRAY : FIELD_BYTES;
	return int_size(f->size) ? FIELD_INT : FIELD_BYTES;
}

/* A field that can't be decoded safely is left out: its column is NULL, the others are there. */
static void add_field(struct trace_event *ev, const struct tep_format_field *f,
		      const char *print_fmt)
{
	struct trace_field *to = &ev->fields[ev->n_fields];
	_cleanup_free_ char *column = NULL;

	if (ev->n_fields == TRACE_FIELDS_MAX || !name_ok(f->name) || f->offset < 0 ||
	    f->size <= 0 || f->offset > RECORD_MAX || f->size > RECORD_MAX)
		return;
	column = column_name(f->name);
	if (have_column(ev, column))
		return;
	*to = (struct trace_field){
		.name = xstrdup(f->name),
		.column = steal_ptr(&column),
		.kind = field_kind(f, print_fmt),
		.is_signed = f->flags & TEP_FIELD_IS_SIGNED,
		.dynamic = f->flags & TEP_FIELD_IS_DYNAMIC,
		.relative = f->flags & TEP_FIELD_IS_RELATIVE,
		.offset = f->offset,
		.size = f->size,
		.element = f->elementsize,
	};
	if (to->dynamic && to->size != 4) { /* __data_loc is one u32 */
		free(to->name);
		free(to->column);
		return;
	}
	ev->n_fields++;
}

static const struct trace_field *find_field(const struct trace_event *ev, const char *name)
{
	for (size_t i = 0; i < ev->n_fields; i++) {
		if (streq(ev->fields[i].name, name))
			return &ev->fields[i];
	}
	return NULL;
}

/* The field that an expression is about: REC->x, maybe cast or in parentheses; else NULL. */
static const struct trace_field *arg_field(const struct trace_event *ev,
					   const struct tep_print_arg *arg)
{
	for (int depth = 0; arg && depth < DEPTH_MAX; depth++) {
		if (arg->type == TEP_PRINT_FIELD)
			return find_field(ev, arg->field.name);
		if (arg->type != TEP_PRINT_TYPE)
			return NULL;
		arg = arg->typecast.item;
	}
	return NULL;
}

/* A C integer constant, as libtraceevent leaves it: "-1", "0x800u", "1UL". */
static bool constant(const char *s, int64_t *ret)
{
	char *end;

	errno = 0;
	*ret = s[0] == '-' ? strtoll(s, &end, 0) : (int64_t)strtoull(s, &end, 0);
	return !errno && end != s && !end[strspn(end, "uUlL")];
}

static void add_symbols(struct trace_event *ev, const struct tep_print_arg *about,
			const struct tep_print_flag_sym *sym, enum symbol_kind kind)
{
	const struct trace_field *f = arg_field(ev, about);
	int64_t v;

	if (!f || f->kind != FIELD_INT)
		return;
	for (; sym && ev->n_symbols < SYMBOLS_MAX; sym = sym->next) {
		if (sym->value && sym->str && constant(sym->value, &v))
			*ARRAY_APPEND(ev->symbols, ev->n_symbols) =
				(struct trace_symbol){ f, kind, v, xstrdup(sym->str) };
	}
}

static void walk_args(struct trace_event *ev, const struct tep_print_arg *arg, int depth)
{
	if (depth > DEPTH_MAX)
		return;
	for (; arg; arg = arg->next) {
		switch (arg->type) {
		case TEP_PRINT_SYMBOL:
			add_symbols(ev, arg->symbol.field, arg->symbol.symbols, SYMBOL_VALUE);
			break;
		case TEP_PRINT_FLAGS:
			add_symbols(ev, arg->flags.field, arg->flags.flags, SYMBOL_FLAG);
			break;
		case TEP_PRINT_TYPE:
			walk_args(ev, arg->typecast.item, depth + 1);
			break;
		case TEP_PRINT_OP:
			walk_args(ev, arg->op.left, depth + 1);
			walk_args(ev, arg->op.right, depth + 1);
			break;
		default:
			break;
		}
	}
}

static struct trace_event *compile(struct tep_event *from, const char *system,
				   const char *print_fmt, struct error **err)
{
	_cleanup_trace_event_ struct trace_event *ev = NULL;
	struct tep_format_field *pid = tep_find_common_field(from, "common_pid");

	if (from->id < 0 || from->id > UINT16_MAX || !name_ok(from->name)) {
		error_set(err, EXIT_FAULT, "an event with id %d and name \"%.64s\"", from->id,
			  from->name);
		return NULL;
	}
	if (!pid || pid->size != 4 || pid->offset < 0 || pid->offset > RECORD_MAX) {
		error_set(err, EXIT_FAULT, "no common_pid field");
		return NULL;
	}
	ev = xcalloc(1, sizeof(*ev));
	ev->id = from->id;
	ev->system = xstrdup(system);
	ev->name = xstrdup(from->name);
	ev->table = xasprintf("event_%s_%s", system, from->name);
	ev->pid_offset = pid->offset;
	for (struct tep_format_field *f = from->format.fields; f; f = f->next)
		add_field(ev, f, print_fmt);
	walk_args(ev, from->print_fmt.args, 0);
	return steal_ptr(&ev);
}

static void tep_guard(struct tep_handle **tep)
{
	if (*tep)
		tep_free(*tep);
}

struct trace_event *trace_event_parse(const char *system, const char *text, size_t len,
				      struct error **err)
{
	cleanup(tep_guard) struct tep_handle *tep = tep_alloc();
	const char *print_fmt = strstr(text, "\nprint fmt:");
	struct tep_event *from;

	if (!tep)
		abort();
	tep_set_loglevel(TEP_LOG_NONE);
	tep_set_long_size(tep, 8);
	if (!name_ok(system) || len > FORMAT_MAX || memchr(text, '\0', len)) {
		error_set(err, EXIT_FAULT, "not an event format");
		return NULL;
	}
	/*
	 * A print format that libtraceevent can't parse is an error to it, but
	 * the fields are there then; only names of values will be missing.
	 */
	tep_parse_event(tep, text, len, system);
	from = tep_get_first_event(tep);
	if (!from || !from->name) {
		error_set(err, EXIT_FAULT, "not an event format");
		return NULL;
	}
	return compile(from, system, print_fmt ?: "", err);
}
