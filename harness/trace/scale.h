/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What turns a trace's time stamps into nanoseconds, as options of a trace.dat say: cycles of
 * the x86-tsc clock are multiplied, and an offset is added (trace-cmd's --ts-offset, --date).
 * An imported run's trace folder has it in the file "scale": "mult 1431655765 shift 31 offset -5".
 */
#ifndef HARNESS_TRACE_SCALE_H
#define HARNESS_TRACE_SCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct trace_scale {
	uint32_t mult; /* 0: they are nanoseconds */
	uint32_t shift;
	int64_t offset; /* ns, added in the end */
};

static inline bool trace_is_scaled(const struct trace_scale *s)
{
	return s->mult || s->offset;
}

/* The order of stamps stays what it was, but for those that leave 64 bits. */
static inline uint64_t trace_scale(const struct trace_scale *s, uint64_t stamp)
{
	if (s->mult)
		stamp = (uint64_t)((unsigned __int128)stamp * s->mult >> s->shift);
	return stamp + (uint64_t)s->offset;
}

/* Error (EXIT_FAULT) when the text isn't one. */
int trace_scale_parse(const char *text, struct trace_scale *ret, struct error **err);
/* Caller frees. */
char *trace_scale_text(const struct trace_scale *s);

#endif
