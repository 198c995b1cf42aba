// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/counters.h"

#include <linux/perf_event.h>
#include <perf/core.h>
#include <perf/cpumap.h>
#include <perf/evsel.h>
#include <perf/threadmap.h>

#include "agent/json.h"

#define CACHE_MISS(cache)                                                 \
	(PERF_COUNT_HW_CACHE_##cache | PERF_COUNT_HW_CACHE_OP_READ << 8 | \
	 PERF_COUNT_HW_CACHE_RESULT_MISS << 16)

struct counter_row {
	const char *name;
	uint32_t type;
	uint64_t config;
};

/* Software ones are always there; the rest only where the machine has a PMU. */
static const struct counter_row rows[] = {
	{ "task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK },
	{ "cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK },
	{ "page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
	{ "minor-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN },
	{ "major-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ },
	{ "context-switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES },
	{ "cpu-migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS },
	{ "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ "instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ "cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
	{ "dTLB-load-misses", PERF_TYPE_HW_CACHE, CACHE_MISS(DTLB) },
	{ "iTLB-load-misses", PERF_TYPE_HW_CACHE, CACHE_MISS(ITLB) },
};

struct counters {
	struct perf_cpu_map *cpus;
	struct perf_thread_map *threads;
	struct perf_evsel *evsels[ARRAY_SIZE(rows)]; /* NULL: not supported */
};

/* libperf's messages are for developers; what matters is in the return values. */
static int quiet(enum libperf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

static struct perf_evsel *open_counter(const struct counter_row *row, struct counters *c)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = row->type,
		.config = row->config,
		.disabled = 1,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	struct perf_evsel *e = perf_evsel__new(&attr);

	if (e && perf_evsel__open(e, c->cpus, c->threads) < 0) {
		perf_evsel__delete(e);
		return NULL;
	}
	return e;
}

struct counters *counters_open(struct error **err)
{
	struct counters *c = xcalloc(1, sizeof(*c));

	libperf_init(quiet);
	c->cpus = perf_cpu_map__new(NULL); /* all that are online */
	c->threads = perf_thread_map__new_dummy();
	if (!c->cpus || !c->threads) {
		error_set(err, EXIT_FAULT, "perf: no map of the CPUs");
		return NULL;
	}
	perf_thread_map__set_pid(c->threads, 0, -1); /* every task */
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		c->evsels[i] = open_counter(&rows[i], c);
	return c;
}

void counters_start(struct counters *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (c->evsels[i])
			perf_evsel__enable(c->evsels[i]);
}

void counters_stop(struct counters *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (c->evsels[i])
			perf_evsel__disable(c->evsels[i]);
}

static void put_counter(struct json *j, const struct counters *c, size_t i)
{
	struct perf_cpu cpu;
	int idx;

	perf_cpu_map__for_each_cpu(cpu, idx, c->cpus)
	{
		struct perf_counts_values v = { 0 };

		if (perf_evsel__read(c->evsels[i], idx, 0, &v) < 0)
			continue;
		json_open(j, NULL, '{');
		json_put_string(j, "name", rows[i].name);
		json_put_u64(j, "cpu", (uint64_t)cpu.cpu);
		json_put_u64(j, "value", v.val);
		json_put_u64(j, "enabled", v.ena);
		json_put_u64(j, "running", v.run);
		json_close(j, '}');
	}
}

int counters_send(const struct counters *c, struct stream *to)
{
	_cleanup_json_ struct json j = { 0 };

	json_open(&j, NULL, '[');
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (c->evsels[i]) {
			put_counter(&j, c, i);
			continue;
		}
		json_open(&j, NULL, '{');
		json_put_string(&j, "name", rows[i].name);
		json_put_bool(&j, "supported", false);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	return stream_file_text(to, "perf.json", j.text.data);
}
