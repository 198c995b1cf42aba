/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One sub-buffer of the kernel's ring buffer, as trace_pipe_raw gives it:
 *
 *	u64 time stamp | commit: data length and flags | events …
 *
 * The bytes come from a guest, which may be broken or hostile: every length is
 * checked against what is left of the page before it is used.
 */
#ifndef HARNESS_RING_H
#define HARNESS_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "trace/endian.h"

/* Where things stand in a page; the kernel describes it in events/header_page. */
struct ring_layout {
	uint32_t page_size;
	uint32_t commit_size; /* 8 on 64-bit kernels, 4 on 32-bit ones */
	uint32_t data_offset;
	bool big_endian; /* of the machine that wrote the page */
};

/*
 * Reads the text of header_page, which doesn't tell the byte order: little-endian unless the
 * caller knows better.  Error (EXIT_FAULT) when it can't be one.
 */
int ring_layout_parse(const char *text, struct ring_layout *ret, struct error **err);

struct ring_event {
	uint64_t ts;
	const uint8_t *data; /* starts with the common fields; in the page */
	uint32_t len;
};

struct ring_page {
	const uint8_t *data; /* the events */
	uint32_t len;        /* bytes of events */
	uint32_t pos;
	uint64_t ts;
	bool big_endian;
	bool lost;       /* events are missing before this page … */
	uint64_t n_lost; /* … this many, or 0 if the kernel had no room to say */
	const char *why; /* what is wrong with the page, static text; else NULL */
};

/* `page` has layout->page_size bytes and outlives *p.  -1 with p->why when it can't be a page. */
int ring_page_open(struct ring_page *p, const struct ring_layout *layout, const void *page);
/* 1: an event; 0: the end; -1: damaged from here on, p->why says how. */
int ring_page_next(struct ring_page *p, struct ring_event *ret);
/* Time stamp of a page, the first of its events or earlier. */
uint64_t ring_page_time(const struct ring_layout *layout, const void *page);

#endif
