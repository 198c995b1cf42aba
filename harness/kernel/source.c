// SPDX-License-Identifier: GPL-2.0-or-later
/* $CACHE/sources: Debian's linux-source-X.Y as it is, or the files of a git tree's state. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/apt.h"
#include "kernel/git.h"
#include "kernel/parts.h"

/* The unpacked size of FILE.tar.xz, from its index. */
static int tar_size(const char *tar, unsigned long long *ret, struct error **err)
{
	char *argv[] = { "xz", "--robot", "--list", (char *)tar, NULL };
	_cleanup_free_ char *text = NULL;
	const char *totals;

	if (proc_output(argv, &text, err) < 0)
		return -1;
	totals = strstr(text, "\ntotals\t");
	if (!totals || sscanf(totals, "\ntotals\t%*u\t%*u\t%*u\t%llu", ret) != 1)
		return error_set(err, EXIT_FAULT, "%s: xz can't say how large it is", tar);
	return 0;
}

/* The deb holds one tarball: usr/src/linux-source-X.Y.tar.xz. */
static int unpack_tar(const char *package, const char *deb, const char *tmp, const char *tree,
		      struct error **err)
{
	_cleanup_free_ char *tar = xasprintf("%s/usr/src/%s.tar.xz", tmp, package);
	unsigned long long size;

	if (apt_unpack(deb, tmp, err) < 0 || tar_size(tar, &size, err) < 0 ||
	    store_check_space(tmp, size, package, err) < 0 || dir_make(tree, err) < 0)
		return -1;
	progress("unpack %s: %s of source", package, size_to_str(size));
	if (proc_runl(C_LOCALE, err, "tar", "-xf", tar, "--no-same-owner", "--strip-components=1",
		      "-C", tree, NULL) < 0)
		return store_blame_space(err);
	return 0;
}

static int make_from_package(const struct identity *id, const char *tmp, const char *tree,
			     struct error **err)
{
	_cleanup_free_ char *deb = NULL;

	if (apt_fetch(id->package, id->version, &deb, err) < 0)
		return -1;
	if (unpack_tar(id->package, deb, tmp, tree, err) < 0)
		return error_wrap(err, "unpack %s", deb);
	return 0;
}

static int make_from_git(const struct kernel_def *def, const char *tree, struct error **err)
{
	progress("check out %s: %.12s", def->name, def->rev.commit);
	if (dir_make(tree, err) < 0 || git_checkout(def->tree, def->rev.content, tree, err) < 0)
		return error_wrap(err, "check out %s", def->name);
	return 0;
}

static int make_source(const struct kernel_def *def, const struct identity *id, const char *dir,
		       const char *tmp, struct error **err)
{
	_cleanup_free_ char *tree = xasprintf("%s/tree", tmp);
	int r;

	if (dir_remove(tmp, err) < 0 || dir_make(tmp, err) < 0)
		return -1;
	r = def->source == KERNEL_GIT ? make_from_git(def, tree, err)
				      : make_from_package(id, tmp, tree, err);
	if (r == 0)
		r = store_publish(tree, dir, err);
	dir_remove(tmp, NULL);
	return r;
}

/* By contents: the states of a tree that were built on different days may be the same. */
static char *source_name(const struct kernel_def *def, const struct identity *id)
{
	if (def->source == KERNEL_GIT)
		return xasprintf("git_%s", def->rev.content);
	return xasprintf("%s_%s", id->package, id->version);
}

int source_get(const struct kernel_def *def, const struct identity *id, char **ret,
	       struct error **err)
{
	_cleanup_free_ char *sources = NULL, *dir = NULL, *tmp = NULL;
	_cleanup_free_ char *name = source_name(def, id);
	_cleanup_close_ int lock = -1;

	if (cache_dir("sources", &sources, err) < 0 || store_lock(sources, name, &lock, err) < 0)
		return -1;
	dir = xasprintf("%s/%s", sources, name);
	tmp = xasprintf("%s/.tmp-%s", sources, name);
	if (!path_is_dir(dir) && make_source(def, id, dir, tmp, err) < 0)
		return store_blame_space(err);
	mark_used(dir);
	*ret = steal_ptr(&dir);
	return 0;
}
