/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last line on stderr is what a run's detail says of a workload that failed. */
#ifndef WORKLOADS_FAIL_H
#define WORKLOADS_FAIL_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static inline void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

#endif
