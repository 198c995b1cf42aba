/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scope guards.  A resource is declared with its guard and released when the
 * scope ends; ownership leaves the scope only through steal_ptr()/steal_fd().
 */
#ifndef HARNESS_CLEANUP_H
#define HARNESS_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define cleanup(fn) __attribute__((cleanup(fn)))

/* Defines the guard function name##_guard() for pointers that destroy() takes (NULL included). */
#define DEFINE_GUARD(name, type, destroy)        \
	static inline void name##_guard(type *p) \
	{                                        \
		if (*p)                          \
			destroy(*p);             \
	}

static inline void free_guard(void *p)
{
	free(*(void **)p);
}

static inline void close_guard(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

DEFINE_GUARD(fclose, FILE *, fclose)
DEFINE_GUARD(closedir, DIR *, closedir)

#define _cleanup_free_ cleanup(free_guard)
#define _cleanup_close_ cleanup(close_guard)
#define _cleanup_fclose_ cleanup(fclose_guard)
#define _cleanup_closedir_ cleanup(closedir_guard)

/* Takes the value out of a guarded variable, so that the guard finds nothing to release. */
#define steal_ptr(p)                        \
	({                                  \
		__typeof__(*(p)) _v = *(p); \
		*(p) = NULL;                \
		_v;                         \
	})

static inline int steal_fd(int *fd)
{
	int v = *fd;

	*fd = -1;
	return v;
}

#endif
