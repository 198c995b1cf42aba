/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Enough of a file system, in memory, for what the decoder of streams does below guest/: linked
 * with --wrap (tests/fuzz/run), so that an input costs microseconds and no folder.  Data isn't
 * kept.  What is not below MEMORY_DIR goes to the real one.
 */
#ifndef TESTS_FUZZ_MEMORY_FS_H
#define TESTS_FUZZ_MEMORY_FS_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "tests/fuzz/touch.h"

#define MEMORY_DIR (1 << 20)
#define MEMORY_FILE (MEMORY_DIR + 1)
#define MEMORY_FILES 500 /* then the disk is full */
#define MEMORY_FDS 16

struct memory_file {
	char *path;
	bool folder;
};

static struct {
	struct memory_file files[MEMORY_FILES];
	size_t n_files;
	bool open[MEMORY_FDS]; /* descriptors MEMORY_FILE and up */
} memory_fs;

ssize_t __real_write(int fd, const void *data, size_t n);
ssize_t __wrap_write(int fd, const void *data, size_t n);
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_dprintf(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __real_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_mkdirat(int dir, const char *path, mode_t mode);
int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);

/* Empty again; whoever left a descriptor open has a bug. */
static inline void memory_fs_reset(void)
{
	for (size_t i = 0; i < memory_fs.n_files; i++)
		free(memory_fs.files[i].path);
	memory_fs.n_files = 0;
	for (size_t i = 0; i < MEMORY_FDS; i++) {
		if (memory_fs.open[i])
			abort();
	}
}

static const struct memory_file *memory_find(const char *path, size_t len)
{
	for (size_t i = 0; i < memory_fs.n_files; i++) {
		const struct memory_file *f = &memory_fs.files[i];

		if (strncmp(f->path, path, len) == 0 && !f->path[len])
			return f;
	}
	return NULL;
}

/* 0, or -1 with errno as the kernel would give it. */
static int memory_add(const char *path, bool folder)
{
	const char *slash = strrchr(path, '/');
	const struct memory_file *parent = slash ? memory_find(path, slash - path) : NULL;

	errno = 0;
	if (slash && slash[1] == '\0')
		errno = EISDIR;
	else if (slash && !parent)
		errno = ENOENT;
	else if (slash && !parent->folder)
		errno = ENOTDIR;
	else if (memory_find(path, strlen(path)))
		errno = EEXIST;
	else if (memory_fs.n_files == MEMORY_FILES)
		errno = ENOSPC;
	if (errno)
		return -1;
	memory_fs.files[memory_fs.n_files++] = (struct memory_file){ xstrdup(path), folder };
	return 0;
}

static bool memory_is_open(int fd)
{
	return fd >= MEMORY_FILE && fd < MEMORY_FILE + MEMORY_FDS &&
	       memory_fs.open[fd - MEMORY_FILE];
}

static int memory_open(void)
{
	for (int i = 0; i < MEMORY_FDS; i++) {
		if (!memory_fs.open[i]) {
			memory_fs.open[i] = true;
			return MEMORY_FILE + i;
		}
	}
	errno = EMFILE;
	return -1;
}

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (dir != MEMORY_DIR)
		return __real_openat(dir, path, flags, mode);
	return memory_add(path, false) < 0 ? -1 : memory_open();
}

int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	return dir == MEMORY_DIR ? memory_add(path, true) : __real_mkdirat(dir, path, mode);
}

ssize_t __wrap_write(int fd, const void *data, size_t n)
{
	if (!memory_is_open(fd))
		return __real_write(fd, data, n);
	touch(data, n);
	return (ssize_t)n;
}

/* Of a run's own log, if it was cut. */
int __wrap_dprintf(int fd, const char *format, ...)
{
	char text[100];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return n < 0 ? n
		     : (int)__wrap_write(fd, text,
					 n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

int __wrap_close(int fd)
{
	if (!memory_is_open(fd))
		return __real_close(fd);
	memory_fs.open[fd - MEMORY_FILE] = false;
	return 0;
}

#endif
