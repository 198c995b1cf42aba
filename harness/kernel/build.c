// SPDX-License-Identifier: GPL-2.0-or-later
/* debian-source: fetch → unpack → patch → config → compile → install. */
#include "kernel/build.h"

#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"

/* Objects of a kernel of some 700 options, measured at 314 MB, with room for larger ones. */
#define OBJECTS_BYTES (1ULL << 30)

static int tree_bytes(const char *dir, unsigned long long *ret, struct error **err)
{
	char *argv[] = { "du", "-sb", (char *)dir, NULL };
	_cleanup_free_ char *text = NULL;

	if (proc_output(argv, &text, err) < 0)
		return -1;
	*ret = strtoull(text, NULL, 10);
	return 0;
}

/* The pristine source stays as it is; the copy keeps its times, which a build date comes from. */
static int copy_tree(const struct build *b, const char *pristine, struct error **err)
{
	_cleanup_free_ char *parent = xstrndup(b->tree, (size_t)(strrchr(b->tree, '/') - b->tree));
	unsigned long long bytes;

	if (dir_remove(b->tree, err) < 0 || dir_make(parent, err) < 0 ||
	    tree_bytes(pristine, &bytes, err) < 0 ||
	    store_check_space(parent, bytes + OBJECTS_BYTES, "a kernel build", err) < 0)
		return -1;
	progress("copy %s: source", b->name);
	if (proc_runl(C_LOCALE, err, "cp", "-a", "--reflink=auto", pristine, b->tree, NULL) < 0)
		return store_blame_space(err);
	return 0;
}

static int make_tree(struct build *b, struct error **err)
{
	_cleanup_free_ char *pristine = NULL;

	if (source_get(b->id, &pristine, err) < 0 || copy_tree(b, pristine, err) < 0)
		return -1;
	return queue_apply(&b->queue, b->tree, err);
}

/* The steps that the newest build of the same source took: what to expect of this one. */
static unsigned int expected_steps(const char *package)
{
	_cleanup_free_ char *kernels = NULL;
	_cleanup_strv_ char **names = NULL;
	unsigned int steps = 0;

	if (cache_dir("kernels", &kernels, NULL) < 0 || dir_list(kernels, &names, NULL) < 0)
		return 0;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_record_ struct kernel_record record = { 0 };
		_cleanup_free_ char *dir = xasprintf("%s/%s", kernels, names[i]);

		if (*names[i] != '.' && kernel_record_read(dir, &record, NULL) == 0 &&
		    streq(record.package, package) && record.steps > steps)
			steps = record.steps;
	}
	return steps;
}

static int build_run(struct build *b, const char *dir, struct kernel_record *ret,
		     struct error **err)
{
	b->steps = expected_steps(b->id->package);
	if (make_tree(b, err) < 0 || build_configure(b, err) < 0 || build_compile(b, err) < 0 ||
	    build_install(b, dir, &ret->release, err) < 0 || build_install_devel(b, dir, err) < 0)
		return -1;
	ret->package = xstrdup(b->id->package);
	ret->compiler = xstrdup(b->id->compiler);
	ret->steps = b->steps;
	ret->version = xasprintf("%s %s", b->id->package, b->id->version);
	if (b->queue.n) {
		_cleanup_free_ char *plain = steal_ptr(&ret->version);

		ret->version =
			xasprintf("%s +%zu patch%s", plain, b->queue.n, b->queue.n > 1 ? "es" : "");
	}
	return 0;
}

/*
 * Trees that killed processes left; the caller holds this id's lock, so none
 * is in use.  Their compilers may still run for a moment, which is why a tree
 * is never used twice and why what can't be removed now is left for later.
 */
static void sweep(const char *builds, const char *id)
{
	_cleanup_free_ char *prefix = xasprintf("%.*s.", SHORT_ID - 1, id);
	_cleanup_strv_ char **names = NULL;

	if (dir_list(builds, &names, NULL) < 0)
		return;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", builds, names[i]);

		if (str_starts(names[i], prefix) && path_is_dir(path))
			dir_remove(path, NULL);
	}
}

static int build_init(struct build *b, const struct kernel_def *def, const struct identity *id,
		      struct error **err)
{
	_cleanup_free_ char *builds = NULL;

	if (cache_dir("builds", &builds, err) < 0 ||
	    source_inputs(def, &b->asked, &b->queue, err) < 0)
		return -1;
	b->name = def->name;
	b->id = id;
	sweep(builds, id->id);
	b->tree = xasprintf("%s/%.*s.%d", builds, SHORT_ID - 1, id->id, getpid());
	b->obj = xasprintf("%s/obj", b->tree);
	b->log = xasprintf("%s/%.*s.log", builds, SHORT_ID - 1, id->id);
	b->release_suffix = xasprintf("-mm-%.8s", id->id);
	return 0;
}

static void build_deinit(struct build *b)
{
	fragment_deinit(&b->asked);
	queue_deinit(&b->queue);
	free(b->tree);
	free(b->obj);
	free(b->log);
	free(b->release_suffix);
}

int make_debian_source(const struct kernel_def *def, const struct identity *id, const char *dir,
		       struct kernel_record *ret, struct error **err)
{
	struct build b = { 0 };
	int r = build_init(&b, def, id, err);

	if (r == 0) {
		r = build_run(&b, dir, ret, err);
		progress("clean up %s: scratch tree", def->name);
		dir_remove(b.tree, NULL);
	}
	build_deinit(&b);
	return r;
}
