// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * modprobe knows the rules (dependencies, aliases, soft dependencies, built-in
 * modules), so it is asked; nothing is loaded here.
 */
#include "image/modules.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"

struct wanted {
	const char *name;
	const char *why;
	bool zram_only;
};

static const struct wanted wanted[] = {
	{ "virtio_pci", "the frame stream" },
	{ "virtio_console", "the frame stream" },
	{ "nd_pmem", "swap, data and tools devices" },
	{ "nd_e820", "swap and data devices" },
	{ "nfit", "the tools device" },
	{ "erofs", "the tools image" },
	/* zram asks for its compressor by request_module(), and the guest has no modprobe. */
	{ "lzo_rle", "zram's compression", true },
	{ "zram", "swap = \"zram\"", true },
};

/* Debian keeps it out of an ordinary user's PATH. */
static const char modprobe_fallback[] = "/sbin/modprobe";

static const char *modprobe(void)
{
	return proc_exists("modprobe") ? "modprobe" : modprobe_fallback;
}

/*
 * modprobe looks into ROOT/lib/modules/RELEASE: make that a link to the
 * kernel's folder.
 */
static int make_root(const struct kernel *k, char **ret, struct error **err)
{
	_cleanup_free_ char *base = NULL, *root = NULL, *modules = NULL, *link = NULL;

	if (cache_dir("tmp", &base, err) < 0)
		return -1;
	root = xasprintf("%s/modprobe-XXXXXX", base);
	if (!mkdtemp(root))
		return error_errno(err, errno, "create folder %s", root);
	modules = xasprintf("%s/lib/modules", root);
	link = xasprintf("%s/%s", modules, k->release);
	if (dir_make(modules, err) < 0)
		return -1;
	if (symlink(k->modules, link) < 0)
		return error_errno(err, errno, "link %s", link);
	*ret = steal_ptr(&root);
	return 0;
}

static bool contains(char *const *v, const char *s)
{
	for (; v && *v; v++) {
		if (streq(*v, s))
			return true;
	}
	return false;
}

/* "insmod ROOT/lib/modules/RELEASE/kernel/….ko PARAMS" or "builtin NAME", a line each. */
static int read_depends(const struct kernel *k, char *text, char ***list, struct error **err)
{
	_cleanup_free_ char *marker = xasprintf("/lib/modules/%s/", k->release);
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *path = strstr(line, marker);

		if (str_starts(line, "builtin "))
			continue;
		if (!str_starts(line, "insmod ") || !path)
			return error_set(err, EXIT_FAULT, "modprobe: unexpected line \"%s\"", line);
		path += strlen(marker);
		path[strcspn(path, " ")] = '\0';
		if (!contains(*list, path))
			strv_add(list, path);
	}
	return 0;
}

static int resolve_in(const struct kernel *k, const char *root, const char *name, char ***list,
		      struct error **err)
{
	/* -C: what the host's modprobe.d says is about the host. */
	char *const argv[] = {
		(char *)modprobe(), "--show-depends", "-C", "/dev/null", "-d", (char *)root, "-S",
		k->release,         (char *)name,     NULL
	};
	_cleanup_free_ char *text = NULL;

	if (proc_output(argv, &text, err) < 0)
		return -1;
	return read_depends(k, text, list, err);
}

/* A kernel without a module list has everything built in, as far as anyone can tell. */
static bool has_modules(const struct kernel *k)
{
	_cleanup_free_ char *dep = NULL;

	if (!k->modules)
		return false;
	dep = xasprintf("%s/modules.dep", k->modules);
	return path_exists(dep);
}

static int missing(const struct kernel *k, const char *name, const char *why, struct error **err)
{
	if (err && *err && (*err)->code == EXIT_INTERRUPTED)
		return -1;
	error_wrap(err, "kernel %s has no %s, neither as a module nor built in (for %s)", k->name,
		   name, why);
	if (err && *err && (*err)->code == EXIT_FAULT)
		(*err)->code = EXIT_INPUT;
	return -1;
}

static int resolve_all(const struct kernel *k, const struct wanted *w, size_t n, char ***ret,
		       struct error **err)
{
	_cleanup_strv_ char **list = xcalloc(1, sizeof(char *));
	_cleanup_free_ char *root = NULL;
	int r = 0;

	if (!path_exists(modprobe_fallback) && !proc_exists("modprobe"))
		return error_set(err, EXIT_HOST, "modprobe isn't installed (package kmod)");
	if (has_modules(k)) {
		if (make_root(k, &root, err) < 0)
			return -1;
		for (size_t i = 0; i < n && r == 0; i++) {
			r = resolve_in(k, root, w[i].name, &list, err);
			if (r < 0)
				missing(k, w[i].name, w[i].why, err);
		}
		dir_remove(root, NULL);
	}
	if (r == 0)
		*ret = steal_ptr(&list);
	return r;
}

int modules_resolve(const struct kernel *k, const char *name, char ***ret, struct error **err)
{
	const struct wanted one = { .name = name, .why = "a policy" };

	return resolve_all(k, &one, 1, ret, err);
}

int modules_for_devices(const struct kernel *k, bool zram, char ***ret, struct error **err)
{
	struct wanted list[ARRAY_SIZE(wanted)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (zram || !wanted[i].zram_only)
			list[n++] = wanted[i];
	}
	return resolve_all(k, list, n, ret, err);
}
