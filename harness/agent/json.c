// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json.h"

#include <inttypes.h>
#include <string.h>

#include "wire/wire.h"

static void put_quoted(struct strbuf *b, const char *s)
{
	/* A kernel file may give any bytes; what isn't UTF-8 is taken as Latin-1. */
	bool utf8 = wire_text_ok(s, strlen(s));

	strbuf_puts(b, "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			strbuf_printf(b, "\\%c", c);
		else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8))
			strbuf_printf(b, "\\u%04x", c);
		else
			strbuf_add(b, s, 1);
	}
	strbuf_puts(b, "\"");
}

static void put_key(struct json *j, const char *key)
{
	if (j->comma)
		strbuf_puts(&j->text, ", ");
	j->comma = true;
	if (key) {
		put_quoted(&j->text, key);
		strbuf_puts(&j->text, ": ");
	}
}

void json_open(struct json *j, const char *key, char bracket)
{
	put_key(j, key);
	strbuf_add(&j->text, &bracket, 1);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	strbuf_add(&j->text, &bracket, 1);
	j->comma = true;
}

void json_put_string(struct json *j, const char *key, const char *value)
{
	put_key(j, key);
	if (value)
		put_quoted(&j->text, value);
	else
		strbuf_puts(&j->text, "null");
}

void json_put_u64(struct json *j, const char *key, uint64_t value)
{
	put_key(j, key);
	strbuf_printf(&j->text, "%" PRIu64, value);
}

void json_put_i64(struct json *j, const char *key, int64_t value)
{
	put_key(j, key);
	strbuf_printf(&j->text, "%" PRId64, value);
}

void json_put_bool(struct json *j, const char *key, bool value)
{
	put_key(j, key);
	strbuf_puts(&j->text, value ? "true" : "false");
}

void json_put_strings(struct json *j, const char *key, char *const *values)
{
	json_open(j, key, '[');
	for (size_t i = 0; values && values[i]; i++)
		json_put_string(j, NULL, values[i]);
	json_close(j, ']');
}
