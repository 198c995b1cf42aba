// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: make_trace FORMATS EVENTS CPUS DIR
 *
 * Writes a run directory with a trace of so many events, and DIR/trace.dat
 * with the same.  FORMATS is laid out like guest/trace of a run (header_page,
 * events/SYSTEM/NAME/format) and has a file "mix" that says how often each
 * event type occurs: "SYSTEM:NAME WEIGHT" lines.  Fields are filled with numbers
 * of a likely size.  Equal arguments give equal files.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "exchange/exchange.h"
#include "trace/trace.h"

#define RECORD_MAX 1024
#define TICK_NS 400 /* between two events of the machine, on average */
#define DELTA_MAX ((1u << 27) - 1)
#define TYPE_TIME_EXTEND 30

struct cpu {
	FILE *file;
	uint8_t *page;
	uint32_t used; /* bytes of events in it */
	uint64_t last; /* time stamp */
};

struct maker {
	const struct trace *formats;
	struct cpu *cpus;
	unsigned int n_cpus;
	uint64_t random, now;
	int *deck; /* indices of event types, each as many times as its weight says */
	size_t n_deck;
};

/* xorshift64* */
static uint64_t next_random(struct maker *m)
{
	m->random ^= m->random >> 12;
	m->random ^= m->random << 25;
	m->random ^= m->random >> 27;
	return m->random * 0x2545f4914f6cdd1dull;
}

/* --- records --------------------------------------------------------------------------- */

static bool is_address(const struct trace_field *f)
{
	static const char *const names[] = { "ptr", "call_site", "callsite", "page", "folio" };

	for (size_t i = 0; f->size == 8 && i < ARRAY_SIZE(names); i++) {
		if (strstr(f->name, names[i]))
			return true;
	}
	return false;
}

static uint64_t likely_value(struct maker *m, const struct trace_field *f)
{
	static const uint32_t flags[] = { 0xcc0, 0xdc0, 0x400d00, 0x1100cca, 0x140cca, 0x52a20 };
	uint64_t r = next_random(m) >> 20;

	if (strstr(f->name, "flags")) /* kernels use few of the combinations that there could be */
		return flags[r % ARRAY_SIZE(flags)] & (f->size < 4 ? 0xff : UINT32_MAX);
	if (is_address(f))
		return 0xffff888000000000ull + (r % (1u << 26)) * 64;
	if (f->size == 8)
		return r % (1u << 20);
	return r % (f->size == 4 ? 1u << 12 : 4);
}

/* A dynamic field's data goes to the end of the record. */
static uint32_t fill_string(struct maker *m, const struct trace_field *f, uint8_t *rec,
			    uint32_t len)
{
	static const char *const tasks[] = { "swapper/0", "kswapd0", "kworker/u4:2", "stress-ng",
					     "fio" };
	const char *name = tasks[(next_random(m) >> 20) % ARRAY_SIZE(tasks)];
	uint32_t size = strlen(name) + 1, loc = size << 16 | len;

	if (!f->dynamic) {
		memcpy(rec + f->offset, name, size < f->size ? size : f->size);
		return len;
	}
	memcpy(rec + f->offset, &loc, sizeof(loc));
	memcpy(rec + len, name, size);
	return (len + size + 3) & ~3u;
}

static uint32_t fixed_size(const struct trace_event *ev)
{
	uint32_t size = 8;

	for (size_t i = 0; i < ev->n_fields; i++) {
		if ((uint32_t)ev->fields[i].offset + ev->fields[i].size > size)
			size = ev->fields[i].offset + ev->fields[i].size;
	}
	return (size + 3) & ~3u;
}

/* Bytes of it, a multiple of 4. */
static uint32_t make_record(struct maker *m, const struct trace_event *ev, uint8_t *rec)
{
	int32_t pid = (int32_t)((next_random(m) >> 20) % 3000);
	uint32_t len = fixed_size(ev);

	memset(rec, 0, RECORD_MAX);
	memcpy(rec, &ev->id, sizeof(ev->id));
	memcpy(rec + ev->pid_offset, &pid, sizeof(pid));
	for (size_t i = 0; i < ev->n_fields; i++) {
		const struct trace_field *f = &ev->fields[i];

		if (f->kind == FIELD_STRING) {
			len = fill_string(m, f, rec, len);
		} else if (f->kind == FIELD_INT) {
			uint64_t v = likely_value(m, f);

			memcpy(rec + f->offset, &v, f->size);
		}
	}
	return len;
}

/* --- the mix -------------------------------------------------------------------------------- */

static int read_mix(struct maker *m, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/mix", m->formats->path);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	char system[64], name[64];
	unsigned int weight;

	if (!f)
		return error_errno(err, errno, "%s", path);
	while (fscanf(f, " %63[^:]:%63s %u", system, name, &weight) == 3) {
		int event = trace_find(m->formats, system, name);

		if (event < 0)
			return error_set(err, EXIT_INPUT, "%s: no format of %s:%s", path, system,
					 name);
		while (weight--)
			*ARRAY_APPEND(m->deck, m->n_deck) = event;
	}
	return m->n_deck ? 0 : error_set(err, EXIT_INPUT, "%s: empty", path);
}

