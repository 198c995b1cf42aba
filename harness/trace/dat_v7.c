// SPDX-License-Identifier: GPL-2.0-or-later
/* trace.dat version 7: sections, found through lists of options, perhaps compressed. */
#include <inttypes.h>

#include "trace/dat_internal.h"

#define SECTION_HEADER 16
#define SECTION_COMPRESSED 1
/*
 * Of all sections, once inflated; kallsyms, the largest, has some 15 MiB.  A few kilobytes of
 * options that all lead to the same section could keep a reader busy for hours.
 */
#define SECTIONS_MAX (128u << 20)
#define OPTION_SECTIONS_MAX 1024 /* a list that leads back to itself ends there */

/* A section with its contents, inflated or in the file. */
struct section {
	uint16_t id;
	bool compressed;
	struct dat_cursor c;
	uint8_t *inflated;
};

static void section_deinit(struct section *s)
{
	free(s->inflated);
}

static bool read_section_header(const struct dat *d, uint64_t at, const char *what,
				struct error **err, struct section *ret)
{
	uint16_t flags;
	uint32_t name;
	uint64_t size;

	*ret = (struct section){ .c = dat_cursor(d, at, what, err) };
	if (!dat_u16(&ret->c, &ret->id) || !dat_u16(&ret->c, &flags) || !dat_u32(&ret->c, &name) ||
	    !dat_u64(&ret->c, &size))
		return false;
	ret->compressed = flags & SECTION_COMPRESSED;
	return true;
}

/* The section's contents replace what is compressed; offsets are then those within it. */
static bool inflate_section(struct dat *d, struct section *s)
{
	uint32_t packed, size;
	const uint8_t *from;

	if (!dat_u32(&s->c, &packed) || !dat_u32(&s->c, &size))
		return false;
	from = dat_take(&s->c, packed);
	if (!from)
		return false;
	if (size > SECTIONS_MAX - d->inflated)
		return dat_bad(&s->c, "a section of %u bytes; all of them had %u before", size,
			       d->inflated);
	d->inflated += size;
	s->inflated = xmalloc(size + 1);
	if (!trace_inflate(d->codec, from, packed, s->inflated, size))
		return dat_bad(&s->c, "the compressed section is damaged");
	s->c.data = s->inflated;
	s->c.len = size;
	s->c.pos = 0;
	return true;
}

static bool open_section(struct dat *d, uint64_t at, const char *what, struct error **err,
			 struct section *ret)
{
	return read_section_header(d, at, what, err, ret) &&
	       (!ret->compressed || inflate_section(d, ret));
}

/* --- pages ---------------------------------------------------------------------------------- */

/* Chunks follow each other, each with its two sizes in front. */
static void read_chunks(struct dat *d, struct dat_cpu *cpu, uint64_t end)
{
	_cleanup_error_ struct error *err = NULL;
	struct dat_cursor c = dat_cursor(d, cpu->section.offset, "a CPU's chunks", &err);
	struct trace_section *s = &cpu->section;
	uint32_t n;

	s->bytes = 0;
	if (!dat_u32(&c, &n))
		n = 0;
	while (n-- && c.base + c.pos < end) {
		struct trace_chunk k = { .first = s->bytes };

		if (!dat_u32(&c, &k.packed) || !dat_u32(&c, &k.size))
			break;
		k.at = c.base + c.pos;
		if (k.size == 0 || k.size > TRACE_CHUNK_MAX || k.size % d->page_size) {
			dat_note_damage(d, cpu, k.at, "a chunk of %u bytes of pages", k.size);
			break;
		}
		if (!dat_take(&c, k.packed))
			break;
		*ARRAY_APPEND(s->chunks, s->n_chunks) = k;
		s->bytes += k.size;
	}
	s->codec = d->codec;
	if (err)
		dat_note_damage(d, cpu, c.base + c.pos, "its chunks are cut off");
}

static bool read_cpu(struct dat *d, struct dat_cursor *c, bool compressed)
{
	uint64_t offset, size;
	uint32_t cpu;

	if (!dat_u32(c, &cpu) || !dat_u64(c, &offset) || !dat_u64(c, &size))
		return false;
	if (cpu >= TRACE_CPUS_MAX)
		return dat_bad(c, "CPU %u", cpu);
	dat_add_cpu(d, (int)cpu, offset, size);
	if (compressed && size)
		read_chunks(d, &d->cpus[d->n_cpus - 1], offset + size);
	return true;
}

