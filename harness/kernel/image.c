// SPDX-License-Identifier: GPL-2.0-or-later
/* Debian's own kernels: unpacked, never installed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/apt.h"
#include "kernel/parts.h"

/* boot/NAME-RELEASE in the package, NAME in the cache.  Debian's System.map is a stub. */
static const char *const boot_files[] = { "vmlinuz", "config" };

/* The one folder below lib/modules is named by the release. */
static int find_release(const char *root, char **ret, struct error **err)
{
	_cleanup_free_ char *modules = xasprintf("%s/lib/modules", root);
	_cleanup_strv_ char **names = NULL;

	if (!path_is_dir(modules)) {
		free(modules);
		modules = xasprintf("%s/usr/lib/modules", root);
	}
	if (dir_list(modules, &names, err) < 0)
		return -1;
	if (strv_len(names) != 1)
		return error_set(err, EXIT_INPUT, "%zu releases in one package, expected 1",
				 strv_len(names));
	*ret = xasprintf("%s/%s", modules, names[0]);
	return 0;
}

static int take_files(const char *root, const char *release, const char *dir, struct error **err)
{
	for (size_t i = 0; i < ARRAY_SIZE(boot_files); i++) {
		_cleanup_free_ char *to = xasprintf("%s/%s", dir, boot_files[i]);
		_cleanup_free_ char *from =
			xasprintf("%s/boot/%s-%s", root, boot_files[i], release);

		if (rename(from, to) < 0)
			return error_errno(err, errno, "take %s", from);
	}
	return 0;
}

static int install(const char *deb, const char *root, const char *dir, struct kernel_record *ret,
		   struct error **err)
{
	_cleanup_free_ char *modules = NULL;

	if (apt_unpack(deb, root, err) < 0 || find_release(root, &modules, err) < 0)
		return -1;
	ret->release = xstrdup(strrchr(modules, '/') + 1);
	if (take_files(root, ret->release, dir, err) < 0 ||
	    modtree_install(modules, ret->release, dir, err) < 0)
		return -1;
	return dir_remove(root, err);
}

int make_debian_image(const struct identity *id, const char *dir, struct kernel_record *ret,
		      struct error **err)
{
	_cleanup_free_ char *deb = NULL, *root = xasprintf("%s/.unpacked", dir);

	if (apt_fetch(id->package, id->version, &deb, err) < 0)
		return -1;
	progress("unpack %s: %s", id->package, id->version);
	if (install(deb, root, dir, ret, err) < 0)
		return error_wrap(err, "unpack %s", deb);
	ret->package = xstrdup(id->package);
	ret->version = xasprintf("%s %s", id->package, id->version);
	return headers_install(id, ret->release, dir, err);
}
