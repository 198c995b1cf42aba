/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the pages of one CPU stand: a file of their own, a part of a larger
 * one, or compressed chunks in it, as trace.dat version 7 has them.
 */
#ifndef HARNESS_TRACE_SECTION_H
#define HARNESS_TRACE_SECTION_H

#include "base/error.h"
#include "base/str.h"

/* A chunk that claims to be larger than that once inflated is taken for damage. */
#define TRACE_CHUNK_MAX (16u << 20)

#define TRACE_CPUS_MAX 4096 /* CPU numbers are below it */

enum trace_codec { CODEC_NONE, CODEC_ZSTD, CODEC_ZLIB };

struct trace_chunk {
	uint64_t at; /* in the file */
	uint32_t packed, size;
	uint64_t first; /* its first byte among the CPU's pages */
};

struct trace_section {
	char *path;
	uint64_t offset; /* of the first byte in the file */
	uint64_t bytes;  /* of pages, inflated */
	enum trace_codec codec;
	struct trace_chunk *chunks;
	size_t n_chunks;
	/* Where the same bytes stand as well and are in memory, or NULL; errors don't tell. */
	char *warm;
	uint64_t warm_offset;
};

void trace_section_deinit(struct trace_section *s);
/* false if there is no such codec here. */
bool trace_codec_parse(const char *name, enum trace_codec *ret);
/* false if the data isn't what it claims to be: `size` bytes once inflated. */
bool trace_inflate(enum trace_codec codec, const void *packed, size_t n, void *ret, size_t size);
/* The chunk that byte `at` of the CPU's pages is in, or NULL. */
const struct trace_chunk *trace_section_chunk(const struct trace_section *s, uint64_t at);

#endif
