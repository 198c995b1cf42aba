/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's counter files at one moment, kept in memory until the measured
 * phase is over: nothing is sent in between.
 */
#ifndef AGENT_SNAPSHOT_H
#define AGENT_SNAPSHOT_H

#include "agent/stream.h"

enum snapshot_file {
	SNAPSHOT_VMSTAT,
	SNAPSHOT_INTERRUPTS,
	SNAPSHOT_MEMINFO,
	SNAPSHOT_BUDDYINFO,
	SNAPSHOT_ZONEINFO,
	SNAPSHOT_SOFTIRQS,
	SNAPSHOT_PRESSURE_CPU,
	SNAPSHOT_PRESSURE_MEMORY,
	SNAPSHOT_PRESSURE_IO,
	N_SNAPSHOT_FILES,
};

struct snapshot {
	char *text[N_SNAPSHOT_FILES]; /* NULL: this kernel doesn't have it */
};

void snapshot_take(struct snapshot *ret);
/* As `dir`/vmstat and so on. */
int snapshot_send(const struct snapshot *s, const char *dir, struct stream *to);
/* A number by its name, 0 if there is none. */
uint64_t snapshot_number(const struct snapshot *s, enum snapshot_file file, const char *name);

/* The number of a "name value" or "name: value kB" line; false if there is none. */
bool text_number(const char *text, const char *name, uint64_t *ret);
/* Of a file that is one number, as those of sysfs are. */
bool text_is_number(const char *text, uint64_t *ret);

#endif
