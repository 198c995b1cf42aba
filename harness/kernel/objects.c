// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/objects.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/arch.h"
#include "kernel/git.h"
#include "kernel/store.h"

/* In the kept tree, a line each: where it was built, its family, its content. */
#define ORIGIN "origin"

struct origin {
	char *text;
	const char *tree, *family, *content;
};

/*
 * Linked anew whatever the change: more than half of the tree's weight.  And
 * the empty initramfs, which has the build's date in it; kbuild doesn't see
 * when that is another one, as for two revisions of a git tree.
 */
static const char *const debris[] = {
	"vmlinux",
	"vmlinux.o",
	"vmlinux.a",
	".tmp_vmlinux*",
	"System.map",
	ARCH_IMAGE,
	"arch/" ARCH_SOURCE "/boot/*.bin",
	"arch/" ARCH_SOURCE "/boot/compressed/vmlinux*",
	"arch/" ARCH_SOURCE "/boot/setup.elf",
	"usr/initramfs_data.cpio*",
	"usr/initramfs_inc_data",
};

int objects_path(const char id[HASH_HEX], char **ret, struct error **err)
{
	_cleanup_free_ char *objects = NULL;

	if (cache_dir("objects", &objects, err) < 0)
		return -1;
	*ret = xasprintf("%s/%.*s", objects, SHORT_ID - 1, id);
	return 0;
}

static int remove_debris(const char *obj, struct error **err)
{
	_cleanup_strv_ char **argv = NULL;

	/* -path's * matches / as well, and nothing below these names is wanted. */
	strv_add(&argv, "find");
	strv_add(&argv, obj);
	strv_add(&argv, "-type");
	strv_add(&argv, "f");
	strv_add(&argv, "(");
	for (size_t i = 0; i < ARRAY_SIZE(debris); i++) {
		if (i)
			strv_add(&argv, "-o");
		strv_add(&argv, "-path");
		strv_addf(&argv, "%s/%s", obj, debris[i]);
	}
	strv_add(&argv, ")");
	strv_add(&argv, "-delete");
	return proc_run(argv, C_LOCALE, err);
}

static int origin_read(const char *path, struct origin *ret, struct error **err)
{
	_cleanup_free_ char *file = xasprintf("%s/" ORIGIN, path);
	char *rest;

	if (file_read(file, &ret->text, NULL, err) < 0)
		return error_wrap(err, "%s is damaged; remove it", path);
	rest = ret->text;
	ret->tree = strsep(&rest, "\n");
	ret->family = strsep(&rest, "\n");
	ret->content = strsep(&rest, "\n");
	if (!ret->family || !ret->content)
		return error_set(err, EXIT_FAULT, "%s is damaged; remove it", path);
	return 0;
}

static void origin_deinit(struct origin *o)
{
	free(o->text);
}
#define _cleanup_origin_ cleanup(origin_deinit)

int objects_keep(const char id[HASH_HEX], const char *tree, const char *family, const char *content,
		 struct error **err)
{
	_cleanup_free_ char *obj = xasprintf("%s/obj", tree), *path = NULL;
	_cleanup_free_ char *origin = xasprintf("%s/" ORIGIN, obj);
	_cleanup_free_ char *text = xasprintf("%s\n%s\n%s\n", tree, family ?: "-", content ?: "-");

	if (objects_path(id, &path, err) < 0)
		return -1;
	if (path_is_dir(path))
		return 0;
	if (remove_debris(obj, err) < 0 || file_puts(origin, text, err) < 0)
		return -1;
	return store_publish(obj, path, err);
}

/* nftw() has no argument for its function. */
static _Thread_local struct {
	const char *from, *to;
	struct error *err;
} move;

static int replace_in(const char *path, struct error **err)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_strbuf_ struct strbuf out = { 0 };
	struct stat st;
	char *at, *rest;

	if (stat(path, &st) < 0 || file_read(path, &text, NULL, err) < 0)
		return -1;
	for (rest = text; (at = strstr(rest, move.from)); rest = at + strlen(move.from)) {
		strbuf_add(&out, rest, (size_t)(at - rest));
		strbuf_puts(&out, move.to);
	}
	if (rest == text)
		return 0;
	strbuf_puts(&out, rest);
	if (file_puts(path, out.data, err) < 0)
		return -1;
	/* Not an error: make asks for the times of targets, which these aren't. */
	utimensat(AT_FDCWD, path, (struct timespec[]){ st.st_atim, st.st_mtim }, 0);
	return 0;
}

static int on_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)ftw;
	if (type != FTW_F || !(str_ends(path, ".cmd") || str_ends(path, ".d")))
		return 0;
	return replace_in(path, &move.err);
}

static int relocate(const char *obj, const char *from, const char *to, struct error **err)
{
	_cleanup_free_ char *tools = xasprintf("%s/tools", obj);

	move.from = from;
	move.to = to;
	move.err = NULL;
	if (!path_is_dir(tools) || nftw(tools, on_file, 32, FTW_PHYS) == 0)
		return 0;
	if (move.err)
		return error_propagate(err, steal_ptr(&move.err));
	return error_set(err, EXIT_FAULT, "relocate %s", tools);
}

int objects_take(const char *from, const char *tree, const char *place, struct error **err)
{
	_cleanup_free_ char *obj = xasprintf("%s/obj", tree);
	_cleanup_origin_ struct origin origin = { 0 };

	progress("copy objects: %s", strrchr(from, '/') + 1);
	if (origin_read(from, &origin, err) < 0)
		return -1;
	if (proc_runl(C_LOCALE, err, "cp", "-a", "--reflink=auto", from, obj, NULL) < 0)
		return store_blame_space(err);
	return relocate(obj, origin.tree, place, err);
}

/* NULL if the tree at `path` is none of this family, or can't be compared any more. */
static char **compare(const char *git_tree, const char *family, const char *content,
		      const char *path)
{
	_cleanup_origin_ struct origin origin = { 0 };
	char **changed = NULL;

	if (origin_read(path, &origin, NULL) < 0 || !streq(origin.family, family))
		return NULL;
	/* git may have thrown that state away: then these objects are of no use. */
	if (git_changed(git_tree, origin.content, content, &changed, NULL) < 0)
		return NULL;
	return changed;
}

int objects_nearest(const char *git_tree, const char *family, const char *content, char **ret_path,
		    char ***ret_changed, struct error **err)
{
	_cleanup_free_ char *objects = NULL;
	_cleanup_strv_ char **names = NULL;

	*ret_path = NULL;
	if (cache_dir("objects", &objects, err) < 0 || dir_list(objects, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", objects, names[i]);
		_cleanup_strv_ char **changed = NULL;

		if (*names[i] == '.')
			continue;
		changed = compare(git_tree, family, content, path);
		if (!changed || (*ret_path && strv_len(changed) >= strv_len(*ret_changed)))
			continue;
		free(*ret_path);
		strv_free(*ret_changed);
		*ret_path = steal_ptr(&path);
		*ret_changed = steal_ptr(&changed);
	}
	return 0;
}
