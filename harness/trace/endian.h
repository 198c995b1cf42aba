/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of a machine that may have another byte order than this one. */
#ifndef HARNESS_TRACE_ENDIAN_H
#define HARNESS_TRACE_ENDIAN_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

/* The machine that wrote a trace. */
struct trace_machine {
	bool big_endian;
	uint8_t long_size; /* of its kernel: 8 or 4 */
};

#define TRACE_MACHINE_X86_64 ((struct trace_machine){ .long_size = 8 })

static inline uint16_t get16(const void *p, bool big)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return big ? be16toh(v) : le16toh(v);
}

static inline uint32_t get32(const void *p, bool big)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return big ? be32toh(v) : le32toh(v);
}

static inline uint64_t get64(const void *p, bool big)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return big ? be64toh(v) : le64toh(v);
}

/*
 * A run directory names it in the file "machine", one line: "little-endian 64-bit".  Runs of
 * our own guests don't have the file.  Error (EXIT_FAULT) when the text says something else.
 */
int trace_machine_parse(const char *text, struct trace_machine *ret, struct error **err);
/* Static text, with the newline. */
const char *trace_machine_text(const struct trace_machine *m);

#endif
