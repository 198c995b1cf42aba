/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration in a folder of its own: harness.toml, one policy, one
 * workload, a prebuilt kernel that is two bytes long.  A test writes over what
 * it is about.  The folder is the current one while the fixture stands, so
 * that messages begin with "harness.toml:".
 */
#ifndef HARNESS_FIXTURE_H
#define HARNESS_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "config/config.h"
#include "tests/unit/scratch.h"

#define FIXTURE_KERNEL            \
	"[kernel.k]\n"            \
	"source = \"prebuilt\"\n" \
	"image = \"bzImage\"\n"

#define FIXTURE_MATRIX             \
	"[matrix.default]\n"       \
	"kernels = [\"k\"]\n"      \
	"policies = [\"plain\"]\n" \
	"workloads = [\"work\"]\n" \
	"modes = [\"tcg\"]\n"

#define FIXTURE_POLICY "title = \"a policy\"\n"
#define FIXTURE_WORKLOAD "title = \"a workload\"\ncommand = [\"true\"]\n"

/* Makes folders as needed; aborts when it can't, for then nothing can be tested. */
static inline void fixture_write(const char *path, const char *text)
{
	char *dir = xstrdup(path), *slash = strrchr(dir, '/');
	FILE *f;

	if (slash)
		*slash = '\0';
	if (slash && dir_make(dir, NULL) < 0)
		abort();
	/* Not file_puts(): nobody needs these on the disk, and hundreds of fsyncs take seconds. */
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
	free(dir);
}

static char *fixture_home;

static inline void fixture_enter(void)
{
	_cleanup_free_ char *dir = scratch_folder();

	fixture_home = getcwd(NULL, 0);
	if (!fixture_home || chdir(dir) < 0)
		abort();
	fixture_write("bzImage", "MZ");
	fixture_write("policies/plain/policy.toml", FIXTURE_POLICY);
	fixture_write("workloads/work/workload.toml", FIXTURE_WORKLOAD);
	fixture_write("harness.toml", FIXTURE_KERNEL FIXTURE_MATRIX);
}

static inline void fixture_leave(void)
{
	char *dir = realpath(".", NULL);

	if (!dir || chdir(fixture_home) < 0 || dir_remove(dir, NULL) < 0)
		abort();
	free(dir);
	free(fixture_home);
}

/* The configuration's error, or "" if there is none.  Caller frees. */
static inline char *fixture_error(void)
{
	_cleanup_error_ struct error *err = NULL;
	_cleanup_config_ struct config *c = config_load("harness.toml", &err);

	if (c)
		return xstrdup("");
	if (err->code != EXIT_INPUT)
		return xasprintf("(code %d) %s", err->code, err->msg);
	return xstrdup(err->msg);
}

#endif
