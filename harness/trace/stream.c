// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int trace_stream_open(struct trace_stream *s, const struct trace_section *section,
		      const struct ring_layout *layout, size_t window, struct error **err)
{
	*s = (struct trace_stream){ .fd = -1, .layout = *layout, .section = section };
	s->fd = open(section->warm ?: section->path, O_RDONLY | O_CLOEXEC);
	s->offset = section->warm ? section->warm_offset : section->offset;
	if (s->fd < 0)
		return error_errno(err, errno, "%s", section->path);
	s->n_pages = section->bytes / layout->page_size;
	s->tail = section->bytes % layout->page_size;
	s->window_pages = window > layout->page_size ? window / layout->page_size : 1;
	return 0;
}

static void drop_window(struct trace_stream *s)
{
	if (s->mapped)
		munmap(s->mapped, s->mapped_bytes);
	s->mapped = NULL;
	s->window_n = 0;
}

void trace_stream_close(struct trace_stream *s)
{
	drop_window(s);
	free(s->inflated);
	s->inflated = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* mmap() takes whole pages of this machine, and a part of a file may start anywhere. */
static const uint8_t *map(struct trace_stream *s, uint64_t at, size_t bytes, struct error **err)
{
	size_t lead = at % (size_t)sysconf(_SC_PAGESIZE);
	void *p;

	s->mapped_bytes = bytes + lead;
	p = mmap(NULL, s->mapped_bytes, PROT_READ, MAP_PRIVATE, s->fd, (off_t)(at - lead));
	if (p == MAP_FAILED) {
		error_errno(err, errno, "map %s", s->section->path);
		return NULL;
	}
	s->mapped = p;
	madvise(p, s->mapped_bytes, MADV_SEQUENTIAL);
	madvise(p, s->mapped_bytes, MADV_WILLNEED);
	return (const uint8_t *)p + lead;
}

static int map_window(struct trace_stream *s, uint64_t first, struct error **err)
{
	uint64_t n = s->n_pages - first;

	if (n > s->window_pages)
		n = s->window_pages;
	s->window = map(s, s->offset + first * s->layout.page_size, n * s->layout.page_size, err);
	if (!s->window)
		return -1;
	s->window_first = first;
	s->window_n = n;
	return 0;
}

/* The chunk that has page `first`: writers put whole pages into one. */
static int inflate_window(struct trace_stream *s, uint64_t first, struct error **err)
{
	const struct trace_chunk *c = trace_section_chunk(s->section, first * s->layout.page_size);
	const uint8_t *packed;
	bool good;

	if (!c || c->first % s->layout.page_size) {
		s->why = "no compressed chunk has this page";
		return -1;
	}
	packed = map(s, c->at, c->packed, err);
	if (!packed)
		return -1;
	s->inflated = xrealloc(s->inflated, c->size);
	good = trace_inflate(s->section->codec, packed, c->packed, s->inflated, c->size);
	drop_window(s);
	if (!good) {
		s->why = "its compressed chunk is damaged";
		return -1;
	}
	s->window = s->inflated;
	s->window_first = c->first / s->layout.page_size;
	s->window_n = c->size / s->layout.page_size;
	return 0;
}

const void *trace_stream_page(struct trace_stream *s, uint64_t n, struct error **err)
{
	s->why = NULL;
	if (n < s->window_first || n >= s->window_first + s->window_n) {
		drop_window(s);
		if ((s->section->n_chunks ? inflate_window(s, n, err) : map_window(s, n, err)) < 0)
			return NULL;
		if (n >= s->window_first + s->window_n) {
			s->why = "its compressed chunk ends within the page";
			return NULL;
		}
	}
	return s->window + (n - s->window_first) * s->layout.page_size;
}

int trace_stream_next_page(struct trace_stream *s, struct error **err)
{
	const void *page;

	s->in_page = false;
	if (s->next >= s->n_pages)
		return 0;
	page = trace_stream_page(s, s->next, err);
	if (!page && !s->why)
		return -1;
	s->next++;
	s->in_page = true;
	if (page)
		ring_page_open(&s->page, &s->layout, page);
	else
		s->page = (struct ring_page){ .why = s->why };
	return 1;
}
