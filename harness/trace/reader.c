// SPDX-License-Identifier: GPL-2.0-or-later
/* Events of all CPUs, merged by time: a heap of streams, each standing at its next event. */
#include <string.h>

#include "trace/load.h"

/* All windows together; a machine with many CPUs gets smaller ones. */
#define WINDOWS_TOTAL (8u << 20)
#define WINDOW_LARGEST (2u << 20)

struct source {
	struct trace_stream stream;
	const struct trace_cpu *cpu;
	struct ring_event ev; /* the next one that passes the filter */
	int type;
};

struct trace_reader {
	const struct trace *trace;
	struct trace_filter filter;
	struct source *sources;
	size_t n_sources;
	struct source **heap; /* the earliest first */
	size_t n_heap;
	bool started;
};

static bool earlier(const struct source *a, const struct source *b)
{
	if (a->ev.ts != b->ev.ts)
		return a->ev.ts < b->ev.ts;
	return a->cpu->cpu < b->cpu->cpu;
}

static void sift_down(struct trace_reader *r, size_t i)
{
	for (;;) {
		size_t least = i;
		struct source *tmp;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < r->n_heap; child++) {
			if (earlier(r->heap[child], r->heap[least]))
				least = child;
		}
		if (least == i)
			return;
		tmp = r->heap[i];
		r->heap[i] = r->heap[least];
		r->heap[least] = tmp;
		i = least;
	}
}

/* Pages without the wanted type are not even mapped. */
static void skip_pages(const struct trace_reader *r, struct source *s)
{
	uint64_t mask;

	if (r->filter.event < 0)
		return;
	mask = 1ull << (r->filter.event % 64);
	while (s->stream.next < s->stream.n_pages && !(s->cpu->page_types[s->stream.next] & mask))
		s->stream.next++;
}

static bool wanted(const struct trace_reader *r, struct source *s)
{
	const struct trace_filter *f = &r->filter;

	s->type = trace_record_type(r->trace, &s->ev);
	return s->type >= 0 && (f->event < 0 || f->event == s->type) && s->ev.ts >= f->from_ns &&
	       s->ev.ts <= f->to_ns;
}

/* 1: s->ev is the stream's next event; 0: the stream has ended; -1: error. */
static int advance(const struct trace_reader *r, struct source *s, struct error **err)
{
	for (;;) {
		int got;

		/* A damaged page ends where the damage begins; the index has counted it. */
		while (s->stream.in_page && ring_page_next(&s->stream.page, &s->ev) > 0) {
			if (wanted(r, s))
				return 1;
		}
		skip_pages(r, s);
		got = trace_stream_next_page(&s->stream, err);
		if (got <= 0)
			return got;
		if (s->stream.page.why)
			s->stream.in_page = false;
	}
}

static int fill_heap(struct trace_reader *r, struct error **err)
{
	r->started = true;
	for (size_t i = 0; i < r->n_sources; i++) {
		int got = advance(r, &r->sources[i], err);

		if (got < 0)
			return -1;
		if (got > 0)
			r->heap[r->n_heap++] = &r->sources[i];
	}
	for (size_t i = r->n_heap; i-- > 0;)
		sift_down(r, i);
	return 0;
}

void trace_reader_close(struct trace_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_sources; i++)
		trace_stream_close(&r->sources[i].stream);
	free(r->sources);
	free(r->heap);
	free(r);
}

struct trace_reader *trace_reader_open(const struct trace *t, const struct trace_filter *f,
				       struct error **err)
{
	struct trace_reader *r = xcalloc(1, sizeof(*r));
	size_t window = WINDOWS_TOTAL / (t->n_cpus + 1);

	if (window > WINDOW_LARGEST)
		window = WINDOW_LARGEST;
	r->trace = t;
	r->filter = *f;
	r->sources = xcalloc(t->n_cpus + 1, sizeof(*r->sources));
	r->heap = xcalloc(t->n_cpus + 1, sizeof(struct source *));
	for (size_t i = 0; i < t->n_cpus; i++) {
		struct source *s = &r->sources[r->n_sources];

		if (f->cpu >= 0 && f->cpu != t->cpus[i].cpu)
			continue;
		s->cpu = &t->cpus[i];
		if (trace_stream_open(&s->stream, s->cpu->path, &t->layout, window, err) < 0) {
			trace_reader_close(r);
			return NULL;
		}
		if (s->stream.n_pages > s->cpu->n_pages) /* the index covers these */
			s->stream.n_pages = s->cpu->n_pages;
		r->n_sources++;
	}
	return r;
}

/* Moves the stream that gave the last event on; the heap is in order afterwards. */
static int pop(struct trace_reader *r, struct error **err)
{
	int got = advance(r, r->heap[0], err);

	if (got < 0)
		return -1;
	if (got == 0)
		r->heap[0] = r->heap[--r->n_heap];
	sift_down(r, 0);
	return 0;
}

int trace_reader_next(struct trace_reader *r, struct trace_record *ret, struct error **err)
{
	const struct source *s;
	uint16_t at;
	int32_t pid = 0;

	if (!r->started ? fill_heap(r, err) < 0 : r->n_heap && pop(r, err) < 0)
		return -1;
	if (!r->n_heap)
		return 0;
	s = r->heap[0];
	at = r->trace->events[s->type]->pid_offset;
	if (at + sizeof(pid) <= s->ev.len)
		memcpy(&pid, s->ev.data + at, sizeof(pid));
	*ret = (struct trace_record){
		.ts = s->ev.ts,
		.cpu = s->cpu->cpu,
		.event = s->type,
		.pid = pid,
		.data = s->ev.data,
		.len = s->ev.len,
	};
	return 1;
}
