/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders in the cache that are made once: $CACHE/KIND/ID/, whole or absent.
 * Processes that want the same one wait for each other by a lock beside it.
 */
#ifndef HARNESS_CACHED_H
#define HARNESS_CACHED_H

#include "base/error.h"

/* Fills the empty folder `dir`. */
typedef int (*cached_make_fn)(const char *dir, void *arg, struct error **err);

/* The folder's path, made now if it isn't there.  Caller frees *ret. */
int cached_dir(const char *kind, const char *id, cached_make_fn make, void *arg, char **ret,
	       struct error **err);

#endif
