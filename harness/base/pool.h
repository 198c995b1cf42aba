/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several pieces of work at a time, each in a process of its own: nothing that
 * is done to memory there is seen here, and it ends when we do.
 */
#ifndef HARNESS_POOL_H
#define HARNESS_POOL_H

#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

struct pool_tasks {
	size_t n;
	unsigned int width; /* at a time */
	/* In the child: what it puts into `ret` reaches done(). */
	int (*work)(void *arg, size_t i, struct strbuf *ret, struct error **err);
	/*
	 * Here, once for each task that was started: `text` of work(), or NULL and
	 * why it failed (both ours).  -1 starts nothing more and fails the pool.
	 */
	int (*done)(void *arg, size_t i, const char *text, struct error *why, struct error **err);
	void *arg;
};

/* Ctrl-C is passed on to the children; those that have not begun then never do. */
int pool_run(const struct pool_tasks *tasks, struct error **err);

/* In work(): a number in a row with those of what runs at the same time. */
unsigned int pool_turn(void);

/* The host's CPUs that we may use, at least 1. */
unsigned int pool_cpus(void);

#endif
