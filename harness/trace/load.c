// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening a trace: layout, formats, per-CPU statistics. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/file.h"
#include "trace/load.h"

#define EVENTS_MAX 8192

static void cpu_deinit(struct trace_cpu *c)
{
	free(c->path);
	free(c->page_types);
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
	free(t->dir);
	free(t);
}

static int load_layout(struct trace *t, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/header_page", t->dir), *text = NULL;

	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	if (ring_layout_parse(text, &t->layout, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

/* One event type that can't be decoded is no reason to lose the others. */
static void bad_format(struct trace *t, const char *path, const char *why)
{
	if (!t->bad_format)
		t->bad_format = xasprintf("%s: %s", path, why);
}

static void add_format(struct trace *t, const char *path, const char *system, const char *text,
		       size_t len)
{
	_cleanup_error_ struct error *err = NULL;
	_cleanup_trace_event_ struct trace_event *ev = trace_event_parse(system, text, len, &err);

	if (!ev) {
		bad_format(t, path, err->msg);
	} else if (t->by_id[ev->id] >= 0) {
		bad_format(t, path, "its id belongs to another event");
	} else if (t->n_events == EVENTS_MAX) {
		bad_format(t, path, "too many events");
	} else {
		t->by_id[ev->id] = (int16_t)t->n_events;
		*ARRAY_APPEND(t->events, t->n_events) = steal_ptr(&ev);
	}
}

static int load_format(struct trace *t, const char *system, const char *name, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/events/%s/%s/format", t->dir, system, name);
	_cleanup_free_ char *text = NULL;
	size_t len;

	if (!path_exists(path)) /* "enable", "filter" and the like */
		return 0;
	if (file_read(path, &text, &len, err) < 0)
		return -1;
	add_format(t, path, system, text, len);
	return 0;
}

static int load_system(struct trace *t, const char *system, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/events/%s", t->dir, system);
	_cleanup_strv_ char **names = NULL;

	if (!path_is_dir(dir))
		return 0;
	if (dir_list(dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		if (load_format(t, system, names[i], err) < 0)
			return -1;
	}
	return 0;
}

static int load_formats(struct trace *t, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/events", t->dir);
	_cleanup_strv_ char **systems = NULL;

	t->by_id = xmalloc(sizeof(*t->by_id) * (UINT16_MAX + 1));
	for (int i = 0; i <= UINT16_MAX; i++)
		t->by_id[i] = -1;
	if (dir_list(dir, &systems, err) < 0)
		return -1;
	for (size_t i = 0; systems[i]; i++) {
		if (load_system(t, systems[i], err) < 0)
			return -1;
	}
	t->counts = xcalloc(t->n_events + 1, sizeof(*t->counts));
	return 0;
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

static int load_stats(struct trace *t, struct trace_cpu *c, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/cpu%d.stats", t->dir, c->cpu), *text = NULL;

	if (!path_exists(path))
		return 0;
	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	c->overrun = stat_value(text, "overrun") + stat_value(text, "commit overrun");
	c->dropped = stat_value(text, "dropped events");
	return 0;
}

static int compare_cpus(const void *a, const void *b)
{
	const struct trace_cpu *x = a, *y = b;

	return x->cpu - y->cpu;
}

/* "cpu12.raw" → 12, or -1. */
static int cpu_of_name(const char *name)
{
	unsigned int cpu;
	int end = 0;

	if (sscanf(name, "cpu%4u.raw%n", &cpu, &end) != 1 || !end || name[end])
		return -1;
	return cpu < TRACE_CPUS_MAX ? (int)cpu : -1;
}

static int load_cpus(struct trace *t, struct error **err)
{
	_cleanup_strv_ char **names = NULL;

	if (dir_list(t->dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		int cpu = cpu_of_name(names[i]);
		struct trace_cpu *c;

		if (cpu < 0)
			continue;
		c = ARRAY_APPEND(t->cpus, t->n_cpus);
		c->cpu = cpu;
		c->path = xasprintf("%s/%s", t->dir, names[i]);
		if (load_stats(t, c, err) < 0)
			return -1;
	}
	if (t->n_cpus)
		qsort(t->cpus, t->n_cpus, sizeof(*t->cpus), compare_cpus);
	return 0;
}

struct trace *trace_open(const char *dir, struct error **err)
{
	_cleanup_trace_ struct trace *t = xcalloc(1, sizeof(*t));

	t->dir = xstrdup(dir);
	if (load_layout(t, err) < 0 || load_formats(t, err) < 0 || load_cpus(t, err) < 0)
		return NULL;
	for (size_t i = 0; i < t->n_cpus; i++) {
		if (trace_index_cpu(t, &t->cpus[i], err) < 0)
			return NULL;
	}
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
