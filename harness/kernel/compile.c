// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "kernel/arch.h"
#include "kernel/build.h"

/* A file of compiler options in TREE/obj, so that its contents aren't part of each command line. */
#define PREFIX_MAP "prefix-map"

char **build_words(const struct build *b)
{
	char **words = NULL;

	strv_add(&words, "O=obj");
	strv_addf(&words, "LOCALVERSION=%s", b->release_suffix);
	strv_add(&words, "KCFLAGS=@" PREFIX_MAP);
	strv_add(&words, "KAFLAGS=@" PREFIX_MAP);
	return words;
}

/*
 * Everything that a build puts into an image besides its sources.  The date
 * is the source's own: tar kept it, and patches don't touch this file.
 */
char **build_env(const struct build *b)
{
	_cleanup_free_ char *file = xasprintf("%s/README", b->tree);
	struct stat st = { 0 };
	char date[64];
	struct tm tm;
	char **env = NULL;

	stat(file, &st);
	gmtime_r(&st.st_mtime, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", &tm);
	strv_addf(&env, "KBUILD_BUILD_TIMESTAMP=%s", date);
	strv_add(&env, "KBUILD_BUILD_USER=harness");
	strv_add(&env, "KBUILD_BUILD_HOST=harness");
	strv_add(&env, "KBUILD_BUILD_VERSION=1");
	return env;
}

/* CPUs that we may use, not CPUs that there are. */
static int cpu_count(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}

int build_prefix_map(const struct build *b, struct error **err)
{
	_cleanup_free_ char *map = xasprintf("%s/" PREFIX_MAP, b->obj);
	_cleanup_free_ char *flag = xasprintf("-ffile-prefix-map=%s=.\n", b->obj);

	return file_puts(map, flag, err);
}

int build_compile(struct build *b, struct error **err)
{
	_cleanup_free_ char *what = xasprintf("build %s", b->name);
	_cleanup_strv_ char **words = build_words(b), **env = build_env(b);
	const struct make_opts opts = {
		.what = what, .log = b->log, .total = b->steps, .env = env, .ret_steps = &b->steps
	};

	strv_addf(&words, "-j%d", cpu_count());
	strv_add(&words, ARCH_IMAGE_TARGET);
	strv_add(&words, "modules");
	if (make_run(b->tree, words, &opts, err) == 0)
		return 0;
	/* After Ctrl-C nobody wants to read it. */
	return proc_interrupted() ? -1 : error_wrap(err, "%s has all of it", b->log);
}
