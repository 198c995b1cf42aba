/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record's fields as JSON. */
#ifndef HARNESS_TRACE_JSON_H
#define HARNESS_TRACE_JSON_H

#include "trace/format.h"

/* Adds {"order":0,"gfp_flags":3264}; blobs are null. */
void trace_json(const struct trace_event *ev, const uint8_t *data, size_t len,
		struct strbuf *scratch, struct strbuf *ret);
/* Adds a JSON string. */
void trace_json_string(struct strbuf *to, const char *p, size_t n);

#endif
