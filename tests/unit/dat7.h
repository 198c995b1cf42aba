/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a trace.dat of version 7 whose sections and pages are compressed, as trace-cmd.dat.v7(5)
 * describes it: Debian's trace-cmd has no zlib, and writes files of its own byte order only.
 */
#ifndef HARNESS_DAT7_H
#define HARNESS_DAT7_H

#include <zlib.h>
#include <zstd.h>

#include "base/file.h"
#include "tests/unit/hand_trace.h"
#include "trace/dat_internal.h"

struct dat7 {
	struct strbuf b;
	const struct dat *from;
	struct strbuf options;
	bool zstd; /* else zlib */
};

static inline void dat7_number(struct dat7 *w, struct strbuf *to, uint64_t v, int size)
{
	uint8_t bytes[8];

	hand_number(bytes, v, size, w->from->machine.big_endian);
	strbuf_add(to, (char *)bytes, size);
}

static inline void dat7_string(struct strbuf *to, const char *s)
{
	strbuf_add(to, s, strlen(s) + 1);
}

static inline void dat7_text(struct dat7 *w, struct strbuf *to, const struct dat_text *t, int size)
{
	dat7_number(w, to, t->len, size);
	if (t->len)
		strbuf_add(to, t->data, t->len);
}

/* Size packed, size, what is packed. */
static inline void dat7_packed(struct dat7 *w, const void *data, size_t len)
{
	uLongf n = compressBound(len) + ZSTD_compressBound(len);
	_cleanup_free_ uint8_t *packed = xmalloc(n);

	if (w->zstd)
		n = ZSTD_compress(packed, n, data, len, 3);
	else if (compress(packed, &n, data, len) != Z_OK)
		abort();
	dat7_number(w, &w->b, n, 4);
	dat7_number(w, &w->b, len, 4);
	strbuf_add(&w->b, (char *)packed, n);
}

static inline void dat7_section_header(struct dat7 *w, int id)
{
	dat7_number(w, &w->b, id, 2);
	dat7_number(w, &w->b, 1, 2); /* compressed */
	dat7_number(w, &w->b, 0, 4);
	dat7_number(w, &w->b, 0, 8); /* its size: readers don't need it */
}

/* A compressed section, and the option that says where it is; frees the contents. */
static inline void dat7_section(struct dat7 *w, enum dat_option id, struct strbuf *contents)
{
	dat7_number(w, &w->options, id, 2);
	dat7_number(w, &w->options, 8, 4);
	dat7_number(w, &w->options, w->b.len, 8);
	dat7_section_header(w, id);
	dat7_packed(w, contents->data, contents->len);
	strbuf_deinit(contents);
	*contents = (struct strbuf){};
}

static inline void dat7_formats(struct dat7 *w)
{
	const struct dat *d = w->from;
	struct strbuf s = {};

	dat7_string(&s, "header_page");
	dat7_text(w, &s, &d->header_page, 8);
	dat7_string(&s, "header_event");
	dat7_text(w, &s, &d->header_event, 8);
	dat7_section(w, DAT_HEADER_INFO, &s);
	dat7_number(w, &s, 0, 4);
	dat7_section(w, DAT_FTRACE_EVENTS, &s);
	dat7_number(w, &s, d->n_formats, 4);
	for (size_t i = 0; i < d->n_formats; i++) {
		dat7_string(&s, d->formats[i].system);
		dat7_number(w, &s, 1, 4);
		dat7_text(w, &s, &d->formats[i].text, 8);
	}
	dat7_section(w, DAT_EVENT_FORMATS, &s);
	dat7_text(w, &s, &d->kallsyms, 4);
	dat7_section(w, DAT_KALLSYMS, &s);
	dat7_text(w, &s, &d->cmdlines, 8);
	dat7_section(w, DAT_CMDLINES, &s);
}

/* One chunk a page, so that there are several. */
static inline void dat7_cpu(struct dat7 *w, const struct dat_cpu *cpu, const char *file,
			    struct strbuf *buffer)
{
	uint64_t at = w->b.len, pages = cpu->section.bytes / w->from->page_size;

	dat7_number(w, &w->b, pages, 4);
	for (uint64_t i = 0; i < pages; i++)
		dat7_packed(w, file + cpu->section.offset + i * w->from->page_size,
			    w->from->page_size);
	dat7_number(w, buffer, cpu->cpu, 4);
	dat7_number(w, buffer, at, 8);
	dat7_number(w, buffer, w->b.len - at, 8);
}

static inline void dat7_pages(struct dat7 *w, const char *file)
{
	struct strbuf buffer = {};

	dat7_number(w, &buffer, w->b.len, 8);
	dat7_string(&buffer, "");
	dat7_string(&buffer, "mono");
	dat7_number(w, &buffer, w->from->page_size, 4);
	dat7_number(w, &buffer, w->from->n_cpus, 4);
	dat7_section_header(w, DAT_BUFFER);
	for (size_t i = 0; i < w->from->n_cpus; i++)
		dat7_cpu(w, &w->from->cpus[i], file, &buffer);
	dat7_number(w, &w->options, DAT_BUFFER, 2);
	dat7_number(w, &w->options, buffer.len, 4);
	strbuf_add(&w->options, buffer.data, buffer.len);
	strbuf_deinit(&buffer);
}

/* The file `from`, of version 6, as one of version 7 in `to`. */
static inline void dat7_write(const char *from, const char *to, const char *codec)
{
	_cleanup_dat_ struct dat *d = dat_open(from, NULL);
	_cleanup_free_ char *file = NULL;
	struct dat7 w = { .from = d, .zstd = streq(codec, "zstd") };
	size_t len, options_at;

	if (!d || file_read(from, &file, &len, NULL) < 0)
		abort();
	strbuf_add(&w.b, "\x17\x08\x44tracing7", 12);
	dat7_number(&w, &w.b, d->machine.big_endian, 1);
	dat7_number(&w, &w.b, d->machine.long_size, 1);
	dat7_number(&w, &w.b, d->page_size, 4);
	dat7_string(&w.b, codec);
	dat7_string(&w.b, "1.2");
	options_at = w.b.len;
	dat7_number(&w, &w.b, 0, 8);
	dat7_formats(&w);
	dat7_pages(&w, file);
	dat7_number(&w, &w.options, DAT_DONE, 2);
	dat7_number(&w, &w.options, 8, 4);
	dat7_number(&w, &w.options, 0, 8);
	hand_number((uint8_t *)w.b.data + options_at, w.b.len, 8, d->machine.big_endian);
	dat7_section_header(&w, 0);
	dat7_packed(&w, w.options.data, w.options.len);
	if (file_write(to, w.b.data, w.b.len, NULL) < 0)
		abort();
	strbuf_deinit(&w.b);
	strbuf_deinit(&w.options);
}

#endif
