/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf's names of counters: the host checks them, the agent opens them. */
#ifndef HARNESS_WIRE_PERF_H
#define HARNESS_WIRE_PERF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As in struct perf_event_attr. */
struct perf_what {
	uint32_t type;
	uint64_t config;
};

extern const char *const perf_names[];
extern const size_t perf_n_names;

/* One of them, or "r1a2": an event of this machine's own, in hexadecimal digits. */
bool perf_lookup(const char *name, struct perf_what *ret);

#endif
