/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One CPU's sub-buffers, read from front to back through a window that is
 * mapped (or inflated, a chunk at a time) and dropped again, so that memory
 * doesn't grow with the file.  Run directories never change once published; a
 * file that somebody shortens under a reader is not guarded against.
 */
#ifndef HARNESS_STREAM_H
#define HARNESS_STREAM_H

#include "trace/ring.h"
#include "trace/section.h"

struct trace_stream {
	const struct trace_section *section;
	int fd;
	uint64_t offset; /* of the first page in it */
	struct ring_layout layout;
	uint64_t n_pages;
	uint64_t tail; /* bytes behind the last whole page */
	uint64_t next; /* page to open next */
	size_t window_pages;
	uint64_t window_first, window_n; /* pages that are there … */
	const uint8_t *window;           /* … from here on */
	void *mapped;                    /* what to unmap; NULL for an inflated chunk … */
	size_t mapped_bytes;
	uint8_t *inflated; /* … which is here */
	const char *why;   /* the last page isn't there: a chunk is damaged.  Static text */
	struct ring_page page;
	bool in_page;
};

/* `window` bytes are mapped at a time (at least one page); the section outlives the stream. */
int trace_stream_open(struct trace_stream *s, const struct trace_section *section,
		      const struct ring_layout *layout, size_t window, struct error **err);
void trace_stream_close(struct trace_stream *s);

/* Page `n`.  NULL with an error if the file can't be mapped, with s->why if it is damaged there. */
const void *trace_stream_page(struct trace_stream *s, uint64_t n, struct error **err);
/*
 * Opens the page s->next and moves on.  1: s->page is ready, s->page.why says if it is damaged;
 * 0: no more pages; -1: the file can't be read.
 */
int trace_stream_next_page(struct trace_stream *s, struct error **err);

#endif
