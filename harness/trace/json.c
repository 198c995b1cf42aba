// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/json.h"

#include <inttypes.h>

void trace_json_string(struct strbuf *to, const char *p, size_t n)
{
	strbuf_puts(to, "\"");
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"' || p[i] == '\\')
			strbuf_printf(to, "\\%c", p[i]);
		else if ((unsigned char)p[i] < 0x20)
			strbuf_printf(to, "\\u%04x", p[i]);
		else
			strbuf_add(to, &p[i], 1);
	}
	strbuf_puts(to, "\"");
}

static void json_value(struct strbuf *to, const struct trace_field *f, const struct trace_value *v)
{
	if (v->type == VALUE_INT)
		strbuf_printf(to, "%" PRId64, v->i);
	else if (v->type == VALUE_TEXT && f->kind == FIELD_ARRAY)
		strbuf_add(to, v->p, v->n);
	else if (v->type == VALUE_TEXT)
		trace_json_string(to, v->p, v->n);
	else
		strbuf_puts(to, "null");
}

void trace_json(const struct trace_event *ev, const uint8_t *data, size_t len,
		struct strbuf *scratch, struct strbuf *ret)
{
	strbuf_puts(ret, "{");
	for (size_t i = 0; i < ev->n_fields; i++) {
		const struct trace_field *f = &ev->fields[i];
		struct trace_value v = trace_field_get(f, data, len, scratch);

		strbuf_printf(ret, "%s\"%s\":", i ? "," : "", f->name);
		json_value(ret, f, &v);
	}
	strbuf_puts(ret, "}");
}
