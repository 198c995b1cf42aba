/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace of one run: guest/trace of its directory, or a folder laid out
 * like it.  Opening parses the formats and walks the pages once, which gives
 * the number of events of each type, what was lost, and an index that says
 * which pages have which types: reading one type then skips the other pages.
 *
 * Memory: the index (8 bytes a page, 1/512 of the raw size), the formats, and
 * the windows of the streams.
 */
#ifndef HARNESS_TRACE_H
#define HARNESS_TRACE_H

#include "trace/format.h"
#include "trace/stream.h"

#define TRACE_CPUS_MAX 1024

/* Of one CPU. */
struct trace_cpu {
	int cpu;
	char *path;           /* cpuN.raw */
	uint64_t entries;     /* events decoded */
	uint64_t overrun;     /* overwritten, from cpuN.stats and the pages' own marks */
	uint64_t dropped;     /* not recorded, from cpuN.stats */
	uint64_t bytes;       /* of raw pages */
	uint64_t *page_types; /* of each page: bit (index of the event type % 64) */
	uint64_t n_pages;
	char *damage;       /* "…/cpu1.raw: page 3 at byte 12288: …", or NULL.  What stands
				 * behind the damage in its page is lost, other pages are read */
	uint64_t n_damaged; /* pages */
};

struct trace {
	char *dir;
	struct ring_layout layout;
	struct trace_event **events; /* by system and name */
	size_t n_events;
	uint64_t *counts;       /* of events[i] in the pages */
	int16_t *by_id;         /* 65536 of them: index into events, or -1 */
	uint64_t n_unknown;     /* events whose format is not there or no good */
	char *bad_format;       /* the first format that is no good and why, or NULL */
	struct trace_cpu *cpus; /* by CPU number */
	size_t n_cpus;
};

/* No trace at all (no header_page) is an error, an empty one isn't. */
struct trace *trace_open(const char *dir, struct error **err);
void trace_close(struct trace *t);
DEFINE_GUARD(trace, struct trace *, trace_close)
#define _cleanup_trace_ cleanup(trace_guard)

/* Index into events, or -1. */
int trace_find(const struct trace *t, const char *system, const char *name);
/* True if no CPU lost anything: what is counted in the trace is all there was. */
bool trace_complete(const struct trace *t);

/* What a reader is to give. */
struct trace_filter {
	int event;               /* index into events, or -1 for all */
	int cpu;                 /* or -1 for all */
	uint64_t from_ns, to_ns; /* both included */
};

/* Events of all CPUs in the order of time (of CPUs, for equal times). */
struct trace_reader;

struct trace_reader *trace_reader_open(const struct trace *t, const struct trace_filter *f,
				       struct error **err);
void trace_reader_close(struct trace_reader *r);

struct trace_record {
	uint64_t ts;
	int cpu;
	int event; /* index into events */
	int32_t pid;
	const uint8_t *data; /* valid until the next call */
	uint32_t len;
};

/* 1: *ret is there; 0: the end; -1: error. */
int trace_reader_next(struct trace_reader *r, struct trace_record *ret, struct error **err);

#endif
