/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that read a trace.dat. */
#ifndef HARNESS_TRACE_DAT_INTERNAL_H
#define HARNESS_TRACE_DAT_INTERNAL_H

#include "trace/dat.h"

/* Where in the file, or in an inflated section of it, the reader stands. */
struct dat_cursor {
	const struct dat *dat;
	const uint8_t *data;
	size_t len, pos;
	uint64_t base;    /* of data[0] in the file */
	const char *what; /* is being read, for errors: "the event formats" */
	struct error **err;
};

struct dat_cursor dat_cursor(const struct dat *d, uint64_t at, const char *what,
			     struct error **err);
/* `n` bytes, or NULL with an error: the file ends before them. */
const uint8_t *dat_take(struct dat_cursor *c, uint64_t n);
/* Numbers; false with an error. */
bool dat_u16(struct dat_cursor *c, uint16_t *ret);
bool dat_u32(struct dat_cursor *c, uint32_t *ret);
bool dat_u64(struct dat_cursor *c, uint64_t *ret);
/* A NUL-terminated string within the data; NULL with an error. */
const char *dat_string(struct dat_cursor *c);
/* A size of 4 or 8 bytes and as much text, copied. */
bool dat_sized(struct dat_cursor *c, int size_bytes, struct dat_text *ret);
/* An EXIT_FAULT error with file and offset.  Returns false. */
bool dat_bad(struct dat_cursor *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Parts that both versions have. */
bool dat_read_headers(struct dat *d, struct dat_cursor *c);
bool dat_read_ftrace_formats(struct dat *d, struct dat_cursor *c);
bool dat_read_formats(struct dat *d, struct dat_cursor *c);
/* One option whose meaning is the same in both. */
void dat_read_option(struct dat *d, uint16_t id, const uint8_t *data, size_t len);
/* A CPU's pages, cut to what the file has. */
void dat_add_cpu(struct dat *d, int cpu, uint64_t offset, uint64_t size);
/* The first note is kept. */
void dat_note_damage(const struct dat *d, struct dat_cpu *cpu, uint64_t at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

enum dat_option {
	DAT_DONE = 0,
	DAT_DATE = 1,
	DAT_CPUSTAT = 2,
	DAT_BUFFER = 3,
	DAT_TRACECLOCK = 4,
	DAT_UNAME = 5,
	DAT_OFFSET = 7,
	DAT_CPUCOUNT = 8,
	DAT_VERSION = 9,
	DAT_TSC2NSEC = 14,
	DAT_HEADER_INFO = 16,
	DAT_FTRACE_EVENTS = 17,
	DAT_EVENT_FORMATS = 18,
	DAT_KALLSYMS = 19,
	DAT_PRINTK = 20,
	DAT_CMDLINES = 21,
};

/* What follows the first lines: dat_v6.c, dat_v7.c.  `c` stands behind the page size. */
bool dat_read_v6(struct dat *d, struct dat_cursor *c);
bool dat_read_v7(struct dat *d, struct dat_cursor *c);

#endif
