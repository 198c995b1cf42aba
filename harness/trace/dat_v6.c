// SPDX-License-Identifier: GPL-2.0-or-later
/* trace.dat version 6: one part after the other, without an index. */
#include "trace/dat_internal.h"

#define KEYWORD 10 /* bytes of "options  \0" and its like */

static bool read_options(struct dat *d, struct dat_cursor *c)
{
	c->what = "the options";
	for (;;) {
		const uint8_t *data;
		uint32_t size;
		uint16_t id;

		if (!dat_u16(c, &id))
			return false;
		if (id == DAT_DONE)
			return true;
		if (!dat_u32(c, &size))
			return false;
		data = dat_take(c, size);
		if (!data)
			return false;
		if (id == DAT_BUFFER)
			d->other_instances = true;
		else
			dat_read_option(d, id, data, size);
	}
}

static bool read_cpus(struct dat *d, struct dat_cursor *c, uint32_t n)
{
	c->what = "the list of CPUs";
	if (n > TRACE_CPUS_MAX)
		return dat_bad(c, "%u CPUs", n);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t offset, size;

		if (!dat_u64(c, &offset) || !dat_u64(c, &size))
			return false;
		dat_add_cpu(d, (int)i, offset, size);
	}
	return true;
}

static bool keyword_is(const uint8_t *at, const char *word)
{
	return strncmp((const char *)at, word, KEYWORD) == 0;
}

static bool read_rest(struct dat *d, struct dat_cursor *c)
{
	const uint8_t *word;
	uint32_t cpus;

	c->what = "the number of CPUs";
	if (!dat_u32(c, &cpus))
		return false;
	word = dat_take(c, KEYWORD);
	if (word && keyword_is(word, "options  ")) {
		if (!read_options(d, c))
			return false;
		word = dat_take(c, KEYWORD);
	}
	if (!word)
		return false;
	if (keyword_is(word, "latency  "))
		return dat_bad(c, "this trace is text (of a latency tracer), not events");
	if (!keyword_is(word, "flyrecord"))
		return dat_bad(c, "expected \"flyrecord\"");
	return read_cpus(d, c, cpus);
}

bool dat_read_v6(struct dat *d, struct dat_cursor *c)
{
	c->what = "the page header's format";
	if (!dat_read_headers(d, c))
		return false;
	c->what = "the event formats";
	if (!dat_read_ftrace_formats(d, c) || !dat_read_formats(d, c))
		return false;
	c->what = "the kernel's symbols";
	if (!dat_sized(c, 4, &d->kallsyms))
		return false;
	c->what = "the texts of trace_printk()";
	if (!dat_sized(c, 4, &d->printk))
		return false;
	c->what = "the names of tasks";
	return dat_sized(c, 8, &d->cmdlines) && read_rest(d, c);
}
