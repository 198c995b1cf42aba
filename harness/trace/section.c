// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/section.h"

#include <zlib.h>
#include <zstd.h>

void trace_section_deinit(struct trace_section *s)
{
	free(s->path);
	free(s->chunks);
	free(s->warm);
	*s = (struct trace_section){};
}

bool trace_codec_parse(const char *name, enum trace_codec *ret)
{
	static const char *const names[] = { "none", "zstd", "zlib" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (streq(name, names[i])) {
			*ret = (enum trace_codec)i;
			return true;
		}
	}
	return false;
}

bool trace_inflate(enum trace_codec codec, const void *packed, size_t n, void *ret, size_t size)
{
	/* 150 KiB that are made once and not for each chunk, which is often smaller. */
	static _Thread_local ZSTD_DCtx *zstd;
	uLongf got = size;

	if (codec == CODEC_ZSTD) {
		zstd = zstd ?: ZSTD_createDCtx();
		return zstd && ZSTD_decompressDCtx(zstd, ret, size, packed, n) == size;
	}
	return uncompress(ret, &got, packed, n) == Z_OK && got == size;
}

const struct trace_chunk *trace_section_chunk(const struct trace_section *s, uint64_t at)
{
	size_t low = 0, high = s->n_chunks;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct trace_chunk *c = &s->chunks[mid];

		if (at < c->first)
			high = mid;
		else if (at >= c->first + c->size)
			low = mid + 1;
		else
			return c;
	}
	return NULL;
}
