// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/sampler.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/regions.h"
#include "agent/wait.h"
#include "base/str.h"

/* MCL_FUTURE locks whole stacks, so this one is small. */
#define STACK (64 * 1024)
#define TEXT_MAX (128 * 1024) /* of one reading */
#define KPAGEFLAGS "/proc/kpageflags"

struct source {
	char *name;
	char **lines; /* globs of first words; none: all of the file */
	struct regions *regions;
	size_t last, last_len; /* where in the buffer its last text is */
	bool any;
};

struct sampler {
	unsigned int every_ms;
	struct source *sources;
	size_t n;
	char *buffer, *text;
	size_t len, room;
	uint64_t missed; /* readings that didn't fit */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum { WAITING, RUNNING, ENDED } state;
};

/* --- readings ------------------------------------------------------------------------ */

static bool wanted(char *const *globs, const char *line, size_t len)
{
	char word[64];
	size_t n = 0;

	while (n < len && line[n] != ' ' && line[n] != ':')
		n++;
	if (n >= sizeof(word))
		return false;
	memcpy(word, line, n);
	word[n] = '\0';
	for (; *globs; globs++) {
		if (fnmatch(*globs, word, 0) == 0)
			return true;
	}
	return false;
}

/* In place: the lines that are asked for. */
static size_t keep_lines(char *const *globs, char *text, size_t len)
{
	size_t kept = 0;

	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text) + 1 - at : len - at;

		if (wanted(globs, text + at, n)) {
			memmove(text + kept, text + at, n);
			kept += n;
		}
		at += n;
	}
	return kept;
}

/* A file that is longer, or can't be read, gives nothing. */
static size_t read_source(struct source *s, char *text)
{
	size_t len = 0;
	ssize_t n;
	int fd;

	if (s->regions)
		return regions_read(s->regions, text, TEXT_MAX);
	fd = open(s->name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	while (len < TEXT_MAX && (n = read(fd, text + len, TEXT_MAX - len)) > 0)
		len += (size_t)n;
	close(fd);
	if (len == TEXT_MAX)
		return 0;
	return s->lines && *s->lines ? keep_lines(s->lines, text, len) : len;
}

static bool same_again(const struct sampler *s, const struct source *from, size_t len)
{
	return from->any && from->last_len == len &&
	       memcmp(s->buffer + from->last, s->text, len) == 0;
}

static void keep(struct sampler *s, struct source *from, uint64_t ns, uint64_t took, size_t len)
{
	char head[256], length[24] = "=";
	bool same = same_again(s, from, len);
	size_t n;

	if (!same)
		snprintf(length, sizeof(length), "%zu", len);
	n = (size_t)snprintf(head, sizeof(head), "@ %" PRIu64 " %" PRIu64 " %s %s\n", ns, took,
			     length, from->name);
	if (n >= sizeof(head) || n + (same ? 0 : len) > s->room - s->len) {
		s->missed++;
		return;
	}
	memcpy(s->buffer + s->len, head, n);
	s->len += n;
	if (same)
		return;
	memcpy(s->buffer + s->len, s->text, len);
	from->any = true;
	from->last = s->len;
	from->last_len = len;
	s->len += len;
}

static void take_all(struct sampler *s)
{
	uint64_t begin = now_ns(), before = begin;

	for (size_t i = 0; i < s->n; i++) {
		size_t len = read_source(&s->sources[i], s->text);
		uint64_t after = now_ns();

		keep(s, &s->sources[i], begin, after - before, len);
		before = now_ns();
	}
}

/* --- the thread ------------------------------------------------------------------------ */

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){ (time_t)(ns / 1000000000), (long)(ns % 1000000000) };
}

/*
 * Times are counted from the beginning on: a reading that was late doesn't put
 * off those that follow, and of those that it swallowed whole none is made up for.
 */
static void *run(void *arg)
{
	struct sampler *s = arg;
	const uint64_t step = s->every_ms * 1000000ull;
	uint64_t next;

	pthread_mutex_lock(&s->lock);
	while (s->state == WAITING)
		pthread_cond_wait(&s->changed, &s->lock);
	next = now_ns() + step;
	while (s->state == RUNNING) {
		struct timespec t = to_timespec(next);

		if (now_ns() < next) {
			pthread_cond_timedwait(&s->changed, &s->lock, &t);
			continue;
		}
		pthread_mutex_unlock(&s->lock);
		take_all(s);
		pthread_mutex_lock(&s->lock);
		while (next <= now_ns())
			next += step;
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void enter(struct sampler *s, int state)
{
	pthread_mutex_lock(&s->lock);
	s->state = state;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void sampler_begin(struct sampler *s)
{
	if (!s)
		return;
	take_all(s);
	enter(s, RUNNING);
}

void sampler_end(struct sampler *s)
{
	if (!s)
		return;
	enter(s, ENDED);
	pthread_join(s->thread, NULL);
}

/* --- setting up ------------------------------------------------------------------------ */

/* "PATH GLOB GLOB…" */
static void add_file(struct sampler *s, const char *text)
{
	struct source *to = ARRAY_APPEND(s->sources, s->n);
	char *rest = xstrdup(text), *word;

	to->name = strsep(&rest, " ");
	while ((word = strsep(&rest, " ")))
		strv_add(&to->lines, word);
}

static int add_regions(struct sampler *s, unsigned int mb, struct error **err)
{
	struct source *to;
	struct regions *r;

	if (!mb)
		return 0;
	r = regions_open(KPAGEFLAGS, mb, err);
	if (!r)
		return error_wrap(err, "sample");
	to = ARRAY_APPEND(s->sources, s->n);
	*to = (struct source){ .name = xstrdup(KPAGEFLAGS), .regions = r };
	return 0;
}

static int start(struct sampler *s, struct error **err)
{
	pthread_condattr_t clock;
	pthread_attr_t attr;
	int e;

	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &clock);
	pthread_mutex_init(&s->lock, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	e = pthread_create(&s->thread, &attr, run, s);
	pthread_attr_destroy(&attr);
	return e ? error_errno(err, e, "sample: start a thread") : 0;
}

int sampler_create(const struct job *job, struct sampler **ret, struct error **err)
{
	struct sampler *s;

	*ret = NULL;
	if (!job->sample_every_ms)
		return 0;
	s = xcalloc(1, sizeof(*s));
	s->every_ms = job->sample_every_ms;
	s->room = (size_t)job->sample_buffer_kb * 1024;
	s->buffer = xmalloc(s->room);
	s->text = xmalloc(TEXT_MAX);
	if (add_regions(s, job->sample_region_mb, err) < 0)
		return -1;
	for (char **file = job->sample_files; file && *file; file++)
		add_file(s, *file);
	*ret = s;
	return start(s, err);
}

int sampler_send(const struct sampler *s, struct stream *to)
{
	_cleanup_free_ char *end = NULL;

	if (!s)
		return 0;
	end = xasprintf("@ end %" PRIu64 "\n", s->missed);
	if (stream_file_begin(to, "samples") < 0 || stream_file_add(to, s->buffer, s->len) < 0 ||
	    stream_file_add(to, end, strlen(end)) < 0)
		return -1;
	return stream_file_end(to);
}
