// SPDX-License-Identifier: GPL-2.0-or-later
/* From a record's bytes to values, by the compiled format. */
#include <string.h>

#include "trace/format.h"

#define BITS_MAX 8192 /* the kernel's largest NR_CPUS */

const char *trace_field_type(const struct trace_field *f)
{
	static const char *const types[] = {
		[FIELD_INT] = "INTEGER",  [FIELD_STRING] = "TEXT", [FIELD_ARRAY] = "TEXT",
		[FIELD_BITMASK] = "TEXT", [FIELD_BYTES] = "BLOB",
	};

	return types[f->kind];
}

/* Text from a guest may be anything; what isn't ASCII becomes "?", so that it is valid UTF-8. */
static struct trace_value string_value(const uint8_t *p, size_t n, struct strbuf *scratch)
{
	size_t len = strnlen((const char *)p, n), bad = 0;

	for (size_t i = 0; i < len; i++)
		bad |= p[i] & 0x80;
	if (!bad)
		return (struct trace_value){ .type = VALUE_TEXT, .p = (const char *)p, .n = len };
	scratch->len = 0;
	strbuf_add(scratch, p, len);
	for (size_t i = 0; i < len; i++)
		scratch->data[i] = p[i] & 0x80 ? '?' : p[i];
	return (struct trace_value){ .type = VALUE_TEXT, .p = scratch->data, .n = len };
}

static struct trace_value scratch_value(struct strbuf *scratch)
{
	return (struct trace_value){ .type = VALUE_TEXT, .p = scratch->data, .n = scratch->len };
}

static struct trace_value array_value(const struct trace_field *f, const uint8_t *p, size_t n,
				      struct strbuf *scratch)
{
	scratch->len = 0;
	strbuf_puts(scratch, "[");
	for (size_t i = 0; i + f->element <= n; i += f->element)
		strbuf_printf(scratch, "%s%lld", i ? "," : "",
			      (long long)trace_int(p + i, f->element, f->is_signed, f->big_endian));
	strbuf_puts(scratch, "]");
	return scratch_value(scratch);
}

/* Bit i of an array of longs.  Those of a big-endian machine have their low byte last. */
static bool bit(const struct trace_field *f, const uint8_t *p, size_t i)
{
	size_t byte = i / 8;

	if (f->big_endian)
		byte ^= f->element - 1;
	return p[byte] >> (i % 8) & 1;
}

/* Ranges of set bits, of whole longs. */
static struct trace_value bitmask_value(const struct trace_field *f, const uint8_t *p, size_t n,
					struct strbuf *scratch)
{
	size_t bits = n * 8 < BITS_MAX ? n * 8 : BITS_MAX;

	if (f->big_endian)
		bits -= bits % (f->element * 8);
	scratch->len = 0;
	strbuf_puts(scratch, "");
	for (size_t i = 0; i < bits; i++) {
		size_t first = i;

		if (!bit(f, p, i))
			continue;
		while (i + 1 < bits && bit(f, p, i + 1))
			i++;
		strbuf_printf(scratch, "%s%zu", scratch->len ? "," : "", first);
		if (i > first)
			strbuf_printf(scratch, "-%zu", i);
	}
	return scratch_value(scratch);
}

/* Where a field's bytes are.  false when they aren't within the record. */
static bool locate(const struct trace_field *f, const uint8_t *data, size_t len,
		   const uint8_t **ret, size_t *ret_n)
{
	size_t at = f->offset, n = f->size;

	if (at + n > len)
		return false;
	if (f->dynamic) {
		uint32_t loc = get32(data + at, f->big_endian);

		at = (loc & 0xffff) + (f->relative ? at + n : 0);
		n = loc >> 16;
		if (at + n > len)
			return false;
	}
	*ret = data + at;
	*ret_n = n;
	return true;
}

struct trace_value trace_field_get(const struct trace_field *f, const uint8_t *data, size_t len,
				   struct strbuf *scratch)
{
	const uint8_t *p;
	size_t n;

	if (!locate(f, data, len, &p, &n))
		return (struct trace_value){ .type = VALUE_NULL };
	switch (f->kind) {
	case FIELD_INT:
		return (struct trace_value){ .type = VALUE_INT,
					     .i = trace_int(p, n, f->is_signed, f->big_endian) };
	case FIELD_STRING:
		return string_value(p, n, scratch);
	case FIELD_ARRAY:
		return array_value(f, p, n, scratch);
	case FIELD_BITMASK:
		return bitmask_value(f, p, n, scratch);
	default:
		return (struct trace_value){ .type = VALUE_BLOB, .p = (const char *)p, .n = n };
	}
}

bool trace_flags_text(const struct trace_event *ev, const struct trace_field *f, int64_t value,
		      struct strbuf *ret)
{
	bool any = false;

	for (size_t i = 0; i < ev->n_symbols; i++) {
		const struct trace_symbol *s = &ev->symbols[i];

		if (s->field != f || s->kind != SYMBOL_FLAG)
			continue;
		any = true;
		if (s->value && (value & s->value) == s->value) {
			strbuf_printf(ret, "%s%s", ret->len ? "|" : "", s->name);
			value &= ~s->value;
		}
	}
	if (any && value)
		strbuf_printf(ret, "%s0x%llx", ret->len ? "|" : "", (unsigned long long)value);
	else if (any && !ret->len)
		strbuf_puts(ret, "none");
	return any;
}
