/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.dat, the file of trace-cmd(1), versions 6 and 7: trace-cmd.dat.v6(5)
 * and trace-cmd.dat.v7(5) describe them.  Of a file with several trace
 * instances the top one is read.
 *
 * The file is somebody else's: numbers in it are checked against what is
 * there.  Where the pages of a CPU are cut off, what is there is kept and
 * `damage` says what is missing; a header that can't be read is an error
 * with the place.
 */
#ifndef HARNESS_TRACE_DAT_H
#define HARNESS_TRACE_DAT_H

#include "trace/endian.h"
#include "trace/scale.h"
#include "trace/section.h"

struct dat_text {
	char *data; /* NUL-terminated; NULL if the file hasn't it */
	size_t len;
};

struct dat_format {
	char *system; /* "ftrace" for the function tracer's own */
	struct dat_text text;
};

struct dat_cpu {
	int cpu;
	struct trace_section section;
	char *damage; /* why it hasn't all of its pages, with file and offset; or NULL */
};

struct dat {
	char *path;
	int version;                  /* 6 or 7 */
	struct trace_machine machine; /* long_size is that of its programs */
	uint32_t page_size;
	enum trace_codec codec;
	struct dat_text header_page, header_event;
	struct dat_format *formats;
	size_t n_formats;
	struct dat_text kallsyms, printk, cmdlines;
	char *uname, *clock; /* clock: as in tracefs, "[local] global …", or one name */
	char **cpustats;     /* texts of per_cpu/cpuN/stats, "CPU: N\n…"; a list or NULL */
	struct dat_cpu *cpus;
	size_t n_cpus;
	bool other_instances;     /* there are some, which aren't read */
	struct trace_scale scale; /* of its stamps */

	/* While it is read. */
	uint32_t inflated; /* bytes of the sections of version 7 */
	const uint8_t *map;
	size_t size;
};

bool dat_is_one(const char *path);
struct dat *dat_open(const char *path, struct error **err);
/* The same for bytes in memory, which outlive it; `path` is what errors call them. */
struct dat *dat_parse(const char *path, const void *data, size_t len, struct error **err);
void dat_close(struct dat *d);
DEFINE_GUARD(dat, struct dat *, dat_close)
#define _cleanup_dat_ cleanup(dat_guard)

#endif
