/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wire: guest → host, one way, framed, little-endian.
 *
 *	magic u32 | type u16 | version u16 | seq u32 | length u32 | crc32c u32 | payload
 *
 * The checksum covers the header (with the checksum field zero) and the
 * payload.  seq counts from 0 without gaps.  A frame that breaks any rule
 * tears the stream: nothing after it is believed.
 *
 * Text payloads are UTF-8 without NUL.  FILE paths are relative, without
 * "..", at most WIRE_PATH_MAX bytes, [A-Za-z0-9._/-].
 */
#ifndef HARNESS_WIRE_H
#define HARNESS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_MAGIC 0x4e52484du /* "MHRN" */
#define WIRE_VERSION 1
#define WIRE_HEADER 20
#define WIRE_DATA_MAX (64 * 1024)
#define WIRE_PAGES_HEAD 4
#define WIRE_PAYLOAD_MAX (WIRE_PAGES_HEAD + WIRE_DATA_MAX)
#define WIRE_PATH_MAX 200
#define WIRE_FILE_MAX (4ull << 30) /* all files of one run together */

/* X(name, number, least payload, largest payload, what it carries) */
#define WIRE_FRAMES(X)                                                             \
	X(HELLO, 1, 1, 256, "the guest's uname -r; always the first frame")        \
	X(HEARTBEAT, 2, 8, 8, "u64 CLOCK_MONOTONIC ns")                            \
	X(PHASE, 3, 9, 64, "u64 CLOCK_MONOTONIC ns, then the phase's name")        \
	X(LOG, 4, 1, 4096, "a line for the run's log")                             \
	X(FILE_OPEN, 5, 1, WIRE_PATH_MAX, "path; at most one file is open")        \
	X(FILE_DATA, 6, 1, WIRE_DATA_MAX, "the next bytes of the open file")       \
	X(FILE_CLOSE, 7, 8, 8, "u64 total length, as a check")                     \
	X(OUTCOME, 8, 1, 4096, "outcome name, newline, detail; once")              \
	X(BYE, 9, 0, 0, "the stream is complete; the machine may be switched off") \
	X(PAGES, 10, WIRE_PAGES_HEAD, WIRE_PAYLOAD_MAX,                            \
	  "u32 CPU, then the next pages of its ring buffer: trace/cpuN.raw, at any time")

enum wire_type {
#define X(name, number, min, max, help) WIRE_##name = number,
	WIRE_FRAMES(X)
#undef X
};

const char *wire_type_name(unsigned int type); /* "HELLO" …, or NULL */

struct wire_frame {
	enum wire_type type;
	uint32_t seq;
	uint32_t length;
	const uint8_t *payload;
};

/* Writes header and payload into out[WIRE_HEADER + length]; returns the frame's size. */
size_t wire_encode(enum wire_type type, uint32_t seq, const void *payload, uint32_t length,
		   uint8_t *out);

/* Incremental decoder: feed bytes as they come, in any cuts. */
struct wire_reader {
	uint32_t next_seq;
	size_t have;
	uint64_t offset; /* of the current frame in the stream, for messages */
	uint8_t buf[WIRE_HEADER + WIRE_PAYLOAD_MAX];
};

void wire_reader_init(struct wire_reader *r);
/*
 * Takes up to `len` bytes and stops after the first whole frame.  Returns the
 * bytes taken; *ret_frame says whether a frame is there (valid until the next
 * call).  On a broken rule returns -1 and *ret_why is a static text.
 */
long wire_read(struct wire_reader *r, const uint8_t *data, size_t len, struct wire_frame *frame,
	       bool *ret_frame, const char **ret_why);

/* The rules for text payloads and for FILE paths; the reader applies them, senders ask first. */
bool wire_text_ok(const void *text, size_t len);
bool wire_path_ok(const char *path, size_t len);

uint32_t crc32c(uint32_t crc, const void *data, size_t len);

#endif
