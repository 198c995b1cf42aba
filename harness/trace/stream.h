/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One CPU's file of sub-buffers, read from front to back through a window
 * that is mapped and dropped again, so that memory doesn't grow with the file.
 * Run directories never change once published; a file that somebody shortens
 * under a reader is not guarded against.
 */
#ifndef HARNESS_STREAM_H
#define HARNESS_STREAM_H

#include "trace/ring.h"

struct trace_stream {
	char *path;
	int fd;
	struct ring_layout layout;
	uint64_t n_pages;
	uint64_t tail; /* bytes behind the last whole page */
	uint64_t next; /* page to open next */
	size_t window_pages;
	uint64_t window_first, window_n; /* pages that are mapped */
	void *window;
	size_t window_bytes;
	struct ring_page page;
	bool in_page;
};

/* `window` bytes are mapped at a time (at least one page). */
int trace_stream_open(struct trace_stream *s, const char *path, const struct ring_layout *layout,
		      size_t window, struct error **err);
void trace_stream_close(struct trace_stream *s);

/* Maps page `n`; NULL with an error (the file can't be mapped). */
const void *trace_stream_page(struct trace_stream *s, uint64_t n, struct error **err);
/* Opens the page s->next and moves on.  1: s->page is ready; 0: no more pages; -1: can't be read. */
int trace_stream_next_page(struct trace_stream *s, struct error **err);
/* To the front again. */
void trace_stream_rewind(struct trace_stream *s);

#endif