/* offset, name, clock, page size, CPUs: of the top instance, whose name is "". */
static bool read_buffer(struct dat *d, struct dat_cursor *c)
{
	struct section s;
	const char *name, *clock;
	uint32_t page_size, n;
	uint64_t at;

	if (!dat_u64(c, &at) || !(name = dat_string(c)) || !(clock = dat_string(c)) ||
	    !dat_u32(c, &page_size) || !dat_u32(c, &n))
		return false;
	if (*name) {
		d->other_instances = true;
		return true;
	}
	if (!read_section_header(d, at, "the pages' section", c->err, &s))
		return false;
	if (!d->clock)
		d->clock = xstrdup(clock);
	while (n--) {
		if (!read_cpu(d, c, s.compressed))
			return false;
	}
	return true;
}

/* --- options -------------------------------------------------------------------------------- */

static bool read_texts(struct dat *d, uint16_t id, struct dat_cursor *c)
{
	switch (id) {
	case DAT_HEADER_INFO:
		return dat_read_headers(d, c);
	case DAT_FTRACE_EVENTS:
		return dat_read_ftrace_formats(d, c);
	case DAT_EVENT_FORMATS:
		return dat_read_formats(d, c);
	case DAT_KALLSYMS:
		return dat_sized(c, 4, &d->kallsyms);
	case DAT_PRINTK:
		return dat_sized(c, 4, &d->printk);
	default:
		return dat_sized(c, 8, &d->cmdlines);
	}
}

static bool read_pointed(struct dat *d, uint16_t id, struct dat_cursor *option)
{
	static const char *const names[] = {
		[DAT_HEADER_INFO] = "the page header's format",
		[DAT_FTRACE_EVENTS] = "the tracers' formats",
		[DAT_EVENT_FORMATS] = "the event formats",
		[DAT_KALLSYMS] = "the kernel's symbols",
		[DAT_PRINTK] = "the texts of trace_printk()",
		[DAT_CMDLINES] = "the names of tasks",
	};
	cleanup(section_deinit) struct section s = {};
	uint64_t at;

	return dat_u64(option, &at) && open_section(d, at, names[id], option->err, &s) &&
	       read_texts(d, id, &s.c);
}

/* `data` is that of one option, within the cursor `in`. */
static bool read_option(struct dat *d, uint16_t id, const struct dat_cursor *in, size_t len)
{
	struct dat_cursor c = *in;

	c.data += c.pos - len;
	c.base += c.pos - len;
	c.pos = 0;
	c.len = len;
	if (id == DAT_BUFFER)
		return read_buffer(d, &c);
	if (id >= DAT_HEADER_INFO && id <= DAT_CMDLINES)
		return read_pointed(d, id, &c);
	dat_read_option(d, id, c.data, len);
	return true;
}

/* One list; *next is where the one behind it is, or 0. */
static bool read_options(struct dat *d, struct dat_cursor *c, uint64_t *next)
{
	for (;;) {
		uint32_t size;
		uint16_t id;

		if (!dat_u16(c, &id) || !dat_u32(c, &size))
			return false;
		if (id == DAT_DONE)
			return size == 8 ? dat_u64(c, next)
					 : dat_bad(c, "the last option has %u bytes", size);
		if (!dat_take(c, size) || !read_option(d, id, c, size))
			return false;
	}
}

bool dat_read_v7(struct dat *d, struct dat_cursor *c)
{
	const char *codec = dat_string(c), *version = codec ? dat_string(c) : NULL;
	uint64_t at;

	if (!version || !dat_u64(c, &at))
		return false;
	if (!trace_codec_parse(codec, &d->codec))
		return dat_bad(c, "compressed by \"%.32s\"; zstd and zlib can be read", codec);
	for (int i = 0; at && i < OPTION_SECTIONS_MAX; i++) {
		cleanup(section_deinit) struct section s = {};

		if (!open_section(d, at, "a list of options", c->err, &s) ||
		    !read_options(d, &s.c, &at))
			return false;
	}
	return true;
}
