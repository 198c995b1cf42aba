/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a guest's console as it comes and notices what a person would: panics,
 * oopses, debug checks, OOM kills, stalls.  Works on any cut of the bytes and
 * in constant memory; binary rubbish is no problem.
 */
#ifndef HARNESS_CONSOLE_SCAN_H
#define HARNESS_CONSOLE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "machine/machine.h"

#define CONSOLE_LINE_MAX 512 /* longer lines are judged by their beginning */
#define CONSOLE_INCIDENTS_MAX 64

struct console_scan {
	char line[CONSOLE_LINE_MAX];
	size_t len;
	uint64_t offset;            /* of the line's first byte in the console */
	uint64_t position;          /* bytes seen */
	struct incident *incidents; /* the first CONSOLE_INCIDENTS_MAX */
	size_t n_incidents;
	size_t n_dropped; /* incidents beyond that */
	bool panicked;
};

void console_scan_feed(struct console_scan *s, const void *data, size_t len);
/* Judges a last line that has no newline. */
void console_scan_end(struct console_scan *s);
void console_scan_deinit(struct console_scan *s);

/* Pure: what one line (without newline) says, INCIDENT_NONE for most. */
enum incident_kind console_line_kind(const char *line);

#endif
