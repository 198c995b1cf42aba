// SPDX-License-Identifier: GPL-2.0-or-later
/* Somebody's own kernel: a bzImage and, if there are any, its modules. */
#include <stdio.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "kernel/parts.h"

static int take_modules(const char *from, const char *release, const char *dir, struct error **err)
{
	_cleanup_free_ char *copy = xasprintf("%s/.modules", dir);

	/* -P: links such as `build` stay links; what they point to is not wanted. */
	if (proc_runl(C_LOCALE, err, "cp", "-rP", "--reflink=auto", from, copy, NULL) < 0)
		return -1;
	return modtree_install(copy, release, dir, err);
}

/* Without modules the guest still finds a folder with empty indexes. */
static int no_modules(const char *release, const char *dir, struct error **err)
{
	_cleanup_free_ char *empty = xasprintf("%s/.modules", dir);

	if (dir_make(empty, err) < 0)
		return -1;
	return modtree_install(empty, release, dir, err);
}

int make_prebuilt(const struct kernel_def *def, const char *dir, struct kernel_record *ret,
		  struct error **err)
{
	_cleanup_free_ char *image = xasprintf("%s/vmlinuz", dir);
	int r;

	if (bzimage_release(def->image, &ret->release, err) < 0 ||
	    file_copy(def->image, image, err) < 0)
		return -1;
	if (def->modules)
		r = take_modules(def->modules, ret->release, dir, err);
	else
		r = no_modules(ret->release, dir, err);
	if (r < 0)
		return -1;
	ret->package = xstrdup(def->image);
	ret->version = xasprintf("%s from %s", ret->release, def->image);
	return 0;
}
