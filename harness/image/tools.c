// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/tools.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/cached.h"
#include "image/closure.h"
#include "image/image.h"
#include "image/program.h"

#define FORMAT "tools 1" /* to be raised when the same inputs are to give other contents */

/* What an nvdimm's size must be a multiple of: the kernel maps it in subsections. */
#define SIZE_ALIGN (2ull << 20)

static char *const mount_points[] = { "proc", "sys", "dev", "out", "tmp", NULL };

struct tool {
	char *dest; /* in the image */
	char *from; /* on the host */
};

/* Everything that goes into one image, in order. */
struct tools {
	struct tool *files;
	size_t n;
};

static void tools_deinit(struct tools *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->files[i].dest);
		free(t->files[i].from);
	}
	free(t->files);
}
#define _cleanup_tools_ cleanup(tools_deinit)

/* Both are taken over. */
static void add(struct tools *t, char *dest, char *from)
{
	*ARRAY_APPEND(t->files, t->n) = (struct tool){ dest, from };
}

static int add_programs(struct tools *t, const struct workload_def *w, struct error **err)
{
	_cleanup_strv_ char **paths = NULL;

	for (char **p = w->programs; p && *p; p++) {
		if (closure_add(*p, &paths, err) < 0)
			return error_wrap(err, "workload %s", w->name);
	}
	for (char **p = paths; p && *p; p++)
		add(t, xstrdup(*p), xstrdup(*p));
	return 0;
}

/* What the host reads and the guest can't use. */
static bool for_the_host(const struct workload_def *w, const char *name)
{
	return streq(name, "workload.toml") || str_ends(name, ".md") ||
	       (w->source && (str_ends(name, ".c") || str_ends(name, ".h")));
}

static int add_folder(struct tools *t, const struct workload_def *w, const char *rel,
		      struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s%s", w->dir, rel);
	_cleanup_strv_ char **names = NULL;

	if (dir_list(dir, &names, err) < 0)
		return -1;
	for (char **name = names; *name; name++) {
		_cleanup_free_ char *sub = xasprintf("%s/%s", rel, *name);
		_cleanup_free_ char *from = xasprintf("%s/%s", dir, *name);

		if (for_the_host(w, *name))
			continue;
		if (!path_is_dir(from))
			add(t, xasprintf(TOOLS_WORKLOADS "/%s%s", w->name, sub), steal_ptr(&from));
		else if (add_folder(t, w, sub, err) < 0)
			return -1;
	}
	return 0;
}

int tools_build(const struct workload_def *w, char **ret, struct error **err)
{
	const struct program p = { w->name, w->dir, w->source };

	if (program_build(&p, ret, err) < 0)
		return error_wrap(err, "workload %s", w->name);
	return 0;
}

static int collect(const struct workload_def *w, struct tools *t, struct error **err)
{
	char *program;

	if (add_programs(t, w, err) < 0 || add_folder(t, w, "", err) < 0)
		return -1;
	if (!w->source)
		return 0;
	if (tools_build(w, &program, err) < 0)
		return -1;
	add(t, xasprintf(TOOLS_WORKLOADS "/%s/%s", w->name, w->name), program);
	return 0;
}

/* mkfs.erofs decides where in the image a file lies: another one makes another image. */
static int hash_tools(const struct tools *t, char ret[HASH_HEX], struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();
	_cleanup_free_ char *mkfs = NULL;

	if (closure_find("mkfs.erofs", &mkfs, err) < 0)
		return error_wrap(err, "package erofs-utils");
	hash_str(h, FORMAT);
	if (hash_file(h, mkfs, err) < 0)
		return -1;
	for (size_t i = 0; i < t->n; i++) {
		struct stat st;

		if (stat(t->files[i].from, &st) < 0)
			return error_errno(err, errno, "stat %s", t->files[i].from);
		hash_str(h, t->files[i].dest);
		hash_u64(h, st.st_mode & 0111);
		if (hash_file(h, t->files[i].from, err) < 0)
			return -1;
	}
	hash_finish(h, ret);
	return 0;
}

static int stage(const char *root, const struct tools *t, struct error **err)
{
	for (char *const *m = mount_points; *m; m++) {
		_cleanup_free_ char *dir = xasprintf("%s/%s", root, *m);

		if (dir_make(dir, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < t->n; i++) {
		_cleanup_free_ char *to = xasprintf("%s%s", root, t->files[i].dest);
		char *slash = strrchr(to, '/');

		*slash = '\0';
		if (dir_make(to, err) < 0)
			return -1;
		*slash = '/';
		if (file_copy(t->files[i].from, to, err) < 0)
			return -1;
	}
	return 0;
}

static int pad(const char *image, struct error **err)
{
	struct stat st;

	if (stat(image, &st) < 0 ||
	    truncate(image, (off_t)(((uint64_t)st.st_size + SIZE_ALIGN - 1) / SIZE_ALIGN *
				    SIZE_ALIGN)) < 0)
		return error_errno(err, errno, "pad %s", image);
	return 0;
}

/*
 * Fixed time, owner and UUID, no extended attributes: equal contents give equal
 * images.  Not compressed: unpacking would be charged to the workload.
 */
static int make(const char *dir, void *arg, struct error **err)
{
	const struct tools *t = arg;
	_cleanup_free_ char *root = xasprintf("%s/root", dir);
	_cleanup_free_ char *image = xasprintf("%s/tools.erofs", dir);

	if (stage(root, t, err) < 0)
		return -1;
	if (proc_runl(NULL, err, "mkfs.erofs", "-T0", "-x-1", "--all-root",
		      "-U00000000-0000-4000-8000-746f6f6c7300", image, root, NULL) < 0 ||
	    pad(image, err) < 0)
		return -1;
	return dir_remove(root, err);
}

int image_tools_hash(const struct workload_def *w, char ret[HASH_HEX], struct error **err)
{
	_cleanup_tools_ struct tools t = { 0 };

	if (collect(w, &t, err) < 0)
		return -1;
	return hash_tools(&t, ret, err);
}

int tools_image(const struct workload_def *w, char **ret, uint64_t *ret_bytes, struct error **err)
{
	_cleanup_tools_ struct tools t = { 0 };
	_cleanup_free_ char *dir = NULL, *image = NULL;
	char id[HASH_HEX];
	struct stat st;

	if (collect(w, &t, err) < 0 || hash_tools(&t, id, err) < 0)
		return -1;
	id[SHORT_ID - 1] = '\0';
	if (cached_dir("tools", id, make, &t, &dir, err) < 0)
		return error_wrap(err, "tools image of workload %s", w->name);
	image = xasprintf("%s/tools.erofs", dir);
	if (stat(image, &st) < 0)
		return error_errno(err, errno, "stat %s", image);
	*ret = steal_ptr(&image);
	*ret_bytes = (uint64_t)st.st_size;
	return 0;
}
