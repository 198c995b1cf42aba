// SPDX-License-Identifier: GPL-2.0-or-later
/* A source tree to work in, out of the one in the cache. */
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/build.h"

/*
 * Objects, the kernel and what modules are built against.  Measured on 6.1: some
 * 700 options take 0.5 GiB, the debug flavour three times as much.
 */
#define OBJECTS_BYTES (2ULL << 30)

static int tree_bytes(const char *pristine, unsigned long long *ret, struct error **err)
{
	char *argv[] = { "du", "-sb", (char *)pristine, NULL };
	_cleanup_free_ char *text = NULL;

	if (proc_output(argv, &text, err) < 0)
		return -1;
	*ret = strtoull(text, NULL, 10);
	return 0;
}

/* Times are kept: kbuild goes by them. */
static int copy(const struct build *b, const char *pristine, const char *parent, struct error **err)
{
	unsigned long long bytes;

	if (tree_bytes(pristine, &bytes, err) < 0 ||
	    store_check_space(parent, bytes + OBJECTS_BYTES, "a kernel's source tree", err) < 0)
		return -1;
	progress("copy %s: source", b->name);
	if (proc_runl(C_LOCALE, err, "cp", "-a", "--reflink=auto", pristine, b->tree, NULL) < 0)
		return store_blame_space(err);
	return 0;
}

/* Links take a second where 1.5 GB take twenty; a file system without them gets a copy. */
static int share(const struct build *b, const char *pristine, const char *parent,
		 struct error **err)
{
	if (store_check_space(parent, OBJECTS_BYTES, "a kernel build", err) < 0)
		return -1;
	progress("link %s: source", b->name);
	if (proc_runl(C_LOCALE, NULL, "cp", "-al", pristine, b->tree, NULL) == 0)
		return 0;
	if (proc_interrupted())
		return error_set(err, EXIT_INTERRUPTED, "interrupted");
	return dir_remove(b->tree, err) < 0 ? -1 : copy(b, pristine, parent, err);
}

int tree_make(const struct build *b, bool own, struct error **err)
{
	_cleanup_free_ char *parent = xstrndup(b->tree, (size_t)(strrchr(b->tree, '/') - b->tree));
	_cleanup_free_ char *pristine = NULL;

	if (source_get(b->def, b->id, &pristine, err) < 0 || dir_remove(b->tree, err) < 0 ||
	    dir_make(parent, err) < 0)
		return -1;
	if ((own ? copy(b, pristine, parent, err) : share(b, pristine, parent, err)) < 0)
		return -1;
	return queue_apply(&b->queue, b->tree, err);
}
