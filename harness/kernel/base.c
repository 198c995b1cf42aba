// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/build.h"
#include "kernel/objects.h"

/* Objects of one family can be built on top of each other: same git tree, options, compiler. */
static void find_family(const struct build *b, char ret[HASH_HEX])
{
	_cleanup_hash_ struct hash *h = hash_create();

	hash_u64(h, KERNEL_LAYOUT);
	hash_str(h, b->def->tree);
	hash_str(h, b->id->compiler);
	fragment_hash(&b->asked, h);
	hash_finish(h, ret);
}

/* The same id as a [kernel.NAME] without `patches` has: whichever comes first builds for both. */
static int find_unpatched(const struct build *b, char **ret, struct error **err)
{
	_cleanup_free_ char *name = xasprintf("%s without its patches", b->name);
	struct kernel_def plain = *b->def;

	plain.name = name;
	plain.patches = NULL;
	return kernel_objects(&plain, ret, err);
}

int base_find(const struct build *b, struct base *ret, struct error **err)
{
	char family[HASH_HEX];

	if (b->from_nothing)
		return 0;
	if (b->queue.n)
		return find_unpatched(b, &ret->objects, err);
	if (b->def->source != KERNEL_GIT)
		return 0;
	find_family(b, family);
	return objects_nearest(b->def->tree, family, b->def->rev.content, &ret->objects,
			       &ret->changed, err);
}

/* A file of its own instead of a link to the cache's, and newer than any object. */
static int renew(const char *path, struct error **err)
{
	_cleanup_free_ char *copy = xasprintf("%s.new", path);

	if (!path_exists(path))
		return 0;
	if (file_copy(path, copy, err) < 0)
		return -1;
	if (rename(copy, path) < 0)
		return error_errno(err, errno, "rename %s", copy);
	return 0;
}

int base_take(const struct base *base, const struct build *b, const char *place, struct error **err)
{
	if (!base->objects)
		return 0;
	if (base->changed)
		progress_detail("%s: on top of %s, %zu files differ", b->name,
				strrchr(base->objects, '/') + 1, strv_len(base->changed));
	for (size_t i = 0; base->changed && base->changed[i]; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", b->tree, base->changed[i]);
		struct stat st;

		if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && renew(path, err) < 0)
			return -1;
	}
	return objects_take(base->objects, b->tree, place, err);
}

int base_keep(const struct build *b, struct error **err)
{
	char family[HASH_HEX];

	if (b->queue.n || b->from_nothing)
		return 0;
	progress("keep %s: objects", b->name);
	if (b->def->source != KERNEL_GIT)
		return objects_keep(b->id->id, b->tree, NULL, NULL, err);
	find_family(b, family);
	return objects_keep(b->id->id, b->tree, family, b->def->rev.content, err);
}

void base_deinit(struct base *base)
{
	free(base->objects);
	strv_free(base->changed);
}