/* --- pages ------------------------------------------------------------------------------- */

static void put32(const struct maker *m, struct cpu *c, uint32_t v)
{
	memcpy(c->page + m->formats->layout.data_offset + c->used, &v, sizeof(v));
	c->used += sizeof(v);
}

static int end_page(const struct maker *m, struct cpu *c)
{
	uint64_t commit = c->used;

	if (!c->used)
		return 0;
	memcpy(c->page + 8, &commit, sizeof(commit));
	c->used = 0;
	return fwrite(c->page, m->formats->layout.page_size, 1, c->file) == 1 ? 0 : -1;
}

static void begin_page(const struct maker *m, struct cpu *c)
{
	memset(c->page, 0, m->formats->layout.page_size);
	memcpy(c->page, &m->now, sizeof(m->now));
	c->last = m->now;
}

static void put_event(const struct maker *m, struct cpu *c, const uint8_t *rec, uint32_t len)
{
	uint64_t delta = m->now - c->last;
	bool is_long = len > 28 * 4;

	if (delta > DELTA_MAX) {
		put32(m, c, TYPE_TIME_EXTEND | (uint32_t)(delta & DELTA_MAX) << 5);
		put32(m, c, (uint32_t)(delta >> 27));
		delta = 0;
	}
	put32(m, c, (is_long ? 0 : len / 4) | (uint32_t)delta << 5);
	if (is_long)
		put32(m, c, len + 4);
	memcpy(c->page + m->formats->layout.data_offset + c->used, rec, len);
	c->used += len;
	c->last = m->now;
}

static int add_event(struct maker *m)
{
	const struct trace_event *ev =
		m->formats->events[m->deck[(next_random(m) >> 20) % m->n_deck]];
	struct cpu *c = &m->cpus[(next_random(m) >> 20) % m->n_cpus];
	uint32_t room = m->formats->layout.page_size - m->formats->layout.data_offset;
	uint8_t rec[RECORD_MAX];
	uint32_t len = make_record(m, ev, rec);

	m->now += 1 + (next_random(m) >> 20) % (2 * TICK_NS);
	if (c->used + len + 16 > room && end_page(m, c) < 0)
		return -1;
	if (!c->used)
		begin_page(m, c);
	put_event(m, c, rec, len);
	return 0;
}

/* --- the run ------------------------------------------------------------------------------ */

static int open_cpus(struct maker *m, const char *trace_dir, struct error **err)
{
	m->cpus = xcalloc(m->n_cpus, sizeof(*m->cpus));
	for (unsigned int i = 0; i < m->n_cpus; i++) {
		_cleanup_free_ char *path = xasprintf("%s/cpu%u.raw", trace_dir, i);

		m->cpus[i].page = xcalloc(1, m->formats->layout.page_size);
		m->cpus[i].file = fopen(path, "we");
		if (!m->cpus[i].file)
			return error_errno(err, errno, "create %s", path);
	}
	return 0;
}

static int close_cpus(struct maker *m)
{
	int r = 0;

	for (unsigned int i = 0; m->cpus && i < m->n_cpus; i++) {
		if (m->cpus[i].file && (end_page(m, &m->cpus[i]) < 0 || fclose(m->cpus[i].file)))
			r = -1;
		free(m->cpus[i].page);
	}
	free(m->cpus);
	free(m->deck);
	return r;
}

static int copy_formats(const struct trace *formats, const char *trace_dir, struct error **err)
{
	_cleanup_free_ char *script = xasprintf("cp -r '%s'/* '%s'/", formats->path, trace_dir);

	return system(script) == 0 ? 0 : error_set(err, EXIT_HOST, "copying %s", formats->path);
}

static int make(struct maker *m, uint64_t events, const char *dir, struct error **err)
{
	_cleanup_free_ char *trace_dir = xasprintf("%s/guest/trace", dir);
	_cleanup_free_ char *dat = xasprintf("%s/trace.dat", dir);
	int r;

	if (read_mix(m, err) < 0 || dir_make(trace_dir, err) < 0 ||
	    copy_formats(m->formats, trace_dir, err) < 0)
		return -1;
	r = open_cpus(m, trace_dir, err);
	for (uint64_t i = 0; r == 0 && i < events; i++)
		r = add_event(m);
	if (close_cpus(m) < 0 || r < 0)
		return error_set(err, EXIT_HOST, "%s: can't be written", trace_dir);
	return export_dat(dir, dat, err);
}

int main(int argc, char **argv)
{
	_cleanup_error_ struct error *err = NULL;
	_cleanup_trace_ struct trace *formats = argc == 5 ? trace_open(argv[1], &err) : NULL;
	struct maker m = { .formats = formats, .random = 0x9e3779b97f4a7c15ull, .now = 1000000000 };

	if (argc == 5 && formats) {
		m.n_cpus = strtoul(argv[3], NULL, 10);
		if (m.n_cpus && m.n_cpus < TRACE_CPUS_MAX &&
		    make(&m, strtoull(argv[2], NULL, 10), argv[4], &err) == 0)
			return 0;
	}
	fprintf(stderr, "make_trace: %s\n", err ? err->msg : "usage: FORMATS EVENTS CPUS DIR");
	return 1;
}
