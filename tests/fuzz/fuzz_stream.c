// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target for what a guest can send.  An input that begins with an odd
 * byte goes to the decoder of frames as it is, in cuts; from any other one
 * frames are made, numbered and with checksums, so that they get as far as the
 * files of a run directory: type, length, payload.  The directory is in memory.
 */
#include <stdint.h>
#include <string.h>

#include "artifact/artifact.h"
#include "artifact/internal.h"
#include "tests/fuzz/memory_fs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct machine_config machine = { .cpus = 2 };
static struct trace_config trace;
static struct counters_config counters;
static struct kernel_def kernel = { .name = "k" };
static struct cell cell = {
	.id = "0123456789abcdef",
	.kernel = &kernel,
	.machine = &machine,
	.trace = &trace,
	.counters = &counters,
};

static void in_cuts(const uint8_t *data, size_t size)
{
	static struct wire_reader r;
	struct wire_frame frame;
	const char *why;
	bool whole;

	wire_reader_init(&r);
	for (size_t at = 0; at < size;) {
		size_t cut = data[at] + 1u < size - at ? data[at] + 1u : size - at;
		long n = wire_read(&r, data + at, cut, &frame, &whole, &why);

		if (n <= 0)
			return;
		at += (size_t)n;
	}
}

static void as_frames(const uint8_t *data, size_t size, struct artifact *a)
{
	static uint8_t frame[WIRE_HEADER + WIRE_PAYLOAD_MAX];
	uint32_t seq = 0;

	while (size >= 2) {
		size_t room = size - 2, len = data[1] < room ? data[1] : room;
		size_t n = wire_encode(data[0], seq++, data + 2, (uint32_t)len, frame);

		if (artifact_stream(a, frame, n, NULL) < 0)
			return;
		data += 2 + len;
		size -= 2 + len;
	}
}

/* As artifact_create() and artifact_destroy() do, in the same memory each time. */
static struct artifact *begin(void)
{
	static struct artifact a;

	memset(&a, 0, sizeof(a));
	a.tmp = (char *)"fuzz";
	a.cell = &cell;
	a.guest_dir = MEMORY_DIR;
	a.file = a.lock = a.console.fd = -1;
	a.log = (struct capped){ .fd = memory_open(), .max = 1000 };
	page_files_init(&a.pages, machine.cpus);
	wire_reader_init(&a.reader);
	return &a;
}

static void end(struct artifact *a)
{
	capped_close(&a->log);
	close_guard(&a->file);
	page_files_deinit(&a->pages);
	free(a->claim_detail);
	free(a->release);
	free(a->phases);
	free(a->file_path);
	memory_fs_reset();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct artifact *a;

	if (size && data[0] & 1) {
		in_cuts(data + 1, size - 1);
		return 0;
	}
	a = begin();
	if (size)
		as_frames(data + 1, size - 1, a);
	end(a);
	return 0;
}
