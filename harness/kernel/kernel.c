// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding a kernel in the cache, or making it there. */
#include "kernel/kernel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/identity.h"
#include "kernel/objects.h"
#include "kernel/parts.h"
#include "kernel/store.h"

static char *path_if_exists(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);

	if (path_exists(path))
		return path;
	free(path);
	return NULL;
}

/* A folder in place is a whole kernel: it was renamed there after its last file. */
static int load(const struct kernel_def *def, const struct identity *id, const char *dir,
		struct kernel **ret, struct error **err)
{
	_cleanup_record_ struct kernel_record record = { 0 };
	struct kernel *k;

	*ret = NULL;
	if (!path_is_dir(dir))
		return 0;
	if (kernel_record_read(dir, &record, err) < 0)
		return error_wrap(err, "%s is damaged; remove it", dir);
	k = *ret = xcalloc(1, sizeof(*k));
	k->name = xstrdup(def->name);
	memcpy(k->id, id->id, HASH_HEX);
	k->release = steal_ptr(&record.release);
	k->version = steal_ptr(&record.version);
	k->dir = xstrdup(dir);
	k->image = xasprintf("%s/vmlinuz", dir);
	k->modules = xasprintf("%s/modules", dir);
	k->build = path_if_exists(dir, "build");
	k->dirty = record.dirty;
	return 0;
}

static int make(const struct kernel_def *def, const struct identity *id, const char *dir,
		struct kernel_record *record, struct error **err)
{
	switch (def->source) {
	case KERNEL_DEBIAN_IMAGE:
		return make_debian_image(id, dir, record, err);
	case KERNEL_DEBIAN_SOURCE:
	case KERNEL_GIT:
		return make_built(def, id, dir, record, err);
	case KERNEL_PREBUILT:
		return make_prebuilt(def, dir, record, err);
	}
	return error_set(err, EXIT_INPUT, "a kernel source without a meaning");
}

/* What a kernel that is there already is made for again: its objects, which are kept by now. */
static int publish_or_drop(const char *tmp, const char *dir, struct error **err)
{
	return path_is_dir(dir) ? dir_remove(tmp, err) : store_publish(tmp, dir, err);
}

/* Under a temporary name, then renamed; the caller holds the lock of this id. */
static int make_and_publish(const struct kernel_def *def, const struct identity *id,
			    const char *dir, struct error **err)
{
	_cleanup_record_ struct kernel_record record = { 0 };
	_cleanup_free_ char *tmp = xasprintf("%.*s/.tmp-%s", (int)(strrchr(dir, '/') - dir), dir,
					     strrchr(dir, '/') + 1);
	double start = now_s();

	if (dir_remove(tmp, err) < 0 || dir_make(tmp, err) < 0)
		return -1;
	if (make(def, id, tmp, &record, err) < 0)
		goto fail;
	record.seconds = now_s() - start;
	if (kernel_record_write(tmp, &record, err) < 0 || publish_or_drop(tmp, dir, err) < 0)
		goto fail;
	progress_note("kernel %s: %s ready in %s", def->name, record.release,
		      duration_to_str(record.seconds));
	return 0;
fail:
	dir_remove(tmp, NULL);
	return store_blame_space(err);
}

/* `objects` is what is wanted besides the kernel itself, or NULL. */
static bool is_whole(const char *dir, const char *objects)
{
	return path_is_dir(dir) && (!objects || path_is_dir(objects));
}

/* Makes it unless it is there; another process may make it while we wait for the lock. */
static int ensure(const struct kernel_def *def, const struct identity *id, const char *dir,
		  const char *objects, struct error **err)
{
	_cleanup_free_ char *kernels = NULL;
	_cleanup_close_ int lock = -1;

	if (is_whole(dir, objects))
		return 0;
	if (cache_dir("kernels", &kernels, err) < 0 ||
	    store_lock(kernels, strrchr(dir, '/') + 1, &lock, err) < 0)
		return -1;
	return is_whole(dir, objects) ? 0 : make_and_publish(def, id, dir, err);
}

void mark_used(const char *dir)
{
	utimensat(AT_FDCWD, dir, NULL, 0);
}

static int get(const struct kernel_def *def, const struct identity *id, struct kernel **ret,
	       struct error **err)
{
	_cleanup_free_ char *dir = NULL;

	if (store_kernel_dir(id->id, &dir, err) < 0 || ensure(def, id, dir, NULL, err) < 0)
		return -1;
	mark_used(dir);
	return load(def, id, dir, ret, err);
}

int kernel_objects(const struct kernel_def *def, char **ret, struct error **err)
{
	_cleanup_identity_ struct identity id = { 0 };
	_cleanup_free_ char *dir = NULL;

	if (identity_find(def, &id, err) < 0 || store_kernel_dir(id.id, &dir, err) < 0 ||
	    objects_path(id.id, ret, err) < 0 || ensure(def, &id, dir, *ret, err) < 0)
		return -1;
	mark_used(*ret);
	return 0;
}

int kernel_get(const struct kernel_def *def, struct kernel **ret, struct error **err)
{
	_cleanup_identity_ struct identity id = { 0 };

	if (identity_find(def, &id, err) < 0)
		return -1;
	if (get(def, &id, ret, err) < 0)
		return error_wrap(err, "kernel %s", def->name);
	return 0;
}

/* For packages that are only unpacked, fetching is all there is to do. */
int kernel_fetch(const struct kernel_def *def, struct error **err)
{
	_cleanup_identity_ struct identity id = { 0 };
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_free_ char *source = NULL;

	if (!kernel_is_built(def))
		return kernel_get(def, &k, err);
	if (identity_find(def, &id, err) < 0)
		return -1;
	if (source_get(def, &id, &source, err) < 0)
		return error_wrap(err, "kernel %s", def->name);
	return 0;
}

int kernel_cached(const struct kernel_def *def, struct kernel **ret, struct error **err)
{
	_cleanup_identity_ struct identity id = { 0 };
	_cleanup_free_ char *dir = NULL;

	*ret = NULL;
	if (identity_find(def, &id, err) < 0 || store_kernel_dir(id.id, &dir, err) < 0)
		return -1;
	return load(def, &id, dir, ret, err);
}

void kernel_free(struct kernel *k)
{
	if (!k)
		return;
	free(k->name);
	free(k->release);
	free(k->version);
	free(k->dir);
	free(k->image);
	free(k->modules);
	free(k->build);
	free(k);
}
