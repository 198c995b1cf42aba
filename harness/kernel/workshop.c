// SPDX-License-Identifier: GPL-2.0-or-later
/* Trees for people: a kernel's configuration to read, its source to work in. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/arch.h"
#include "kernel/build.h"

/* As far as kconfig needs it; no object is compiled. */
static int configure(const struct kernel_def *def, const struct identity *id, char **ret,
		     struct error **err)
{
	_cleanup_build_ struct build b = { .from_nothing = true };
	_cleanup_free_ char *config = NULL;
	int r = -1;

	if (build_init(&b, def, id, err) < 0)
		return -1;
	config = xasprintf("%s/.config", b.obj);
	if (tree_make(&b, false, err) == 0 && build_configure(&b, err) == 0)
		r = file_read(config, ret, NULL, err);
	dir_remove(b.tree, NULL);
	return r;
}

int kernel_config(const struct kernel_def *def, char **ret, struct error **err)
{
	_cleanup_identity_ struct identity id = { 0 };
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_free_ char *path = NULL;

	if (identity_find(def, &id, err) < 0 || kernel_cached(def, &k, err) < 0)
		return -1;
	if (!k && kernel_is_built(def)) {
		if (configure(def, &id, ret, err) < 0)
			return error_wrap(err, "kernel %s", def->name);
		return 0;
	}
	if (!k && kernel_get(def, &k, err) < 0)
		return -1;
	path = xasprintf("%s/config", k->dir);
	if (!path_exists(path))
		return error_set(err, EXIT_INPUT, "kernel %s: its configuration isn't known",
				 def->name);
	return file_read(path, ret, NULL, err);
}

/* Objects as they are after the kernel's own build if those are kept, else what it started from. */
static int take_objects(const struct build *b, const char *tree, struct error **err)
{
	cleanup(base_deinit) struct base base = { 0 };

	if (b->queue.n ? base_find(b, &base, err) < 0
		       : kernel_objects(b->def, &base.objects, err) < 0)
		return -1;
	return base_take(&base, b, tree, err);
}

static int make_tree(struct build *b, const char *tree, struct error **err)
{
	const char *name = strrchr(tree, '/') + 1;

	free(b->tree);
	free(b->obj);
	b->tree = xasprintf("%.*s.tmp-%s", (int)(name - tree), tree, name);
	b->obj = xasprintf("%s/obj", b->tree);
	if (tree_make(b, true, err) < 0 || take_objects(b, tree, err) < 0 ||
	    build_configure(b, err) < 0)
		return -1;
	return store_publish(b->tree, tree, err);
}

/* Command-line words of make as environment, where kbuild takes them as well; O is KBUILD_OUTPUT. */
static char **shell_env(const struct build *b, const char *tree)
{
	char **env = build_env(b);

	strv_add(&env, "ARCH=" ARCH_SOURCE);
	strv_addf(&env, "KBUILD_OUTPUT=%s/obj", tree);
	strv_addf(&env, "LOCALVERSION=%s", b->release_suffix);
	strv_add(&env, BUILD_CFLAGS);
	strv_add(&env, BUILD_AFLAGS);
	return env;
}

int kernel_shell_tree(const struct kernel_def *def, bool fresh, char **ret_tree, char ***ret_env,
		      struct error **err)
{
	_cleanup_identity_ struct identity id = { 0 };
	_cleanup_build_ struct build b = { 0 };
	_cleanup_free_ char *shells = NULL, *tree = NULL;
	_cleanup_close_ int lock = -1;

	if (!kernel_is_built(def))
		return error_set(err, EXIT_INPUT, "kernel %s: there is no source of it", def->name);
	if (identity_find(def, &id, err) < 0 || cache_dir("shells", &shells, err) < 0 ||
	    build_init(&b, def, &id, err) < 0)
		return -1;
	tree = xasprintf("%s/%.*s", shells, SHORT_ID - 1, id.id);
	if (store_lock(shells, strrchr(tree, '/') + 1, &lock, err) < 0 ||
	    (fresh && dir_remove(tree, err) < 0))
		return -1;
	if (!path_is_dir(tree) && make_tree(&b, tree, err) < 0)
		return error_wrap(err, "kernel %s", def->name);
	mark_used(tree);
	*ret_env = shell_env(&b, tree);
	*ret_tree = steal_ptr(&tree);
	return 0;
}
