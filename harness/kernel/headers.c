// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Debian's header packages, made to work where they were unpacked.  They
 * expect to be in /usr: the flavour's Makefile includes /usr/src/….  Every
 * such reference becomes relative, so that `make -C build M=…` neither needs
 * nor meets anything that is installed on this machine.
 */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/apt.h"
#include "kernel/parts.h"

#define TREE "headers" /* below the kernel's folder, with usr/src and usr/lib in it */

static int unpack(const char *package, const char *version, const char *tree, struct error **err)
{
	_cleanup_free_ char *deb = NULL, *candidate = NULL;

	if (!version) {
		if (apt_candidate(package, &candidate, err) < 0)
			return -1;
		version = candidate;
	}
	if (apt_fetch(package, version, &deb, err) < 0)
		return -1;
	progress("unpack %s: %s", package, version);
	return apt_unpack(deb, tree, err);
}

/* The common headers and the build tools; compilers and the image itself are none of these. */
static bool is_part(const char *package)
{
	return str_starts(package, "linux-headers-") || str_starts(package, "linux-kbuild-");
}

static int unpack_all(const char *package, const char *version, const char *tree,
		      struct error **err)
{
	_cleanup_apt_deps_ struct apt_deps deps = { 0 };

	if (unpack(package, version, tree, err) < 0 || apt_depends(package, &deps, err) < 0)
		return -1;
	for (size_t i = 0; i < deps.n; i++) {
		if (is_part(deps.deps[i].name) &&
		    unpack(deps.deps[i].name, deps.deps[i].version, tree, err) < 0)
			return -1;
	}
	return 0;
}

/* "/usr/src/X" → "../../src/X": in files of usr/src/linux-headers-RELEASE. */
static int relocate_text(const char *dir, const char *name, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name), *text = NULL;
	_cleanup_strbuf_ struct strbuf out = { 0 };
	char *at, *rest;

	if (!path_exists(path))
		return 0;
	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	for (rest = text; (at = strstr(rest, " /usr/")); rest = at + strlen(" /usr/")) {
		strbuf_add(&out, rest, (size_t)(at - rest));
		strbuf_puts(&out, " ../../");
	}
	strbuf_puts(&out, rest);
	return file_puts(path, out.data, err);
}

/* nftw() has no argument for its function: the length of the tree's own path. */
static _Thread_local size_t tree_len;

/* A link to /usr/… becomes one to ../…/usr/…, as deep as the link stands in the tree. */
static int relocate_link(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct strbuf target = { 0 };
	char old[PATH_MAX];
	ssize_t n;
	int r;

	(void)st, (void)ftw;
	if (type != FTW_SL)
		return 0;
	n = readlink(path, old, sizeof(old) - 1);
	if (n < 0)
		return -1;
	old[n] = '\0';
	if (*old != '/')
		return 0;
	for (const char *c = strchr(path + tree_len + 1, '/'); c; c = strchr(c + 1, '/'))
		strbuf_puts(&target, "../");
	strbuf_puts(&target, old + 1);
	r = unlink(path) < 0 || symlink(target.data, path) < 0 ? -1 : 0;
	strbuf_deinit(&target);
	return r;
}

static int relocate(const char *tree, const char *flavour, struct error **err)
{
	tree_len = strlen(tree);
	if (nftw(tree, relocate_link, 32, FTW_PHYS) < 0)
		return error_errno(err, errno, "relocate the links of %s", tree);
	if (relocate_text(flavour, "Makefile", err) < 0)
		return -1;
	return relocate_text(flavour, ".kernelvariables", err);
}

int headers_install(const struct identity *id, const char *release, const char *dir,
		    struct error **err)
{
	_cleanup_free_ char *package = xasprintf("linux-headers-%s", release), *found = NULL;
	_cleanup_free_ char *tree = xasprintf("%s/" TREE, dir);
	_cleanup_free_ char *flavour = xasprintf("%s/usr/src/%s", tree, package);
	_cleanup_free_ char *target = xasprintf(TREE "/usr/src/%s", package);
	_cleanup_free_ char *link = xasprintf("%s/build", dir);

	if (apt_candidate_maybe(package, &found, err) < 0)
		return -1;
	if (!found || !streq(found, id->version)) {
		progress_warn("there is no %s %s: no modules can be built for %s", package,
			      id->version, release);
		return 0;
	}
	if (unpack_all(package, id->version, tree, err) < 0 || relocate(tree, flavour, err) < 0)
		return error_wrap(err, "headers of %s", release);
	if (symlink(target, link) < 0)
		return error_errno(err, errno, "link %s", link);
	return 0;
}
