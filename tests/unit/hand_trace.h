/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces made by hand: events with their times and fields become ring-buffer
 * pages as the kernel of any machine would have written them.  The formats in
 * the trace's folder say where fields stand; what isn't named is 0.
 *
 *	static const struct hand_event events[] = {
 *		{ 0, 2000000100, 42, "mm_vmscan_direct_reclaim_begin", "order=2" },
 *	};
 *	hand_pages(dir, events, ARRAY_SIZE(events));
 */
#ifndef HARNESS_HAND_TRACE_H
#define HARNESS_HAND_TRACE_H

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "trace/trace.h"

#define HAND_CPUS 4
#define HAND_DELTA_MAX ((1ull << 27) - 1)
#define HAND_RECORD_MAX 512

struct hand_event {
	int cpu;
	uint64_t ns;
	int pid;
	const char *name;
	const char *fields; /* "order=2 gfp_flags=0xcc0 comm=fio" */
	bool absolute;      /* with an absolute time stamp in front, not a delta */
	int padding;        /* bytes, a multiple of 4, of a discarded event in front of it */
};

struct hand_cpu {
	struct strbuf pages;
	uint8_t *page;
	uint32_t used;
	uint64_t last;
};

struct hand {
	const struct trace *formats;
	struct hand_cpu cpus[HAND_CPUS];
};

static inline void hand_number(uint8_t *to, uint64_t v, int size, bool big)
{
	for (int i = 0; i < size; i++)
		to[big ? size - 1 - i : i] = v >> (8 * i);
}

/* The folder's header_page and machine; sub-buffers of page_size bytes. */
static inline void hand_folder(const char *dir, const struct trace_machine *m, uint32_t page_size)
{
	_cleanup_free_ char *header = xasprintf("%s/header_page", dir);
	_cleanup_free_ char *machine = xasprintf("%s/machine", dir);
	unsigned int at = 8 + m->long_size;
	_cleanup_free_ char *text =
		xasprintf("\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
			  "\tfield: local_t commit;\toffset:8;\tsize:%u;\tsigned:1;\n"
			  "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
			  "\tfield: char data;\toffset:%u;\tsize:%u;\tsigned:1;\n",
			  m->long_size, at, page_size - at);

	if (dir_make(dir, NULL) < 0 || file_puts(header, text, NULL) < 0 ||
	    file_puts(machine, trace_machine_text(m), NULL) < 0)
		abort();
}

static inline const struct trace_event *hand_find(const struct trace *t, const char *name)
{
	for (size_t i = 0; i < t->n_events; i++) {
		if (streq(t->events[i]->name, name))
			return t->events[i];
	}
	fprintf(stderr, "no format of %s\n", name);
	abort();
}

/* One "name=value" at the record's field; text of dynamic fields goes behind `len`. */
static inline uint32_t hand_field(const struct trace_event *ev, const char *word, uint8_t *rec,
				  uint32_t len)
{
	size_t n = strcspn(word, "="), i = 0;
	_cleanup_free_ char *value = xstrndup(word + n + 1, strcspn(word + n + 1, " "));
	const struct trace_field *f;

	while (i < ev->n_fields && (strncmp(ev->fields[i].name, word, n) || ev->fields[i].name[n]))
		i++;
	if (i == ev->n_fields)
		abort();
	f = &ev->fields[i];
	if (f->kind == FIELD_INT) {
		hand_number(rec + f->offset, strtoull(value, NULL, 0), f->size, f->big_endian);
	} else if (!f->dynamic) {
		memcpy(rec + f->offset, value, strnlen(value, f->size));
	} else {
		uint32_t size = strlen(value) + 1;

		hand_number(rec + f->offset, size << 16 | len, 4, f->big_endian);
		memcpy(rec + len, value, size);
		len = (len + size + 3) & ~3u;
	}
	return len;
}

static inline uint32_t hand_record(const struct trace_event *ev, const struct hand_event *e,
				   uint8_t *rec)
{
	uint32_t len = 8;

	for (size_t i = 0; i < ev->n_fields; i++) {
		if ((uint32_t)ev->fields[i].offset + ev->fields[i].size > len)
			len = ev->fields[i].offset + ev->fields[i].size;
	}
	len = (len + 3) & ~3u;
	memset(rec, 0, HAND_RECORD_MAX);
	hand_number(rec, ev->id, 2, ev->big_endian);
	hand_number(rec + ev->pid_offset, e->pid, 4, ev->big_endian);
	for (const char *p = e->fields; *p; p += strcspn(p, " "), p += strspn(p, " "))
		len = hand_field(ev, p, rec, len);
	return len;
}

