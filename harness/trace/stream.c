// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/str.h"

int trace_stream_open(struct trace_stream *s, const char *path, const struct ring_layout *layout,
		      size_t window, struct error **err)
{
	struct stat st;

	*s = (struct trace_stream){ .fd = -1, .layout = *layout };
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0 || fstat(s->fd, &st) < 0) {
		error_errno(err, errno, "%s", path);
		trace_stream_close(s);
		return -1;
	}
	s->path = xstrdup(path);
	s->n_pages = (uint64_t)st.st_size / layout->page_size;
	s->tail = (uint64_t)st.st_size % layout->page_size;
	s->window_pages = window > layout->page_size ? window / layout->page_size : 1;
	return 0;
}

static void unmap(struct trace_stream *s)
{
	if (s->window)
		munmap(s->window, s->window_bytes);
	s->window = NULL;
	s->window_n = 0;
}

void trace_stream_close(struct trace_stream *s)
{
	unmap(s);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	free(s->path);
	s->path = NULL;
}

/* Sub-buffers need not be as large as the machine's pages, so a window may start in front of one. */
static int map(struct trace_stream *s, uint64_t first, struct error **err)
{
	uint64_t at = first * s->layout.page_size;
	size_t lead = at % (size_t)sysconf(_SC_PAGESIZE);
	uint64_t n = s->n_pages - first;
	void *p;

	unmap(s);
	if (n > s->window_pages)
		n = s->window_pages;
	s->window_bytes = n * s->layout.page_size + lead;
	p = mmap(NULL, s->window_bytes, PROT_READ, MAP_PRIVATE, s->fd, (off_t)(at - lead));
	if (p == MAP_FAILED)
		return error_errno(err, errno, "map %s", s->path);
	madvise(p, s->window_bytes, MADV_WILLNEED);
	s->window = p;
	s->window_first = first;
	s->window_n = n;
	return 0;
}

const void *trace_stream_page(struct trace_stream *s, uint64_t n, struct error **err)
{
	size_t lead;

	if (n < s->window_first || n >= s->window_first + s->window_n) {
		if (map(s, n, err) < 0)
			return NULL;
	}
	lead = s->window_bytes - s->window_n * s->layout.page_size;
	return (const char *)s->window + lead + (n - s->window_first) * s->layout.page_size;
}

int trace_stream_next_page(struct trace_stream *s, struct error **err)
{
	const void *page;

	s->in_page = false;
	if (s->next >= s->n_pages)
		return 0;
	page = trace_stream_page(s, s->next, err);
	if (!page)
		return -1;
	s->next++;
	s->in_page = true;
	ring_page_open(&s->page, &s->layout, page);
	return 1;
}

void trace_stream_rewind(struct trace_stream *s)
{
	s->next = 0;
	s->in_page = false;
}
