/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the daemon of a policy, a program that the harness's agent starts in the
 * guest: how it fails, and how it says what it does.  POLICY names it.
 */
#ifndef POLICY_DAEMON_H
#define POLICY_DAEMON_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define STATUS_DIR "/run/policy"
#define STATUS STATUS_DIR "/" POLICY

static inline void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *fmt, ...)
{
	va_list ap;

	fputs(POLICY ": ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* What reclaims or compacts must not wait for what it had reclaimed. */
static inline void daemon_begin(void)
{
	mkdir("/run", 0755);
	mkdir(STATUS_DIR, 0755);
	if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		fail("mlockall: %s", strerror(errno));
}

/* Lines of "name value".  Renamed into its place, so that no reader sees half of it. */
static inline void __attribute__((format(printf, 1, 2))) publish(const char *fmt, ...)
{
	FILE *f = fopen(STATUS ".new", "w");
	va_list ap;

	if (!f)
		fail("create " STATUS ".new: %s", strerror(errno));
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	if (fclose(f) != 0 || rename(STATUS ".new", STATUS) < 0)
		fail("write " STATUS ": %s", strerror(errno));
}

#endif
