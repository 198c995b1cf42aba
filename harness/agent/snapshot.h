/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's counter files at one moment, kept in memory until the measured
 * phase is over: nothing is sent in between.
 */
#ifndef AGENT_SNAPSHOT_H
#define AGENT_SNAPSHOT_H

#include "agent/stream.h"

#define SNAPSHOT_FILES 9

struct snapshot {
	char *text[SNAPSHOT_FILES];	/* NULL: this kernel doesn't have it */
};

void snapshot_take(struct snapshot *ret);
/* As `dir`/vmstat and so on. */
int snapshot_send(const struct snapshot *s, const char *dir, struct stream *to);
/* A "name value" line of vmstat, 0 if there is none. */
uint64_t snapshot_vmstat(const struct snapshot *s, const char *name);

/* The number of a "name value" or "name: value kB" line; false if there is none. */
bool text_number(const char *text, const char *name, uint64_t *ret);

#endif
