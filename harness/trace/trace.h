/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace: guest/trace of a run directory, a folder laid out like it, or a
 * trace.dat of trace-cmd.  Opening parses the formats and finds the pages; it
 * reads none of them.  What is learnt while reading is kept: which pages have
 * which event types, so that the next reading of one type skips the others,
 * and the pages' time stamps, so that a bound on time skips to it.
 *
 * Memory: 8 bytes a page for each of these two (1/512 of the raw size), the
 * formats, and the windows of the streams.
 */
#ifndef HARNESS_TRACE_H
#define HARNESS_TRACE_H

#include "trace/format.h"
#include "trace/scale.h"
#include "trace/stream.h"

/* Of one CPU. */
struct trace_cpu {
	int cpu;
	struct trace_section section;
	uint64_t n_pages;
	uint64_t *page_types; /* of each page: TRACE_PAGE_KNOWN and a bit for each type, once read */
	uint64_t *page_times; /* of each page, if a bound on time was asked for */
	bool in_order;        /* page_times never go back */
	/* From cpuN.stats at first; trace_survey() adds what the pages say. */
	uint64_t overrun; /* overwritten, from cpuN.stats and the pages' own marks */
	uint64_t dropped; /* not recorded, from cpuN.stats */
	/* By trace_survey(). */
	uint64_t entries;   /* events decoded */
	uint64_t marked;    /* lost, as the pages' own marks say */
	char *damage;       /* "…/cpu1.raw: page 3 at byte 12288: …", or NULL.  What stands
			     * behind the damage in its page is lost, other pages are read */
	uint64_t n_damaged; /* pages */
};

/* A type's bit in page_types; types share bits when there are more of them than bits. */
#define TRACE_PAGE_KNOWN (1ull << 63)
#define TRACE_TYPE_BIT(type) (1ull << ((type) % 63))

struct trace {
	char *path;
	struct trace_machine machine;
	struct ring_layout layout;
	struct trace_scale scale;    /* readers give nanoseconds */
	struct trace_event **events; /* by system and name */
	size_t n_events;
	int16_t *by_id;         /* 65536 of them: index into events, or -1 */
	char *bad_format;       /* the first format that is no good and why, or NULL */
	struct trace_cpu *cpus; /* by CPU number */
	size_t n_cpus;
	bool surveyed;
	/* By trace_survey(). */
	uint64_t *counts;   /* of events[i] in the pages */
	uint64_t n_unknown; /* events whose format is not there or no good */
};

/* No trace at all (no header_page, no trace.dat) is an error, an empty one isn't. */
struct trace *trace_open(const char *path, struct error **err);
void trace_close(struct trace *t);
DEFINE_GUARD(trace, struct trace *, trace_close)
#define _cleanup_trace_ cleanup(trace_guard)

/* Index into events, or -1. */
int trace_find(const struct trace *t, const char *system, const char *name);
/* Reads all pages, if nobody has: counts, losses, damage. */
int trace_survey(struct trace *t, struct error **err);
/* True if no CPU lost anything: what is counted in the trace is all there was. */
bool trace_complete(const struct trace *t);

/* What a reader is to give. */
struct trace_filter {
	int event;               /* index into events, or -1 for all */
	int cpu;                 /* or -1 for all */
	uint64_t from_ns, to_ns; /* both included */
	bool cpu_by_cpu;         /* one CPU's events after the other's, not merged */
	bool survey;             /* do the work of trace_survey() by the way: all is read, once */
};

/*
 * Events of all CPUs in the order of time (of CPUs, for equal times).  Pages are in that order
 * in every CPU's buffer; where their stamps say otherwise a bound on time skips nothing.
 */
struct trace_reader;

struct trace_reader *trace_reader_open(struct trace *t, const struct trace_filter *f,
				       struct error **err);
void trace_reader_close(struct trace_reader *r);

struct trace_record {
	uint64_t ts;
	int cpu;
	int event; /* index into events */
	int32_t pid;
	const uint8_t *data; /* valid until the next call */
	uint32_t len;
	uint64_t lost; /* so many of this CPU are missing before it, as its page says */
};

/* 1: *ret is there; 0: the end; -1: error. */
int trace_reader_next(struct trace_reader *r, struct trace_record *ret, struct error **err);

#endif
