/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A JSON writer for the agent's small files; the host has jansson, the agent
 * has to stay small.  `key` is NULL inside an array and at the top.
 */
#ifndef AGENT_JSON_H
#define AGENT_JSON_H

#include "base/str.h"

struct json {
	struct strbuf text;
	bool comma;
};

void json_open(struct json *j, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *j, char bracket);
void json_put_string(struct json *j, const char *key, const char *value); /* NULL: null */
void json_put_u64(struct json *j, const char *key, uint64_t value);
void json_put_i64(struct json *j, const char *key, int64_t value);
void json_put_bool(struct json *j, const char *key, bool value);
void json_put_strings(struct json *j, const char *key, char *const *values);

static inline void json_deinit(struct json *j)
{
	strbuf_deinit(&j->text);
}
#define _cleanup_json_ cleanup(json_deinit)

#endif
