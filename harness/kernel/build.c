// SPDX-License-Identifier: GPL-2.0-or-later
/* From source: fetch → unpack → patch → config → compile → install. */
#include "kernel/build.h"

#include <string.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"

static int compile(struct build *b, const char *dir, struct kernel_record *ret, struct error **err)
{
	cleanup(base_deinit) struct base base = { 0 };

	if (base_find(b, &base, err) < 0 || tree_make(b, false, err) < 0 ||
	    base_take(&base, b, b->tree, err) < 0 || build_configure(b, err) < 0 ||
	    build_prepare(b, err) < 0 || build_compile(b, err) < 0 ||
	    build_install(b, dir, &ret->release, err) < 0 || build_install_devel(b, dir, err) < 0)
		return -1;
	return base_keep(b, err);
}

/* "linux-source-6.1 6.1.192-2 +2 patches", "/home/me/linux 1a2b3c4d5e6f-dirty, flavour debug" */
static char *version(const struct build *b)
{
	struct strbuf v = { 0 };

	strbuf_printf(&v, "%s %s", b->id->package, b->id->version);
	if (b->queue.n)
		strbuf_printf(&v, " +%zu patch%s", b->queue.n, b->queue.n > 1 ? "es" : "");
	if (b->def->flavour)
		strbuf_printf(&v, ", flavour %s", b->def->flavour);
	return strbuf_steal(&v);
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

int build_init(struct build *b, const struct kernel_def *def, const struct identity *id,
	       struct error **err)
{
	_cleanup_free_ char *builds = NULL;

	if (cache_dir("builds", &builds, err) < 0 ||
	    source_inputs(def, &b->asked, &b->queue, err) < 0)
		return -1;
	b->name = def->name;
	b->def = def;
	b->id = id;
	/* Another folder than the first time's, also in one process: that is what is checked. */
	b->tree = xasprintf("%s/%.*s%s.%d", builds, SHORT_ID - 1, id->id,
			    b->from_nothing ? ".again" : "", getpid());
	b->obj = xasprintf("%s/obj", b->tree);
	b->log = xasprintf("%s/%.*s.log", builds, SHORT_ID - 1, id->id);
	b->release_suffix = xasprintf("-mm-%.8s", id->id);
	return 0;
}

void build_deinit(struct build *b)
{
	fragment_deinit(&b->asked);
	queue_deinit(&b->queue);
	free(b->tree);
	free(b->obj);
	free(b->log);
	free(b->release_suffix);
}

static int make(const struct kernel_def *def, const struct identity *id, bool from_nothing,
		const char *dir, struct kernel_record *ret, struct error **err)
{
	_cleanup_free_ char *builds = NULL;
	_cleanup_build_ struct build b = { .from_nothing = from_nothing };
	int r;

	if (build_init(&b, def, id, err) < 0 || cache_dir("builds", &builds, err) < 0)
		return -1;
	sweep(builds, id->id);
	r = compile(&b, dir, ret, err);
	progress("clean up %s: scratch tree", def->name);
	dir_remove(b.tree, NULL);
	if (r < 0)
		return -1;
	ret->package = xstrdup(id->package);
	ret->compiler = xstrdup(id->compiler);
	ret->version = version(&b);
	ret->steps = b.steps;
	ret->dirty = def->rev.dirty;
	return 0;
}

int make_built(const struct kernel_def *def, const struct identity *id, const char *dir,
	       struct kernel_record *ret, struct error **err)
{
	return make(def, id, false, dir, ret, err);
}

int make_from_nothing(const struct kernel_def *def, const struct identity *id, const char *dir,
		      struct kernel_record *ret, struct error **err)
{
	return make(def, id, true, dir, ret, err);
}
