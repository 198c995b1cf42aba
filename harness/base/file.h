/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and folders: whole reads, atomic writes, trees, locks, and content hashes. */
#ifndef HARNESS_FILE_H
#define HARNESS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The whole file, NUL-terminated; *ret_len (may be NULL) without that NUL.  Caller frees. */
int file_read(const char *path, char **ret, size_t *ret_len, struct error **err);
/* Written beside and renamed into place, so that readers see the old file or the new one. */
int file_write(const char *path, const void *data, size_t len, struct error **err);
int file_puts(const char *path, const char *text, struct error **err);
/* All of it, however many writes that takes; -1 leaves errno. */
int fd_write(int fd, const void *data, size_t len);
/* Copies contents and permission bits; reflinks where the file system can. */
int file_copy(const char *from, const char *to, struct error **err);

bool path_exists(const char *path);
struct stat;
/* Nobody has written to it, nor put another one in its place, since stat() gave `before`. */
bool file_unchanged(const char *path, const struct stat *before);
bool path_is_dir(const char *path);
/* mkdir -p */
int dir_make(const char *path, struct error **err);
/* rm -rf; a path that isn't there is fine. */
int dir_remove(const char *path, struct error **err);
/* Names in a folder, sorted bytewise, without "." and "..".  NULL-terminated; strv_free(). */
int dir_list(const char *path, char ***ret, struct error **err);
/* Flushes everything below `tmp` and renames it to `path`: after a crash it is whole or absent. */
int dir_publish(const char *tmp, const char *path, struct error **err);

/* An exclusive lock on `path` (created); held until close(fd).  Waits if `wait`; else -1 when taken. */
int lock_take(const char *path, bool wait, int *ret_fd, struct error **err);

/* $XDG_CACHE_HOME/mm-harness or ~/.cache/mm-harness, made if missing.  Caller frees. */
int cache_dir(const char *sub, char **ret, struct error **err);

#endif
