// SPDX-License-Identifier: GPL-2.0-or-later
/* What opening a trace has in common, whatever it is stored in. */
#include <string.h>

#include "base/file.h"
#include "trace/dat.h"
#include "trace/load.h"

#define EVENTS_MAX 8192

static void cpu_deinit(struct trace_cpu *c)
{
	trace_section_deinit(&c->section);
	free(c->page_types);
	free(c->page_times);
	free(c->damage);
}

void trace_close(struct trace *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_events; i++)
		trace_event_free(t->events[i]);
	for (size_t i = 0; i < t->n_cpus; i++)
		cpu_deinit(&t->cpus[i]);
	free(t->events);
	free(t->counts);
	free(t->by_id);
	free(t->bad_format);
	free(t->cpus);
	free(t->path);
	free(t);
}

/* One event type that can't be decoded is no reason to lose the others. */
static void bad_format(struct trace *t, const char *where, const char *why)
{
	if (!t->bad_format)
		t->bad_format = xasprintf("%s: %s", where, why);
}

void trace_init_formats(struct trace *t)
{
	t->by_id = xmalloc(sizeof(*t->by_id) * (UINT16_MAX + 1));
	for (int i = 0; i <= UINT16_MAX; i++)
		t->by_id[i] = -1;
}

void trace_add_format(struct trace *t, const char *where, const char *system, const char *text,
		      size_t len)
{
	_cleanup_error_ struct error *err = NULL;
	_cleanup_trace_event_ struct trace_event *ev =
		trace_event_parse_for(&t->machine, system, text, len, &err);

	if (!ev) {
		bad_format(t, where, err->msg);
	} else if (t->by_id[ev->id] >= 0) {
		bad_format(t, where, "its id belongs to another event");
	} else if (t->n_events == EVENTS_MAX) {
		bad_format(t, where, "too many events");
	} else {
		t->by_id[ev->id] = (int16_t)t->n_events;
		*ARRAY_APPEND(t->events, t->n_events) = steal_ptr(&ev);
	}
}

struct trace_cpu *trace_add_cpu(struct trace *t, int cpu, struct trace_section *section)
{
	struct trace_cpu *c = ARRAY_APPEND(t->cpus, t->n_cpus);

	c->cpu = cpu;
	c->section = *section;
	*section = (struct trace_section){};
	c->n_pages = c->section.bytes / t->layout.page_size;
	c->page_types = xcalloc(c->n_pages + 1, sizeof(*c->page_types));
	return c;
}

/* "name: value" of per_cpu/cpuN/stats; 0 if it isn't there. */
static uint64_t stat_value(const char *text, const char *name)
{
	const char *p = text;

	while (p && *p) {
		if (str_starts(p, name) && p[strlen(name)] == ':')
			return strtoull(p + strlen(name) + 1, NULL, 10);
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return 0;
}

void trace_cpu_stats(struct trace_cpu *c, const char *text)
{
	c->overrun = stat_value(text, "overrun") + stat_value(text, "commit overrun");
	c->dropped = stat_value(text, "dropped events");
}

static int compare_cpus(const void *a, const void *b)
{
	const struct trace_cpu *x = a, *y = b;

	return x->cpu - y->cpu;
}

struct trace *trace_open(const char *path, struct error **err)
{
	_cleanup_trace_ struct trace *t = xcalloc(1, sizeof(*t));

	t->path = xstrdup(path);
	trace_init_formats(t);
	if ((dat_is_one(path) ? trace_load_dat(t, err) : trace_load_dir(t, err)) < 0)
		return NULL;
	t->counts = xcalloc(t->n_events + 1, sizeof(*t->counts));
	if (t->n_cpus)
		qsort(t->cpus, t->n_cpus, sizeof(*t->cpus), compare_cpus);
	return steal_ptr(&t);
}

int trace_find(const struct trace *t, const char *system, const char *name)
{
	for (size_t i = 0; i < t->n_events; i++) {
		if (streq(t->events[i]->system, system) && streq(t->events[i]->name, name))
			return (int)i;
	}
	return -1;
}

bool trace_complete(const struct trace *t)
{
	for (size_t i = 0; i < t->n_cpus; i++) {
		if (t->cpus[i].overrun || t->cpus[i].dropped || t->cpus[i].n_damaged)
			return false;
	}
	return true;
}
