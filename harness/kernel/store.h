/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How things get into the cache: made under a name that starts with ".tmp-",
 * while a lock beside it is held, and renamed when whole.  Whoever holds the
 * lock may remove what a killed process left under the temporary name.
 */
#ifndef HARNESS_KERNEL_STORE_H
#define HARNESS_KERNEL_STORE_H

#include "base/proc.h"
#include "kernel/kernel.h"

/* Waits for DIR/.lock-NAME; says so if another process has it; Ctrl-C ends the wait. */
int store_lock(const char *dir, const char *name, int *ret_fd, struct error **err);

/*
 * Flushes the file system and renames.  One syncfs() instead of an fsync() a
 * file as dir_publish() has it: a source tree has 80,000 of them.
 */
int store_publish(const char *tmp, const char *path, struct error **err);

/* EXIT_HOST if `dir`'s file system has less than `need` bytes free for `what`. */
int store_check_space(const char *dir, unsigned long long need, const char *what,
		      struct error **err);
/* For proc_run(): programs say in English what went wrong, as the next function expects. */
#define C_LOCALE (&(const struct proc_opts){ .env = (char *[]){ "LC_ALL=C", NULL } })

/* Turns the error of a program that met a full disk into EXIT_HOST.  Returns -1. */
int store_blame_space(struct error **err);

/* $CACHE/kernels/<first 16 digits of id>; the folder need not exist.  Caller frees. */
int store_kernel_dir(const char id[HASH_HEX], char **ret, struct error **err);

/* kernel.json: what isn't a file.  The last thing written into a kernel's folder. */
struct kernel_record {
	char *release;
	char *version;
	char *package;
	char *compiler;     /* NULL: not built here */
	unsigned int steps; /* objects that the build compiled */
	bool dirty;         /* from files that no commit has */
	double seconds;
};

int kernel_record_write(const char *dir, const struct kernel_record *r, struct error **err);
int kernel_record_read(const char *dir, struct kernel_record *ret, struct error **err);
void kernel_record_deinit(struct kernel_record *r);
#define _cleanup_record_ cleanup(kernel_record_deinit)

#endif
