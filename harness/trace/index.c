// SPDX-License-Identifier: GPL-2.0-or-later
/* The walk over all pages of a CPU: counts, losses, damage, and which page has which types. */
#include <inttypes.h>

#include "trace/load.h"

#define INDEX_WINDOW (1u << 20)

static void guard_stream(struct trace_stream *s)
{
	trace_stream_close(s);
}

static void note_damage(struct trace_cpu *c, uint64_t page, uint64_t offset, const char *why)
{
	if (c->n_damaged++ == 0)
		c->damage = xasprintf("%s: page %" PRIu64 " at byte %" PRIu64 ": %s", c->path, page,
				      offset, why);
}

static void index_page(struct trace *t, struct trace_cpu *c, struct trace_stream *s)
{
	uint64_t n = s->next - 1, at = n * s->layout.page_size;
	struct ring_event ev;
	int r;

	if (s->page.why) {
		note_damage(c, n, at, s->page.why);
		return;
	}
	while ((r = ring_page_next(&s->page, &ev)) > 0) {
		int type = trace_record_type(t, &ev);

		c->entries++;
		if (type < 0) {
			t->n_unknown++;
			continue;
		}
		t->counts[type]++;
		c->page_types[n] |= 1ull << (type % 64);
	}
	if (r < 0)
		note_damage(c, n, at + s->layout.data_offset + s->page.pos, s->page.why);
}

int trace_index_cpu(struct trace *t, struct trace_cpu *c, struct error **err)
{
	cleanup(guard_stream) struct trace_stream s = { .fd = -1 };
	uint64_t lost = 0;
	int r;

	if (trace_stream_open(&s, c->path, &t->layout, INDEX_WINDOW, err) < 0)
		return -1;
	c->n_pages = s.n_pages;
	c->bytes = s.n_pages * t->layout.page_size + s.tail;
	c->page_types = xcalloc(s.n_pages + 1, sizeof(*c->page_types));
	while ((r = trace_stream_next_page(&s, err)) > 0) {
		/* A page that only says that something is missing counts as one event at least. */
		if (s.page.lost)
			lost += s.page.n_lost ? s.page.n_lost : 1;
		index_page(t, c, &s);
	}
	if (s.tail)
		note_damage(c, s.n_pages, s.n_pages * t->layout.page_size,
			    "half a page at the end");
	/* Both count the same events; the kernel's statistics are absent in a torn run. */
	if (lost > c->overrun)
		c->overrun = lost;
	return r;
}
