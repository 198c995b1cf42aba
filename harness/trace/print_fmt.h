/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of values, from an event's print format:
 *
 *	__print_symbolic(REC->reason, { 0, "flush on task switch" }, …)
 *	__print_flags(REC->gfp_flags, "|", {(unsigned long)(0x400u|0x800u), "__GFP_RECLAIM"}, …)
 *
 * Everything else in a print format is for printing and is passed over.
 */
#ifndef HARNESS_PRINT_FMT_H
#define HARNESS_PRINT_FMT_H

#include "trace/format.h"

/* Adds to ev->symbols what it understands; entries that aren't constant are left out. */
void print_fmt_symbols(struct trace_event *ev, const char *print_fmt);

#endif
