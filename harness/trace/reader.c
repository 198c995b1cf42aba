// SPDX-License-Identifier: GPL-2.0-or-later
/* Events of all CPUs, merged by time: a heap of streams, each standing at its next event. */
#include <string.h>

#include "trace/load.h"

/* All windows together; a machine with many CPUs gets smaller ones. */
#define WINDOWS_TOTAL (8u << 20)
#define WINDOW_LARGEST (2u << 20)

struct source {
	struct trace_stream stream;
	struct trace_cpu *cpu;
	uint64_t key;         /* by which streams are merged: ev.ts, or the same for all */
	struct ring_event ev; /* the next one that passes the filter */
	int type;
	uint64_t types; /* seen in the page so far */
	uint64_t lost;  /* missing before ev */
	bool survey;    /* this reading is the survey, too */
};

struct trace_reader {
	struct trace *trace;
	struct trace_filter filter;
	uint64_t event_bit; /* in page_types, of filter.event; 0 for all */
	bool timed;         /* the filter bounds the time */
	bool scaled;        /* stamps aren't nanoseconds */
	struct source *sources;
	size_t n_sources;
	struct source **heap; /* the earliest first */
	size_t n_heap;
	bool started;
};

static bool earlier(const struct source *a, const struct source *b)
{
	if (a->key != b->key)
		return a->key < b->key;
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

/* Pages known not to have the wanted type are not even mapped. */
static void skip_pages(const struct trace_reader *r, struct source *s)
{
	const uint64_t *types = s->cpu->page_types;
	uint64_t *next = &s->stream.next;

	if (!r->event_bit)
		return;
	while (*next < s->stream.n_pages && types[*next] & TRACE_PAGE_KNOWN &&
	       !(types[*next] & r->event_bit))
		++*next;
}

static bool wanted(const struct trace_reader *r, struct source *s)
{
	const struct trace_filter *f = &r->filter;

	s->type = trace_record_type(r->trace, &s->ev);
	if (s->survey) {
		s->cpu->entries++;
		if (s->type < 0)
			r->trace->n_unknown++;
		else
			r->trace->counts[s->type]++;
	}
	if (s->type < 0)
		return false;
	s->types |= TRACE_TYPE_BIT(s->type);
	if (f->event >= 0 && f->event != s->type)
		return false;
	return !r->timed || (s->ev.ts >= f->from_ns && s->ev.ts <= f->to_ns);
}

static void end_page(struct source *s, int got)
{
	s->cpu->page_types[s->stream.next - 1] = s->types;
	if (got < 0 && s->survey)
		trace_note_damage(s->cpu, &s->stream);
}

static int open_page(const struct trace_reader *r, struct source *s, struct error **err)
{
	int got;

	skip_pages(r, s);
	got = trace_stream_next_page(&s->stream, err);
	if (got > 0 && s->survey)
		trace_note_page(s->cpu, &s->stream);
	if (got > 0 && s->stream.page.lost)
		s->lost += s->stream.page.n_lost ? s->stream.page.n_lost : 1;
	if (got > 0 && s->stream.page.why)
		s->stream.in_page = false;
	if (got == 0 && s->survey)
		trace_note_end(s->cpu, &s->stream);
	s->types = TRACE_PAGE_KNOWN;
	return got;
}

/* 1: s->ev is the stream's next event; 0: the stream has ended; -1: error. */
static int advance(const struct trace_reader *r, struct source *s, struct error **err)
{
	for (;;) {
		int got = 0;

		/* A damaged page ends where the damage begins. */
		while (s->stream.in_page && (got = ring_page_next(&s->stream.page, &s->ev)) > 0) {
			if (r->scaled)
				s->ev.ts = trace_scale(&r->trace->scale, s->ev.ts);
			if (wanted(r, s)) {
				s->key = r->filter.cpu_by_cpu ? 0 : s->ev.ts;
				return 1;
			}
		}
		if (s->stream.in_page)
			end_page(s, got);
		got = open_page(r, s, err);
		if (got <= 0)
			return got;
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

/* The first page whose time is after `ns`. */
static uint64_t page_after(const struct trace_cpu *c, uint64_t ns)
{
	uint64_t low = 0, high = c->n_pages;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (c->page_times[mid] > ns)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* Leaves out the pages before and behind the time that is asked for. */
static int bound_pages(struct trace_reader *r, struct source *s, struct error **err)
{
	uint64_t after;

	if (trace_index_times(r->trace, s->cpu, err) < 0)
		return -1;
	if (!s->cpu->in_order)
		return 0;
	/* Equal stamps can stand in a row of pages: the first event at from_ns may be in front. */
	after = r->filter.from_ns ? page_after(s->cpu, r->filter.from_ns - 1) : 0;
	s->stream.next = after ? after - 1 : 0;
	s->stream.n_pages = page_after(s->cpu, r->filter.to_ns);
	return 0;
}

static int open_source(struct trace_reader *r, struct trace_cpu *c, size_t window,
		       struct error **err)
{
	struct source *s = &r->sources[r->n_sources];

	s->cpu = c;
	s->survey = r->filter.survey;
	if (trace_stream_open(&s->stream, &c->section, &r->trace->layout, window, err) < 0)
		return -1;
	r->n_sources++;
	return r->timed ? bound_pages(r, s, err) : 0;
}

struct trace_reader *trace_reader_open(struct trace *t, const struct trace_filter *f,
				       struct error **err)
{
	struct trace_reader *r = xcalloc(1, sizeof(*r));
	size_t window = WINDOWS_TOTAL / (t->n_cpus + 1);

	if (window > WINDOW_LARGEST)
		window = WINDOW_LARGEST;
	r->trace = t;
	r->filter = *f;
	r->event_bit = f->event >= 0 ? TRACE_TYPE_BIT(f->event) : 0;
	r->scaled = trace_is_scaled(&t->scale);
	r->timed = f->from_ns > 0 || f->to_ns < UINT64_MAX;
	r->sources = xcalloc(t->n_cpus + 1, sizeof(*r->sources));
	r->heap = xcalloc(t->n_cpus + 1, sizeof(struct source *));
	for (size_t i = 0; i < t->n_cpus; i++) {
		if ((f->cpu < 0 || f->cpu == t->cpus[i].cpu) &&
		    open_source(r, &t->cpus[i], window, err) < 0) {
			trace_reader_close(r);
			return NULL;
		}
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
	struct source *s;

	if (!r->started ? fill_heap(r, err) < 0 : r->n_heap && pop(r, err) < 0)
		return -1;
	if (!r->n_heap)
		return 0;
	s = r->heap[0];
	*ret = (struct trace_record){
		.ts = s->ev.ts,
		.cpu = s->cpu->cpu,
		.event = s->type,
		.pid = trace_record_pid(r->trace->events[s->type], &s->ev),
		.data = s->ev.data,
		.len = s->ev.len,
		.lost = s->lost,
	};
	s->lost = 0;
	return 1;
}
