/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders for tests to write to, below TMPDIR.  Nothing can be tested without
 * one: whoever gets none ends here.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"

/* A new, empty one.  Caller removes and frees it, as SCRATCH does. */
static inline char *scratch_folder(void)
{
	char *dir = xasprintf("%s/mm-harness-test-XXXXXX", getenv("TMPDIR") ?: "/tmp");

	if (!mkdtemp(dir))
		abort();
	return dir;
}

static inline void scratch_drop(char **dir)
{
	if (*dir)
		dir_remove(*dir, NULL);
	free(*dir);
}
#define SCRATCH cleanup(scratch_drop) char *

static inline char **scratch_own(void)
{
	static char *dir;

	return &dir;
}

static inline void scratch_drop_own(void)
{
	scratch_drop(scratch_own());
}

/* A path in a folder of the program's that goes when it does.  Caller frees. */
static inline char *scratch_path(const char *name)
{
	if (!*scratch_own()) {
		*scratch_own() = scratch_folder();
		atexit(scratch_drop_own);
	}
	return xasprintf("%s/%s", *scratch_own(), name);
}

/* The first `from` in a file becomes `to`; it has to be there. */
static inline void scratch_edit(const char *path, const char *from, const char *to)
{
	_cleanup_free_ char *text = NULL, *edited = NULL;
	char *at;

	if (file_read(path, &text, NULL, NULL) < 0 || !(at = strstr(text, from)))
		abort();
	*at = '\0';
	edited = xasprintf("%s%s%s", text, to, at + strlen(from));
	if (file_puts(path, edited, NULL) < 0)
		abort();
}

#endif
