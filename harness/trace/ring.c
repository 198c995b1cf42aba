// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/ring.h"

#include <stdio.h>
#include <string.h>

/* The kernel's flags in the commit word (kernel/trace/ring_buffer.c). */
#define RB_MISSED_EVENTS (1u << 31)
#define RB_MISSED_STORED (1u << 30)
#define RB_COMMIT_MASK ((1u << 20) - 1)

/* type_len of what is not a plain event. */
enum { TYPE_DATA_MAX = 28, TYPE_PADDING, TYPE_TIME_EXTEND, TYPE_TIME_STAMP };

/* Time stamps in events have 59 bits; the page's has all. */
#define TS_SHIFT 27
#define TS_TOP (0x1full << 59)

/*
 * The kernel's largest sub-buffer: 128 of its pages (buffer_subbuf_size_kb), and no more than
 * the 20 bits of the commit word count.
 */
#define PAGE_MAX (1u << 20)

/* "offset:N;	size:N;" of the field with this declaration. */
static bool find_field(const char *text, const char *decl, uint32_t *offset, uint32_t *size)
{
	const char *p = strstr(text, decl);

	return p && sscanf(p + strlen(decl), "; offset:%u; size:%u;", offset, size) == 2;
}

int ring_layout_parse(const char *text, struct ring_layout *ret, struct error **err)
{
	uint32_t ts_offset, ts_size, commit_offset, data_size;

	if (!find_field(text, "field: u64 timestamp", &ts_offset, &ts_size) ||
	    !find_field(text, "field: local_t commit", &commit_offset, &ret->commit_size) ||
	    !find_field(text, "field: char data", &ret->data_offset, &data_size))
		return error_set(err, EXIT_FAULT, "no timestamp, commit or data field");
	if (ts_offset != 0 || ts_size != 8 || commit_offset != 8 ||
	    (ret->commit_size != 8 && ret->commit_size != 4) ||
	    ret->data_offset != commit_offset + ret->commit_size)
		return error_set(err, EXIT_FAULT, "fields are not where any kernel puts them");
	if (data_size > PAGE_MAX || data_size < 64)
		return error_set(err, EXIT_FAULT, "a sub-buffer of %u bytes", data_size);
	ret->page_size = ret->data_offset + data_size;
	return 0;
}

int ring_page_open(struct ring_page *p, const struct ring_layout *layout, const void *page)
{
	const uint8_t *bytes = page;
	uint32_t room = layout->page_size - layout->data_offset;
	bool big = layout->big_endian;
	/* The low half of the word: of 8 bytes, a big-endian machine's come last. */
	uint32_t commit = get32(bytes + 8 + (big ? layout->commit_size - 4 : 0), big);

	*p = (struct ring_page){
		.data = bytes + layout->data_offset,
		.big_endian = big,
		.ts = get64(bytes, big),
		.len = commit & RB_COMMIT_MASK,
		.lost = commit & RB_MISSED_EVENTS,
	};
	if (p->len > room) {
		p->why = "the page claims more data than it can hold";
		p->len = 0;
		return -1;
	}
	/* A long, behind the events: as wide as the commit word. */
	if ((commit & RB_MISSED_STORED) && p->len + layout->commit_size <= room)
		p->n_lost = layout->commit_size == 8 ? get64(p->data + p->len, big)
						     : get32(p->data + p->len, big);
	return 0;
}

uint64_t ring_page_time(const struct ring_layout *layout, const void *page)
{
	return get64(page, layout->big_endian);
}

static int damaged(struct ring_page *p, const char *why)
{
	p->why = why;
	p->len = p->pos;
	return -1;
}

/* An absolute time stamp lacks the top bits: they are the last one's, or one more after a wrap. */
static uint64_t absolute(uint64_t last, uint64_t stamp)
{
	stamp |= last & TS_TOP;
	return stamp < last ? stamp + (1ull << 59) : stamp;
}

/*
 * Steps over what is not an event.  Discarded events keep their time delta,
 * and the next event's delta counts from them.
 */
static int skip_special(struct ring_page *p, uint32_t type, uint32_t delta)
{
	uint32_t left = p->len - p->pos;
	uint64_t word;

	if (type == TYPE_PADDING && delta == 0) {
		p->pos = p->len;
		return 0;
	}
	if (left < 8)
		return damaged(p, "an event header is cut off by the end of the page");
	word = get32(p->data + p->pos + 4, p->big_endian);
	switch (type) {
	case TYPE_PADDING:
		if (word > left - 4 || word < 4)
			return damaged(p,
				       "a discarded event is longer than what is left of the page");
		p->ts += delta;
		p->pos += 4 + ((word + 3) & ~3u);
		break;
	case TYPE_TIME_EXTEND:
		p->ts += (word << TS_SHIFT) + delta;
		p->pos += 8;
		break;
	default:
		p->ts = absolute(p->ts, (word << TS_SHIFT) + delta);
		p->pos += 8;
	}
	if (p->pos > p->len)
		p->pos = p->len;
	return 0;
}

/* A C bit field of 5 and 27 bits: which end the 5 are at depends on the byte order. */
static inline void split_header(uint32_t header, bool big, uint32_t *type, uint32_t *delta)
{
	*type = big ? header >> 27 : header & 31;
	*delta = big ? header & ((1u << 27) - 1) : header >> 5;
}

/* The loop over all events of a trace: with `big` constant the compiler makes two of it. */
static inline __attribute__((always_inline)) int next_event(struct ring_page *p,
							    struct ring_event *ret, bool big)
{
	while (p->len - p->pos >= 4) {
		uint32_t left = p->len - p->pos - 4, type, delta, size, skip = 4;
		const uint8_t *at = p->data + p->pos;

		split_header(get32(at, big), big, &type, &delta);
		if (type > TYPE_DATA_MAX) {
			if (skip_special(p, type, delta) < 0)
				return -1;
			continue;
		}
		size = type * 4;
		if (type == 0) { /* a long event: its size stands in the next word */
			if (left < 4 || get32(at + 4, big) < 4)
				return damaged(p, "an event header is cut off or says nonsense");
			size = get32(at + 4, big) - 4;
			left -= 4;
			skip = 8;
		}
		if (size > left)
			return damaged(p, "an event is longer than what is left of the page");
		p->ts += delta;
		*ret = (struct ring_event){ .ts = p->ts, .data = at + skip, .len = size };
		size = (size + 3) & ~3u;
		p->pos += skip + (size > left ? left : size);
		return 1;
	}
	return 0;
}

int ring_page_next(struct ring_page *p, struct ring_event *ret)
{
	return p->big_endian ? next_event(p, ret, true) : next_event(p, ret, false);
}
