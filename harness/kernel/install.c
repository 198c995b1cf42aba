// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/arch.h"
#include "kernel/build.h"

/* In TREE/obj, and in the kernel's folder. */
static const struct {
	const char *from, *to;
} files[] = {
	{ ARCH_IMAGE, "vmlinuz" },
	{ ".config", "config" },
	{ "System.map", "System.map" },
};

static int install_files(const struct build *b, const char *dir, struct error **err)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *from = xasprintf("%s/%s", b->obj, files[i].from);
		_cleanup_free_ char *to = xasprintf("%s/%s", dir, files[i].to);

		if (file_copy(from, to, err) < 0)
			return -1;
	}
	return 0;
}

static int read_release(const struct build *b, char **ret, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/include/config/kernel.release", b->obj);

	if (file_read(path, ret, NULL, err) < 0)
		return -1;
	(*ret)[strcspn(*ret, "\n")] = '\0';
	return 0;
}

/* Without debug information, which the guest would hold in memory; depmod runs in modtree.c. */
static int install_modules(const struct build *b, const char *release, const char *dir,
			   struct error **err)
{
	_cleanup_free_ char *root = xasprintf("%s/.modules", dir);
	_cleanup_free_ char *tree = xasprintf("%s/lib/modules/%s", root, release);
	_cleanup_free_ char *where = xasprintf("INSTALL_MOD_PATH=%s", root);
	_cleanup_strv_ char **words = build_words(b);
	const struct make_opts opts = { .what = "install modules" };
	static const char *const links[] = { "build", "source" };

	strv_add(&words, where);
	strv_add(&words, "INSTALL_MOD_STRIP=1");
	strv_add(&words, "DEPMOD=true");
	strv_add(&words, "modules_install");
	if (make_run(b->tree, words, &opts, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		_cleanup_free_ char *link = xasprintf("%s/%s", tree, links[i]);

		unlink(link);
	}
	if (modtree_install(tree, release, dir, err) < 0)
		return -1;
	return dir_remove(root, err);
}

int build_install(const struct build *b, const char *dir, char **ret_release, struct error **err)
{
	progress("install %s: image and modules", b->name);
	if (install_files(b, dir, err) < 0 || read_release(b, ret_release, err) < 0)
		return -1;
	return install_modules(b, *ret_release, dir, err);
}
