/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Content hashes.  Everything that is cached or named by its content goes
 * through here; parts are length-prefixed, so that ("ab","c") != ("a","bc").
 */
#ifndef HARNESS_SHA256_H
#define HARNESS_SHA256_H

#include <stddef.h>

#include "base/error.h"

#define HASH_HEX 65 /* 64 hex digits and NUL */
#define SHORT_ID 17 /* 16 hex digits and NUL: cell ids, cache folder names */

struct hash;

struct hash *hash_create(void);
void hash_destroy(struct hash *h);
void hash_add(struct hash *h, const void *data, size_t len);
void hash_str(struct hash *h, const char *s); /* NULL differs from "" */
void hash_u64(struct hash *h, unsigned long long v);
int hash_file(struct hash *h, const char *path, struct error **err);
/* Names, modes and contents below `path`, in sorted order; `skip` is a NULL-terminated list of
 * file names left out at any depth (may be NULL). */
int hash_tree(struct hash *h, const char *path, const char *const *skip, struct error **err);
void hash_finish(struct hash *h, char ret[HASH_HEX]);

DEFINE_GUARD(hash, struct hash *, hash_destroy)
#define _cleanup_hash_ cleanup(hash_guard)

#endif
