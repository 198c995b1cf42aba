// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target for what a guest can write into a trace: the first part of
 * the input, up to a NUL, is an event format; the rest is a page whose records
 * are decoded with it, field by field.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined …: see tests/fuzz/run
 */
#include <stdint.h>
#include <string.h>

#include "trace/format.h"
#include "trace/ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(const struct trace_event *ev, const struct ring_event *rec,
		   struct strbuf *scratch)
{
	for (size_t i = 0; i < ev->n_fields; i++) {
		struct trace_value v =
			trace_field_get(&ev->fields[i], rec->data, rec->len, scratch);
		_cleanup_strbuf_ struct strbuf flags = {};
		volatile char sum = 0;

		if (v.type == VALUE_TEXT || v.type == VALUE_BLOB) {
			for (size_t k = 0; k < v.n; k++)
				sum += v.p[k];
		} else if (v.type == VALUE_INT) {
			trace_flags_text(ev, &ev->fields[i], v.i, &flags);
		}
	}
}

static void walk(const struct trace_event *ev, const uint8_t *page)
{
	static const struct ring_layout layout = { .page_size = 4096,
						   .commit_size = 8,
						   .data_offset = 16 };
	_cleanup_strbuf_ struct strbuf scratch = {};
	struct ring_event rec;
	struct ring_page p;

	if (ring_page_open(&p, &layout, page) < 0)
		return;
	while (ring_page_next(&p, &rec) > 0) {
		if (ev)
			decode(ev, &rec, &scratch);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, '\0', size);
	size_t text_len = nul ? (size_t)(nul - data) : size;
	_cleanup_free_ char *text = xstrndup((const char *)data, text_len);
	_cleanup_free_ uint8_t *page = xcalloc(1, 4096);
	_cleanup_trace_event_ struct trace_event *ev = NULL;
	size_t rest = nul ? size - text_len - 1 : 0;

	if (rest)
		memcpy(page, nul + 1, rest < 4096 ? rest : 4096);
	ev = trace_event_parse("fuzz", text, strlen(text), NULL);
	walk(ev, page);
	return 0;
}
