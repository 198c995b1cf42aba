// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/drain.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <tracefs.h>

#include "agent/log.h"
#include "agent/wait.h"
#include "base/file.h"

/* MCL_FUTURE locks whole stacks, so this one is small. */
#define STACK (64 * 1024)

struct source {
	uint32_t number;
	int stats; /* per_cpu/cpuN/stats, which tells the level */
	struct tracefs_cpu *cpu;
};

struct drain {
	struct stream *to;
	unsigned int interval_ms;
	uint64_t threshold; /* bytes in a CPU's buffer; 0: don't even look */
	uint64_t capacity;
	struct source *sources;
	size_t n;
	uint64_t streamed;
	pthread_t thread;
	bool streaming; /* there is a thread */
	bool failed;    /* the stream took no more: the rest is lost, and isn't sent */
	atomic_int state;
	uint8_t frame[WIRE_PAYLOAD_MAX];
};

enum { WAITING, RUNNING, ENDED };

/* Of a "bytes: 1234" line; what was read already isn't in it. */
static uint64_t level(const struct source *s)
{
	char text[512];
	ssize_t n = pread(s->stats, text, sizeof(text) - 1, 0);
	const char *bytes;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	bytes = strstr(text, "\nbytes:");
	return bytes ? strtoull(bytes + strlen("\nbytes:"), NULL, 10) : 0;
}

static int send(struct drain *d, const struct source *s, size_t len)
{
	for (int i = 0; i < WIRE_PAGES_HEAD; i++)
		d->frame[i] = (uint8_t)(s->number >> 8 * i);
	return stream_frame(d->to, WIRE_PAGES, d->frame, WIRE_PAGES_HEAD + len);
}

/*
 * Up to `most` bytes, in frames of whole pages.  The last page of a buffer in
 * use may be a part of one: the kernel then goes on behind it the next time.
 * Returns what was sent, or -1 with errno.
 */
static int64_t take(struct drain *d, const struct source *s, uint64_t most)
{
	size_t page = (size_t)tracefs_cpu_read_size(s->cpu), have = 0;
	uint8_t *to = d->frame + WIRE_PAGES_HEAD;
	uint64_t sent = 0;
	int n = 0;

	while (sent + have < most && (n = tracefs_cpu_read(s->cpu, to + have, true)) > 0) {
		have += (size_t)n;
		if (have + page <= WIRE_DATA_MAX)
			continue;
		if (send(d, s, have) < 0)
			return -1;
		sent += have;
		have = 0;
	}
	if (n < 0 && errno != EAGAIN)
		return -1;
	if (have && send(d, s, have) < 0)
		return -1;
	return (int64_t)(sent + have);
}

static void look(struct drain *d)
{
	for (size_t i = 0; i < d->n && !d->failed; i++) {
		int64_t sent;

		if (d->threshold && level(&d->sources[i]) < d->threshold)
			continue;
		/* No more than there was: a fast writer must not keep the other CPUs waiting. */
		sent = take(d, &d->sources[i], d->capacity);
		if (sent < 0)
			d->failed = true;
		else
			d->streamed += (uint64_t)sent;
	}
}

static void *stream(void *arg)
{
	struct drain *d = arg;

	while (atomic_load(&d->state) != ENDED) {
		if (atomic_load(&d->state) == RUNNING && !d->failed)
			look(d);
		sleep_ms(d->interval_ms);
	}
	return NULL;
}

static int start_thread(struct drain *d, struct error **err)
{
	struct sched_param priority = { .sched_priority = 1 };
	pthread_attr_t attr;
	int r;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	r = pthread_create(&d->thread, &attr, stream, d);
	pthread_attr_destroy(&attr);
	if (r)
		return error_errno(err, r, "tracing: start the streaming thread");
	d->streaming = true;
	/* Where the workload has a thread on every CPU, a buffer would run over meanwhile. */
	if (pthread_setschedparam(d->thread, SCHED_RR, &priority))
		log_line("streaming has no real-time priority");
	return 0;
}

struct drain *drain_create(const struct job *job, struct stream *to, struct error **err)
{
	struct drain *d = xcalloc(1, sizeof(*d));

	d->to = to;
	d->interval_ms = job->stream_ms;
	d->capacity = job->trace_buffer_kb * 1024ull;
	d->threshold = d->capacity * job->stream_percent / 100;
	if (job->stream_trace && start_thread(d, err) < 0)
		return NULL;
	return d;
}

static int open_source(struct drain *d, uint32_t number, struct error **err)
{
	_cleanup_free_ char *stats = xasprintf("per_cpu/cpu%u/stats", number);
	char *path = tracefs_instance_get_file(NULL, stats);
	struct source *s = ARRAY_APPEND(d->sources, d->n);

	s->number = number;
	s->stats = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	tracefs_put_tracing_file(path);
	s->cpu = tracefs_cpu_open(NULL, (int)number, true);
	if (s->stats < 0 || !s->cpu)
		return error_errno(err, errno, "tracing: open the buffer of CPU %u", number);
	return 0;
}

int drain_open(struct drain *d, struct error **err)
{
	char *dir = tracefs_instance_get_file(NULL, "per_cpu");
	_cleanup_strv_ char **names = NULL;
	unsigned int number;
	int r = dir_list(dir, &names, err);

	tracefs_put_tracing_file(dir);
	for (size_t i = 0; r == 0 && names[i]; i++)
		if (sscanf(names[i], "cpu%u", &number) == 1)
			r = open_source(d, number, err);
	return r;
}

void drain_begin(struct drain *d)
{
	atomic_store(&d->state, RUNNING);
}

void drain_end(struct drain *d)
{
	atomic_store(&d->state, ENDED);
	if (d->streaming)
		pthread_join(d->thread, NULL);
	d->streaming = false;
}

int drain_rest(struct drain *d, struct error **err)
{
	if (d->failed)
		return error_set(err, EXIT_FAULT, "send the trace: the host took no more of it");
	for (size_t i = 0; i < d->n; i++) {
		/* An empty frame first: a CPU without events has its file, too. */
		if (send(d, &d->sources[i], 0) < 0 || take(d, &d->sources[i], UINT64_MAX) < 0)
			return error_errno(err, errno, "send the trace of CPU %u",
					   d->sources[i].number);
	}
	return 0;
}

uint64_t drain_streamed(const struct drain *d)
{
	return d->streamed;
}
