// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/counters.h"

#include <linux/perf_event.h>
#include <perf/core.h>
#include <perf/evlist.h>
#include <perf/threadmap.h>
#include <string.h>

#include "agent/counting.h"
#include "agent/json.h"
#include "agent/log.h"
#include "wire/perf.h"

/* libperf's messages are for developers; what matters is in the return values. */
static int quiet(enum libperf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

/*
 * Of a task: the agent's main thread, which the workload's first process
 * inherits from and its children from that.  Only who executes a program
 * counts: the agent never does.
 */
static struct perf_evsel *make_evsel(const char *name, bool task, bool inherit)
{
	struct perf_what what = { 0 };
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.disabled = 1,
		.inherit = task && inherit,
		.enable_on_exec = task && inherit,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};

	perf_lookup(name, &what); /* the host did */
	attr.type = what.type;
	attr.config = what.config;
	return perf_evsel__new(&attr);
}

static struct perf_cpu_map *cpus_of(const struct counters *c, bool task)
{
	return task ? c->any : c->cpus;
}

static struct perf_thread_map *threads_of(const struct counters *c, bool task)
{
	return task ? c->self : c->all;
}

static struct perf_evsel *open_alone(const struct counters *c, const char *name, bool task,
				     bool inherit)
{
	struct perf_evsel *e = make_evsel(name, task, inherit);

	if (e && perf_evsel__open(e, cpus_of(c, task), threads_of(c, task)) < 0) {
		perf_evsel__delete(e);
		return NULL;
	}
	return e;
}

static bool is_supported(const struct counters *c, const char *name, bool task)
{
	struct perf_evsel *e = open_alone(c, name, task, true);

	if (!e)
		return false;
	perf_evsel__close(e);
	perf_evsel__delete(e);
	return true;
}

/* On the hardware together or not at all; a group that it has no room for is opened one by one. */
static void open_group(struct counters *c, size_t first, bool task)
{
	struct perf_evlist *list = perf_evlist__new();
	size_t members = 0;

	for (size_t i = first; i < c->n; i++) {
		if (!is_supported(c, c->list[i].name, task))
			continue;
		c->list[i].evsel = make_evsel(c->list[i].name, task, true);
		perf_evlist__add(list, c->list[i].evsel);
		members++;
	}
	perf_evlist__set_maps(list, cpus_of(c, task), threads_of(c, task));
	perf_evlist__set_leader(list);
	if (members == 0 || perf_evlist__open(list) == 0)
		return; /* the list lives as long as the agent */
	log_line("counters %s: no group on this machine", c->list[first].group);
	for (size_t i = first; i < c->n; i++)
		if (c->list[i].evsel)
			c->list[i].evsel = open_alone(c, c->list[i].name, task, true);
}

static void add_group(struct counters *c, const char *group, bool task)
{
	_cleanup_free_ char *copy = xstrdup(group);
	char *rest = copy, *name;
	size_t first = c->n;

	while ((name = strsep(&rest, ","))) {
		struct counter *new = ARRAY_APPEND(c->list, c->n);

		*new = (struct counter){ xstrdup(name), group, task, NULL };
	}
	open_group(c, first, task);
}

static int make_maps(struct counters *c, struct error **err)
{
	libperf_init(quiet);
	c->cpus = perf_cpu_map__new(NULL); /* all that are online */
	c->any = perf_cpu_map__dummy_new();
	c->all = perf_thread_map__new_dummy();
	c->self = perf_thread_map__new_dummy();
	if (!c->cpus || !c->any || !c->all || !c->self)
		return error_set(err, EXIT_FAULT, "perf: no map of the CPUs");
	perf_thread_map__set_pid(c->all, 0, -1);
	perf_thread_map__set_pid(c->self, 0, 0);
	return 0;
}

/* They stay open, so that nothing is rewritten back, and would not even see the workload. */
int counters_rehearse(const struct job *job, struct error **err)
{
	struct counters c = { 0 };

	if (make_maps(&c, err) < 0)
		return -1;
	for (char *const *g = job->perf_groups; g && *g; g++) {
		_cleanup_free_ char *copy = xstrdup(*g);
		char *rest = copy, *name;

		while ((name = strsep(&rest, ","))) {
			if (job->perf_system)
				open_alone(&c, name, false, false);
			if (job->perf_task)
				open_alone(&c, name, true, false);
		}
	}
	return 0;
}

struct counters *counters_open(const struct job *job, struct error **err)
{
	struct counters *c = xcalloc(1, sizeof(*c));

	if (make_maps(c, err) < 0)
		return NULL;
	for (char *const *g = job->perf_groups; g && *g; g++) {
		if (job->perf_system)
			add_group(c, *g, false);
		if (job->perf_task)
			add_group(c, *g, true);
	}
	if (job->perf_interval_ms && c->n) {
		c->series = series_create(job, c, err);
		return c->series ? c : NULL;
	}
	return c;
}

/* A task's begin when it executes its program. */
void counters_start(struct counters *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].evsel && !c->list[i].task)
			perf_evsel__enable(c->list[i].evsel);
	if (c->series)
		series_begin(c->series);
}

void counters_stop(struct counters *c)
{
	if (c->series)
		series_end(c->series);
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].evsel)
			perf_evsel__disable(c->list[i].evsel);
}

bool counter_read(const struct counter *c, int cpu_idx, struct perf_counts_values *ret)
{
	*ret = (struct perf_counts_values){ 0 };
	return c->evsel && perf_evsel__read(c->evsel, cpu_idx, 0, ret) == 0;
}

static void open_entry(struct json *j, const struct counter *c)
{
	json_open(j, NULL, '{');
	json_put_string(j, "name", c->name);
	json_put_string(j, "group", c->group);
	json_put_bool(j, "task", c->task);
}

static void put_value(struct json *j, const struct counter *c, int cpu, int cpu_idx)
{
	struct perf_counts_values v;

	open_entry(j, c);
	if (!c->task)
		json_put_i64(j, "cpu", cpu);
	if (counter_read(c, cpu_idx, &v)) {
		json_put_u64(j, "value", v.val);
		json_put_u64(j, "enabled", v.ena);
		json_put_u64(j, "running", v.run);
	}
	json_close(j, '}');
}

static void put_counter(struct json *j, const struct counters *c, const struct counter *counter)
{
	struct perf_cpu cpu;
	int idx;

	if (!counter->evsel) {
		open_entry(j, counter);
		json_put_bool(j, "supported", false);
		json_close(j, '}');
		return;
	}
	perf_cpu_map__for_each_cpu(cpu, idx, cpus_of(c, counter->task))
		put_value(j, counter, cpu.cpu, idx);
}

int counters_send(const struct counters *c, struct stream *to)
{
	_cleanup_json_ struct json j = { 0 };

	json_open(&j, NULL, '[');
	for (size_t i = 0; i < c->n; i++)
		put_counter(&j, c, &c->list[i]);
	json_close(&j, ']');
	if (stream_file_text(to, "perf.json", j.text.data) < 0)
		return -1;
	return c->series ? series_send(c->series, to) : 0;
}
