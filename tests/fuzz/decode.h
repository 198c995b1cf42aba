/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the targets do with a record: each field's value is made, and all of its bytes are read. */
#ifndef TESTS_FUZZ_DECODE_H
#define TESTS_FUZZ_DECODE_H

#include "tests/fuzz/touch.h"
#include "trace/format.h"
#include "trace/ring.h"

static inline void decode_field(const struct trace_event *ev, const struct trace_field *f,
				const struct ring_event *rec, struct strbuf *scratch,
				struct strbuf *flags)
{
	struct trace_value v = trace_field_get(f, rec->data, rec->len, scratch);

	if (v.type == VALUE_TEXT || v.type == VALUE_BLOB) {
		touch(v.p, v.n);
	} else if (v.type == VALUE_INT) {
		flags->len = 0;
		trace_flags_text(ev, f, v.i, flags);
	}
}

static inline void decode_record(const struct trace_event *ev, const struct ring_event *rec)
{
	static struct strbuf scratch, flags; /* not allocated anew for each input */

	for (size_t i = 0; i < ev->n_fields; i++)
		decode_field(ev, &ev->fields[i], rec, &scratch, &flags);
}

#endif
