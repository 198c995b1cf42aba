/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that open and walk a trace; others include trace/trace.h. */
#ifndef HARNESS_TRACE_LOAD_H
#define HARNESS_TRACE_LOAD_H

#include "trace/trace.h"

/* From a folder, from a trace.dat: everything that trace_open() promises. */
int trace_load_dir(struct trace *t, struct error **err);
int trace_load_dat(struct trace *t, struct error **err);

/* Makes room for formats; then one event type, `where` saying what the text is for t->bad_format. */
void trace_init_formats(struct trace *t);
void trace_add_format(struct trace *t, const char *where, const char *system, const char *text,
		      size_t len);
/* The section's pages belong to the CPU from here on. */
struct trace_cpu *trace_add_cpu(struct trace *t, int cpu, struct trace_section *section);
/* overrun and dropped, from the text of per_cpu/cpuN/stats. */
void trace_cpu_stats(struct trace_cpu *c, const char *text);

/* What a survey notes about the page that the stream opened last. */
void trace_note_page(struct trace_cpu *c, const struct trace_stream *s);
void trace_note_damage(struct trace_cpu *c, const struct trace_stream *s);
/* A survey has seen all pages of the CPU. */
void trace_note_end(struct trace_cpu *c, const struct trace_stream *s);
/* The pages' time stamps: fills page_times and in_order, unless they are there. */
int trace_index_times(struct trace *t, struct trace_cpu *c, struct error **err);

/* Index of a record's event type, or -1 if its format is unknown or it is too short for one. */
static inline int trace_record_type(const struct trace *t, const struct ring_event *ev)
{
	if (ev->len < 2)
		return -1;
	return t->by_id[get16(ev->data, t->layout.big_endian)];
}

/* The task, 0 where the record is too short. */
static inline int32_t trace_record_pid(const struct trace_event *ev, const struct ring_event *rec)
{
	if (ev->pid_offset + sizeof(int32_t) > rec->len)
		return 0;
	return (int32_t)get32(rec->data + ev->pid_offset, ev->big_endian);
}

#endif
