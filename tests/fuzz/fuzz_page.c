// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target for the decoder of ring-buffer pages: a byte of choices (byte order, width of
 * the commit word), then the page, in memory of just its size.  Records are decoded with formats
 * that were recorded on a real kernel, which are compiled once, whatever their own id says.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/decode.h"
#include "trace/trace.h"

#define FORMATS "tests/bench/formats"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of both byte orders. */
static const struct trace *formats[2];

static void load_formats(void)
{
	_cleanup_error_ struct error *err = NULL;

	for (int big = 0; big < 2; big++) {
		struct trace *t = trace_open(FORMATS, &err);

		if (!t || !t->n_events) {
			fprintf(stderr, "%s\n", err ? err->msg : "no formats in " FORMATS);
			abort();
		}
		for (size_t i = 0; big && i < t->n_events; i++) {
			struct trace_event *ev = t->events[i];

			ev->big_endian = true;
			for (size_t k = 0; k < ev->n_fields; k++)
				ev->fields[k].big_endian = true;
		}
		formats[big] = t;
	}
}

static void walk(const struct ring_layout *layout, const uint8_t *page)
{
	const struct trace *t = formats[layout->big_endian];
	struct ring_event rec;
	struct ring_page p;

	if (ring_page_open(&p, layout, page) < 0)
		return;
	while (ring_page_next(&p, &rec) > 0) {
		if (rec.len >= 2)
			decode_record(t->events[get16(rec.data, layout->big_endian) % t->n_events],
				      &rec);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ring_layout layout = {};
	_cleanup_free_ uint8_t *page = NULL;

	if (!formats[1])
		load_formats();
	if (size < 1)
		return -1;
	layout.big_endian = data[0] & 1;
	layout.commit_size = data[0] & 2 ? 4 : 8;
	layout.data_offset = 8 + layout.commit_size;
	layout.page_size = (uint32_t)size - 1;
	if (layout.page_size < layout.data_offset)
		return -1;
	page = xmalloc(layout.page_size);
	memcpy(page, data + 1, layout.page_size);
	walk(&layout, page);
	return 0;
}
