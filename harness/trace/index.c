// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of a CPU's pages: losses, damage, times, and the walk that counts all events. */
#include <inttypes.h>

#include "trace/load.h"

#define INDEX_WINDOW (1u << 20)

static void guard_stream(struct trace_stream *s)
{
	trace_stream_close(s);
}

static void add_damage(struct trace_cpu *c, uint64_t page, uint64_t offset, const char *why)
{
	_cleanup_free_ char *cpu = c->section.offset ? xasprintf("CPU %d, ", c->cpu) : xstrdup("");

	if (c->n_damaged++ == 0)
		c->damage = xasprintf("%s: %spage %" PRIu64 " at byte %" PRIu64 ": %s",
				      c->section.path, cpu, page, c->section.offset + offset, why);
}

void trace_note_page(struct trace_cpu *c, const struct trace_stream *s)
{
	/* A page that only says that something is missing counts as one event at least. */
	if (s->page.lost)
		c->marked += s->page.n_lost ? s->page.n_lost : 1;
	if (s->page.why)
		add_damage(c, s->next - 1, (s->next - 1) * s->layout.page_size, s->page.why);
}

void trace_note_damage(struct trace_cpu *c, const struct trace_stream *s)
{
	add_damage(c, s->next - 1,
		   (s->next - 1) * s->layout.page_size + s->layout.data_offset + s->page.pos,
		   s->page.why);
}

void trace_note_end(struct trace_cpu *c, const struct trace_stream *s)
{
	if (s->tail)
		add_damage(c, s->n_pages, s->n_pages * s->layout.page_size,
			   "half a page at the end");
	/* Both count the same events; the kernel's statistics are absent in a torn run. */
	if (c->marked > c->overrun)
		c->overrun = c->marked;
}

static void survey_page(struct trace *t, struct trace_cpu *c, struct trace_stream *s)
{
	uint64_t types = TRACE_PAGE_KNOWN;
	struct ring_event ev;
	int r;

	trace_note_page(c, s);
	if (s->page.why)
		return;
	while ((r = ring_page_next(&s->page, &ev)) > 0) {
		int type = trace_record_type(t, &ev);

		c->entries++;
		if (type < 0) {
			t->n_unknown++;
			continue;
		}
		t->counts[type]++;
		types |= TRACE_TYPE_BIT(type);
	}
	if (r < 0)
		trace_note_damage(c, s);
	c->page_types[s->next - 1] = types;
}

static int survey_cpu(struct trace *t, struct trace_cpu *c, struct error **err)
{
	cleanup(guard_stream) struct trace_stream s = { .fd = -1 };
	int r;

	if (trace_stream_open(&s, &c->section, &t->layout, INDEX_WINDOW, err) < 0)
		return -1;
	while ((r = trace_stream_next_page(&s, err)) > 0)
		survey_page(t, c, &s);
	trace_note_end(c, &s);
	return r;
}

int trace_survey(struct trace *t, struct error **err)
{
	for (size_t i = 0; !t->surveyed && i < t->n_cpus; i++) {
		if (survey_cpu(t, &t->cpus[i], err) < 0)
			return -1;
	}
	t->surveyed = true;
	return 0;
}

int trace_index_times(struct trace *t, struct trace_cpu *c, struct error **err)
{
	cleanup(guard_stream) struct trace_stream s = { .fd = -1 };
	_cleanup_free_ uint64_t *times = NULL;
	uint64_t last = 0;

	if (c->page_times)
		return 0;
	if (trace_stream_open(&s, &c->section, &t->layout, INDEX_WINDOW, err) < 0)
		return -1;
	times = xcalloc(c->n_pages + 1, sizeof(*times));
	c->in_order = true;
	for (uint64_t n = 0; n < c->n_pages; n++) {
		const void *page = trace_stream_page(&s, n, err);

		if (!page && !s.why)
			return -1;
		/* One that isn't there has no events: any time will do. */
		times[n] = page ? trace_scale(&t->scale, ring_page_time(&t->layout, page)) : last;
		c->in_order &= times[n] >= last;
		last = times[n];
	}
	c->page_times = steal_ptr(&times);
	return 0;
}
