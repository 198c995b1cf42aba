// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/arch.h"
#include "kernel/build.h"

char **build_words(const struct build *b)
{
	char **words = NULL;

	strv_add(&words, "O=obj");
	strv_addf(&words, "LOCALVERSION=%s", b->release_suffix);
	strv_add(&words, BUILD_CFLAGS);
	strv_add(&words, BUILD_AFLAGS);
	return words;
}

/* Of a package: tar kept this file's time, and patches don't touch it. */
static void source_date(const struct build *b, char *ret, size_t size)
{
	_cleanup_free_ char *file = xasprintf("%s/README", b->tree);
	struct stat st = { 0 };
	struct tm tm;

	stat(file, &st);
	gmtime_r(&st.st_mtime, &tm);
	strftime(ret, size, "%Y-%m-%d %H:%M:%S UTC", &tm);
}

/* Everything that a build puts into an image besides its sources; the date is the sources' own. */
char **build_env(const struct build *b)
{
	char **env = NULL;
	char date[64];

	source_date(b, date, sizeof(date));
	strv_addf(&env, "KBUILD_BUILD_TIMESTAMP=%s", b->def->rev.date ?: date);
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

static char **targets(const struct build *b)
{
	char **words = build_words(b);

	strv_addf(&words, "-j%d", cpu_count());
	strv_add(&words, ARCH_IMAGE_TARGET);
	strv_add(&words, "modules");
	return words;
}

int build_prepare(struct build *b, struct error **err)
{
	_cleanup_free_ char *what = xasprintf("prepare %s", b->name);
	_cleanup_strv_ char **words = build_words(b), **all = targets(b), **env = build_env(b);
	struct make_opts opts = { .what = what, .log = b->log, .env = env };

	strv_addf(&words, "-j%d", cpu_count());
	strv_add(&words, "modules_prepare");
	progress("%s: generated files, build tools", what);
	if (make_run(b->tree, words, &opts, err) < 0)
		return proc_interrupted() ? -1 : error_wrap(err, "%s has all of it", b->log);
	/*
	 * make names all that it would compile, then stops at the image, for
	 * which nothing was compiled: that failure says nothing.
	 */
	opts = (struct make_opts){ .what = what, .dry = true, .env = env, .ret_steps = &b->steps };
	if (make_run(b->tree, all, &opts, NULL) < 0 && proc_interrupted())
		return error_set(err, EXIT_INTERRUPTED, "interrupted");
	return 0;
}

int build_compile(struct build *b, struct error **err)
{
	_cleanup_free_ char *what = xasprintf("build %s", b->name);
	_cleanup_strv_ char **words = targets(b), **env = build_env(b);
	const struct make_opts opts = {
		.what = what, .log = b->log, .total = b->steps, .env = env, .ret_steps = &b->steps
	};

	if (make_run(b->tree, words, &opts, err) == 0)
		return 0;
	/* After Ctrl-C nobody wants to read it. */
	return proc_interrupted() ? -1 : error_wrap(err, "%s has all of it", b->log);
}
