// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target for the compiler of event formats.  What it makes of the
 * input decodes records of several lengths, each in memory of just that size:
 * a format that lies about offsets must not lead out of a record.
 */
#include <stdint.h>
#include <string.h>

#include "tests/fuzz/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(const struct trace_event *ev)
{
	static const uint32_t lengths[] = { 0, 7, 8, 24, 61, 256 };

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		_cleanup_free_ uint8_t *bytes = xmalloc(lengths[i] + !lengths[i]);
		struct ring_event rec = { .data = bytes, .len = lengths[i] };

		/* As a __data_loc: a few bytes, not far away. */
		for (uint32_t k = 0; k < lengths[i]; k++)
			bytes[k] = (uint8_t)(k % 4 == 0 ? k + 3 : k % 4 == 2 ? 9 : 0);
		decode_record(ev, &rec);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_machine machine = { .big_endian = size && data[size - 1] & 1, .long_size = 8 };
	_cleanup_free_ char *text = xstrndup((const char *)data, size);
	_cleanup_trace_event_ struct trace_event *ev =
		trace_event_parse_for(&machine, "fuzz", text, strlen(text), NULL);

	if (ev)
		decode(ev);
	return ev ? 0 : -1; /* what is no format at all isn't worth keeping */
}