static inline void hand_word(const struct hand *h, struct hand_cpu *c, uint32_t v)
{
	const struct ring_layout *l = &h->formats->layout;

	hand_number(c->page + l->data_offset + c->used, v, 4, l->big_endian);
	c->used += 4;
}

/* The C bit fields type_len:5 and time_delta:27. */
static inline void hand_head(const struct hand *h, struct hand_cpu *c, uint32_t type,
			     uint32_t delta)
{
	hand_word(h, c, h->formats->layout.big_endian ? type << 27 | delta : type | delta << 5);
}

static inline void hand_end_page(const struct hand *h, struct hand_cpu *c)
{
	const struct ring_layout *l = &h->formats->layout;

	if (!c->used)
		return;
	hand_number(c->page + 8, c->used, l->commit_size, l->big_endian);
	strbuf_add(&c->pages, (char *)c->page, l->page_size);
	c->used = 0;
}

static inline void hand_begin_page(const struct hand *h, struct hand_cpu *c, uint64_t ns)
{
	const struct ring_layout *l = &h->formats->layout;

	c->page = c->page ?: xmalloc(l->page_size);
	memset(c->page, 0, l->page_size);
	hand_number(c->page, ns, 8, l->big_endian);
	c->last = ns;
}

/* What brings the clock to the event: 0 or more records of their own, and the delta left. */
static inline uint32_t hand_time(const struct hand *h, struct hand_cpu *c,
				 const struct hand_event *e)
{
	uint64_t delta = e->ns - c->last;

	if (e->padding) {
		hand_head(h, c, 29, 1);
		hand_word(h, c, e->padding + 4);
		c->used += e->padding;
		delta--;
	}
	if (e->absolute) {
		uint64_t stamp = e->ns & ((1ull << 59) - 1);

		hand_head(h, c, 31, stamp & HAND_DELTA_MAX);
		hand_word(h, c, stamp >> 27);
		return 0;
	}
	if (delta <= HAND_DELTA_MAX)
		return delta;
	hand_head(h, c, 30, delta & HAND_DELTA_MAX);
	hand_word(h, c, delta >> 27);
	return 0;
}

static inline void hand_put(struct hand *h, const struct hand_event *e)
{
	const struct ring_layout *l = &h->formats->layout;
	struct hand_cpu *c = &h->cpus[e->cpu];
	uint8_t rec[HAND_RECORD_MAX];
	uint32_t len = hand_record(hand_find(h->formats, e->name), e, rec), delta;

	if (c->used + len + 24 + e->padding > l->page_size - l->data_offset)
		hand_end_page(h, c);
	if (!c->used)
		hand_begin_page(h, c, e->ns - 1);
	delta = hand_time(h, c, e);
	hand_head(h, c, len > 28 * 4 ? 0 : len / 4, delta);
	if (len > 28 * 4)
		hand_word(h, c, len + 4);
	memcpy(c->page + l->data_offset + c->used, rec, len);
	c->used += len;
	c->last = e->ns;
}

/* Writes cpuN.raw of the trace folder, CPUs without events included; each CPU's in order of time. */
static inline void hand_pages(const char *dir, const struct hand_event *events, size_t n)
{
	_cleanup_trace_ struct trace *formats = trace_open(dir, NULL);
	struct hand h = { .formats = formats };

	if (!formats)
		abort();
	for (size_t i = 0; i < n; i++)
		hand_put(&h, &events[i]);
	for (int i = 0; i < HAND_CPUS; i++) {
		_cleanup_free_ char *raw = xasprintf("%s/cpu%d.raw", dir, i);

		hand_end_page(&h, &h.cpus[i]);
		if (file_write(raw, h.cpus[i].pages.data ?: "", h.cpus[i].pages.len, NULL) < 0)
			abort();
		strbuf_deinit(&h.cpus[i].pages);
		free(h.cpus[i].page);
	}
}

#endif
