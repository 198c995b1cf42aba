// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding a kernel in the cache, or making it there. */
#include "kernel/kernel.h"

#include <string.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/identity.h"
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
	return 0;
}

static int make(const struct kernel_def *def, const struct identity *id, const char *dir,
		struct kernel_record *record, struct error **err)
{
	switch (def->source) {
	case KERNEL_DEBIAN_IMAGE:
		return make_debian_image(id, dir, record, err);
	case KERNEL_DEBIAN_SOURCE:
		return make_debian_source(def, id, dir, record, err);
	case KERNEL_PREBUILT:
		return make_prebuilt(def, dir, record, err);
	}
	return error_set(err, EXIT_INPUT, "a kernel source without a meaning");
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
	if (kernel_record_write(tmp, &record, err) < 0 || store_publish(tmp, dir, err) < 0)
		goto fail;
	progress_note("kernel %s: %s ready in %s", def->name, record.release,
		      duration_to_str(record.seconds));
	return 0;
fail:
	dir_remove(tmp, NULL);
	return store_blame_space(err);
}

static int get(const struct kernel_def *def, const struct identity *id, struct kernel **ret,
	       struct error **err)
{
	_cleanup_free_ char *dir = NULL, *kernels = NULL;
	_cleanup_close_ int lock = -1;

	if (store_kernel_dir(id->id, &dir, err) < 0 || load(def, id, dir, ret, err) < 0)
		return -1;
	if (*ret)
		return 0;
	if (cache_dir("kernels", &kernels, err) < 0 ||
	    store_lock(kernels, strrchr(dir, '/') + 1, &lock, err) < 0)
		return -1;
	/* Another process may have made it while we waited. */
	if (load(def, id, dir, ret, err) < 0)
		return -1;
	if (*ret)
		return 0;
	if (make_and_publish(def, id, dir, err) < 0)
		return -1;
	return load(def, id, dir, ret, err);
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

	if (def->source != KERNEL_DEBIAN_SOURCE)
		return kernel_get(def, &k, err);
	if (identity_find(def, &id, err) < 0)
		return -1;
	if (source_get(&id, &source, err) < 0)
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
