// SPDX-License-Identifier: GPL-2.0-or-later
/* lib/modules/RELEASE as the guest wants it: plain files and their indexes. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/parts.h"

#define FILES_AT_ONCE 500 /* stays far below what an argument list may hold */

/* The guest's agent loads modules as they are, and its memory is what is measured. */
static const struct {
	const char *suffix, *program;
} compressions[] = {
	{ ".ko.xz", "xz" },
	{ ".ko.zst", "zstd" },
	{ ".ko.gz", "gzip" },
};

static int find_files(const char *dir, const char *suffix, char ***ret, struct error **err)
{
	_cleanup_free_ char *pattern = xasprintf("*%s", suffix), *text = NULL;
	char *argv[] = { "find", (char *)dir, "-type", "f", "-name", pattern, NULL };
	char *save = NULL;

	if (proc_output(argv, &text, err) < 0)
		return -1;
	for (char *f = strtok_r(text, "\n", &save); f; f = strtok_r(NULL, "\n", &save))
		strv_add(ret, f);
	return 0;
}

static int decompress_some(const char *program, char *const *files, size_t n, struct error **err)
{
	_cleanup_strv_ char **argv = NULL;

	strv_add(&argv, program);
	strv_add(&argv, "-d");
	if (streq(program, "zstd"))
		strv_add(&argv, "--rm");
	strv_add(&argv, "-q");
	strv_add(&argv, "--");
	for (size_t i = 0; i < n; i++)
		strv_add(&argv, files[i]);
	return proc_run(argv, C_LOCALE, err);
}

static int decompress(const char *dir, const char *suffix, const char *program, struct error **err)
{
	_cleanup_strv_ char **files = NULL;
	size_t n;

	if (find_files(dir, suffix, &files, err) < 0)
		return -1;
	n = strv_len(files);
	if (n && !proc_exists(program))
		return error_set(err, EXIT_HOST, "these modules need %s to unpack", program);
	for (size_t i = 0; i < n; i += FILES_AT_ONCE) {
		size_t some = n - i < FILES_AT_ONCE ? n - i : FILES_AT_ONCE;

		progress("modules: %s, %zu of %zu", program, i, n);
		if (decompress_some(program, files + i, some, err) < 0)
			return store_blame_space(err);
	}
	return 0;
}

/* depmod wants BASE/lib/modules/RELEASE; what it makes has only relative paths. */
static int depmod(const char *base, const char *release, const char *dir, struct error **err)
{
	_cleanup_free_ char *map = xasprintf("%s/System.map", dir);
	const char *program = proc_exists("depmod") ? "depmod" : "/sbin/depmod";

	if (!path_exists(map))
		return proc_runl(C_LOCALE, err, program, "-b", base, release, NULL);
	return proc_runl(C_LOCALE, err, program, "-b", base, "-F", map, release, NULL);
}

int modtree_install(const char *from, const char *release, const char *dir, struct error **err)
{
	_cleanup_free_ char *base = xasprintf("%s/.depmod", dir);
	_cleanup_free_ char *parent = xasprintf("%s/lib/modules", base);
	_cleanup_free_ char *tree = xasprintf("%s/%s", parent, release);
	_cleanup_free_ char *final = xasprintf("%s/modules", dir);

	if (dir_make(parent, err) < 0)
		return -1;
	if (rename(from, tree) < 0)
		return error_errno(err, errno, "move %s", from);
	for (size_t i = 0; i < ARRAY_SIZE(compressions); i++) {
		if (decompress(tree, compressions[i].suffix, compressions[i].program, err) < 0)
			return -1;
	}
	if (depmod(base, release, dir, err) < 0)
		return store_blame_space(err);
	if (rename(tree, final) < 0)
		return error_errno(err, errno, "move %s", tree);
	return dir_remove(base, err);
}
