/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event formats, compiled: what decoding needs is kept, for each field its
 * offset, size and kind, and the names that the print format gives to values.
 */
#ifndef HARNESS_FORMAT_H
#define HARNESS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "trace/endian.h"

#define TRACE_FIELDS_MAX 96

enum field_kind {
	FIELD_INT,     /* 1, 2, 4 or 8 bytes */
	FIELD_STRING,  /* char[N], up to its NUL */
	FIELD_ARRAY,   /* integers: text "[1,2,3]", which SQLite's json_each() takes */
	FIELD_BITMASK, /* text "0-3,5", as the kernel prints CPU lists */
	FIELD_BYTES,   /* anything else: a blob */
};

struct trace_field {
	char *name;   /* as in the format */
	char *column; /* in SQL: the name, with arg_ in front of run_id, ts_ns, cpu, pid */
	enum field_kind kind;
	bool is_signed;
	bool dynamic;  /* at offset stands a u32: length << 16 | offset of the data … */
	bool relative; /* … counted from the end of this field */
	bool big_endian;
	uint16_t offset;
	uint16_t size;    /* of the whole field in the record */
	uint16_t element; /* of one integer of an array, or of a bitmask's longs */
};

enum symbol_kind {
	SYMBOL_VALUE, /* __print_symbolic: the value's name */
	SYMBOL_FLAG,  /* __print_flags: the name of one or several bits, in order */
};

struct trace_symbol {
	const struct trace_field *field;
	enum symbol_kind kind;
	int64_t value;
	char *name;
};

struct trace_event {
	uint16_t id;
	bool big_endian;
	char *system, *name;
	char *table;         /* event_SYSTEM_NAME */
	uint16_t pid_offset; /* of common_pid, an int */
	struct trace_field fields[TRACE_FIELDS_MAX];
	size_t n_fields;
	struct trace_symbol *symbols;
	size_t n_symbols;
};

/* Text of events/SYSTEM/NAME/format.  Names that can't be SQL names as they are, are errors. */
struct trace_event *trace_event_parse_for(const struct trace_machine *m, const char *system,
					  const char *text, size_t len, struct error **err);

/* The same for records of the guests' own architecture. */
static inline struct trace_event *trace_event_parse(const char *system, const char *text,
						    size_t len, struct error **err)
{
	return trace_event_parse_for(&TRACE_MACHINE_X86_64, system, text, len, err);
}

void trace_event_free(struct trace_event *ev);
DEFINE_GUARD(trace_event, struct trace_event *, trace_event_free)
#define _cleanup_trace_event_ cleanup(trace_event_guard)

/* SQL type of a field's column: INTEGER, TEXT or BLOB. */
const char *trace_field_type(const struct trace_field *f);

struct trace_value {
	enum { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB } type;
	int64_t i;     /* u64 above INT64_MAX is negative here, as SQLite has no u64 */
	const char *p; /* in the record or in `scratch` */
	size_t n;
};

/* The bytes of an integer: 1, 2, 4 or 8 of them. */
static inline int64_t trace_int(const uint8_t *p, unsigned int size, bool is_signed, bool big)
{
	switch (size) {
	case 1:
		return is_signed ? (int64_t)(int8_t)*p : *p;
	case 2:
		return is_signed ? (int64_t)(int16_t)get16(p, big) : get16(p, big);
	case 4:
		return is_signed ? (int64_t)(int32_t)get32(p, big) : get32(p, big);
	default:
		return (int64_t)get64(p, big);
	}
}

/* Decodes one field of a record; NULL where the record is too short for it. */
struct trace_value trace_field_get(const struct trace_field *f, const uint8_t *data, size_t len,
				   struct strbuf *scratch);

/*
 * "GFP_KERNEL|__GFP_NOWARN", as the kernel's __print_flags: in the format's
 * order, each taking its bits; what is left in hexadecimal.  false if the
 * field has no flags.  A value of 0 is "none".
 */
bool trace_flags_text(const struct trace_event *ev, const struct trace_field *f, int64_t value,
		      struct strbuf *ret);

#endif
