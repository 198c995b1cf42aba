// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters at intervals.  Reading another CPU's counter interrupts that CPU,
 * so each one has a thread of its own that reads what is there; the counters
 * of tasks are read by one more, which interrupts the CPUs that they run on.
 * Nothing is allocated or sent until it is over.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include "agent/counting.h"
#include "agent/wait.h"
#include "base/str.h"

/* MCL_FUTURE locks whole stacks, so this one is small. */
#define STACK (64 * 1024)
/* Of all readers together: the guest's memory is what is measured. */
#define READINGS_MAX (4u << 20)

enum { WAITING, RUNNING, ENDED };

struct reading {
	uint64_t ns;
	struct perf_counts_values v[]; /* of the reader's counters, in their order */
};

struct reader {
	struct series *series;
	pthread_t thread;
	bool task;
	int cpu, cpu_idx; /* cpu -1: the tasks' */
	size_t n_counters;
	uint8_t *readings;
	size_t n, most;
};

struct series {
	const struct counters *counters;
	unsigned int interval_ms;
	struct reader *readers;
	size_t n;
	atomic_int state;
};

static size_t reading_size(const struct reader *r)
{
	return sizeof(struct reading) + r->n_counters * sizeof(struct perf_counts_values);
}

static struct reading *reading_at(const struct reader *r, size_t i)
{
	return (struct reading *)(r->readings + i * reading_size(r));
}

static void take(struct reader *r)
{
	const struct counters *c = r->series->counters;
	struct reading *to;
	size_t at = 0;

	if (r->n == r->most)
		return;
	to = reading_at(r, r->n);
	to->ns = now_ns();
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].evsel && c->list[i].task == r->task)
			counter_read(&c->list[i], r->cpu_idx, &to->v[at++]);
	r->n++;
}

static void *run(void *arg)
{
	struct reader *r = arg;
	struct series *s = r->series;

	while (atomic_load(&s->state) != ENDED) {
		if (atomic_load(&s->state) == RUNNING)
			take(r);
		sleep_ms(s->interval_ms);
	}
	return NULL;
}

static void add_reader(struct series *s, bool task, int cpu, int cpu_idx)
{
	struct reader r = { .series = s, .task = task, .cpu = cpu, .cpu_idx = cpu_idx };

	for (size_t i = 0; i < s->counters->n; i++)
		r.n_counters += s->counters->list[i].evsel && s->counters->list[i].task == task;
	if (r.n_counters)
		*ARRAY_APPEND(s->readers, s->n) = r;
}

static int start_reader(struct reader *r, unsigned int timeout_s, struct error **err)
{
	uint64_t wanted = timeout_s * 1000ull / r->series->interval_ms + 1;
	size_t room = READINGS_MAX / r->series->n / reading_size(r);
	pthread_attr_t attr;
	cpu_set_t set;
	int e;

	r->most = wanted < room ? (size_t)wanted : room;
	r->readings = xcalloc(r->most, reading_size(r));
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	CPU_ZERO(&set);
	if (r->cpu >= 0) {
		CPU_SET(r->cpu, &set);
		pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	}
	e = pthread_create(&r->thread, &attr, run, r);
	pthread_attr_destroy(&attr);
	return e ? error_errno(err, e, "counters: start a reader") : 0;
}

struct series *series_create(const struct job *job, const struct counters *c, struct error **err)
{
	struct series *s = xcalloc(1, sizeof(*s));
	struct perf_cpu cpu;
	int idx;

	s->counters = c;
	s->interval_ms = job->perf_interval_ms;
	perf_cpu_map__for_each_cpu(cpu, idx, c->cpus) add_reader(s, false, cpu.cpu, idx);
	add_reader(s, true, -1, 0);
	for (size_t i = 0; i < s->n; i++)
		if (start_reader(&s->readers[i], job->timeout_s, err) < 0)
			return NULL;
	return s;
}

void series_begin(struct series *s)
{
	atomic_store(&s->state, RUNNING);
}

void series_end(struct series *s)
{
	atomic_store(&s->state, ENDED);
	for (size_t i = 0; i < s->n; i++)
		pthread_join(s->readers[i].thread, NULL);
}

static void put_reading(struct strbuf *b, const struct reader *r, const struct reading *at)
{
	const struct counters *c = r->series->counters;
	size_t k = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct perf_counts_values *v = &at->v[k];

		if (!c->list[i].evsel || c->list[i].task != r->task)
			continue;
		strbuf_printf(b, "%ju %d %s %ju %ju %ju\n", (uintmax_t)at->ns, r->cpu,
			      c->list[i].name, (uintmax_t)v->val, (uintmax_t)v->ena,
			      (uintmax_t)v->run);
		k++;
	}
}

/* Lines of "ns cpu name value enabled running"; cpu -1 is the workload's tasks. */
int series_send(const struct series *s, struct stream *to)
{
	int r = stream_file_begin(to, "perf.series");

	for (size_t i = 0; i < s->n && r == 0; i++) {
		for (size_t k = 0; k < s->readers[i].n && r == 0; k++) {
			_cleanup_strbuf_ struct strbuf b = { 0 };

			put_reading(&b, &s->readers[i], reading_at(&s->readers[i], k));
			r = stream_file_add(to, b.data, b.len);
		}
	}
	return r == 0 ? stream_file_end(to) : -1;
}
