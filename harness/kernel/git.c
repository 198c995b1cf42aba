// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/git.h"

#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "kernel/store.h"

/* What of ours belongs to one of the user's trees. */
struct side {
	char *dir;     /* $CACHE/git/ID */
	char *index;   /* DIR/index: knows the worktree's files by their times */
	char *objects; /* DIR/objects: contents that no commit has */
};

static int side_init(struct side *s, const char *tree, struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();
	_cleanup_free_ char *top = NULL;
	char hex[HASH_HEX];

	hash_str(h, tree);
	hash_finish(h, hex);
	if (cache_dir("git", &top, err) < 0)
		return -1;
	s->dir = xasprintf("%s/%.*s", top, SHORT_ID - 1, hex);
	s->index = xasprintf("%s/index", s->dir);
	s->objects = xasprintf("%s/objects", s->dir);
	return dir_make(s->objects, err);
}

static void side_deinit(struct side *s)
{
	free(s->dir);
	free(s->index);
	free(s->objects);
}
#define _cleanup_side_ cleanup(side_deinit)

/*
 * `env -u`: harness may be run by a hook or an alias of git's, and these would
 * point it to that repository.
 */
static char **git_words(const char *tree, char *const *env)
{
	static const char *const ours[] = { "GIT_DIR",        "GIT_WORK_TREE",
					    "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
					    "GIT_PREFIX",     "GIT_ALTERNATE_OBJECT_DIRECTORIES" };
	char **argv = NULL;

	strv_add(&argv, "env");
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
		strv_add(&argv, "-u");
		strv_add(&argv, ours[i]);
	}
	strv_add(&argv, "LC_ALL=C");
	for (size_t i = 0; env && env[i]; i++)
		strv_add(&argv, env[i]);
	strv_add(&argv, "git");
	strv_add(&argv, "-C");
	strv_add(&argv, tree);
	return argv;
}

static int git(const char *tree, char *const *env, char *const *words, char **ret,
	       struct error **err)
{
	_cleanup_strv_ char **argv = git_words(tree, env);

	if (!proc_exists("git"))
		return error_set(err, EXIT_HOST, "a kernel from a git tree needs git");
	for (size_t i = 0; words[i]; i++)
		strv_add(&argv, words[i]);
	if (proc_output(argv, ret, err) < 0)
		return store_blame_space(err);
	if (*ret && **ret && (*ret)[strlen(*ret) - 1] == '\n')
		(*ret)[strlen(*ret) - 1] = '\0';
	return 0;
}

#define WORDS(...) ((char *[]){ __VA_ARGS__, NULL })

static int check_tree(const char *tree, struct error **err)
{
	_cleanup_error_ struct error *why = NULL;
	_cleanup_free_ char *prefix = NULL;

	if (!path_is_dir(tree))
		return error_set(err, EXIT_INPUT, "%s: no such folder", tree);
	if (git(tree, NULL, WORDS("rev-parse", "--show-prefix"), &prefix, &why) < 0) {
		if (why->code != EXIT_FAULT)
			return error_propagate(err, steal_ptr(&why));
		return error_set(err, EXIT_INPUT, "%s is no git tree (%s)", tree, why->msg);
	}
	if (*prefix)
		return error_set(err, EXIT_INPUT, "%s is a folder in a git tree, not its top",
				 tree);
	return 0;
}

static int read_commit(const char *tree, const char *commit, struct kernel_rev *ret,
		       struct error **err)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *hash, *content, *date;

	if (git(tree, NULL,
		WORDS("show", "-s", "--date=format-local:%Y-%m-%d %H:%M:%S UTC",
		      "--format=%H|%T|%cd", (char *)commit),
		&text, err) < 0)
		return -1;
	rest = text;
	hash = strsep(&rest, "|");
	content = strsep(&rest, "|");
	date = strsep(&rest, "\n");
	if (!content || !date)
		return error_set(err, EXIT_FAULT, "git show %s: \"%s\"", commit, text);
	*ret = (struct kernel_rev){ .commit = xstrdup(hash),
				    .content = xstrdup(content),
				    .date = xstrdup(date) };
	return 0;
}

int git_resolve(const char *tree, const char *text, struct kernel_rev *ret, struct error **err)
{
	_cleanup_free_ char *name = xasprintf("%s^{commit}", text), *commit = NULL;
	_cleanup_error_ struct error *why = NULL;

	if (check_tree(tree, err) < 0)
		return -1;
	if (git(tree, NULL, WORDS("rev-parse", "--verify", "--quiet", name), &commit, &why) < 0) {
		if (why->code != EXIT_FAULT)
			return error_propagate(err, steal_ptr(&why));
		return error_set(err, EXIT_INPUT, "%s has no revision \"%s\"", tree, text);
	}
	return read_commit(tree, commit, ret, err);
}

static int split_lines(const char *text, char ***ret)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *rest = copy, *line;

	*ret = xcalloc(1, sizeof(char *));
	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			strv_add(ret, line);
	}
	return 0;
}

int git_range(const char *tree, const char *good, const char *bad, char ***ret, struct error **err)
{
	_cleanup_free_ char *base = NULL, *list = NULL, *spec = NULL;
	_cleanup_rev_ struct kernel_rev from = { 0 }, to = { 0 };
	_cleanup_error_ struct error *why = NULL;

	if (git_resolve(tree, good, &from, err) < 0 || git_resolve(tree, bad, &to, err) < 0)
		return -1;
	if (git(tree, NULL, WORDS("merge-base", "--is-ancestor", from.commit, to.commit), &base,
		&why) < 0)
		return error_set(err, EXIT_INPUT, "%s: \"%s\" isn't an ancestor of \"%s\"", tree,
				 good, bad);
	spec = xasprintf("%s..%s", from.commit, to.commit);
	if (git(tree, NULL, WORDS("rev-list", "--topo-order", "--reverse", spec), &list, err) < 0)
		return -1;
	free(spec);
	spec = xasprintf("%s\n%s", from.commit, list);
	return split_lines(spec, ret);
}

/* Where objects are: ours are the ones to write, the repository's only to be read. */
static int object_env(const char *tree, const struct side *s, char ***ret, struct error **err)
{
	_cleanup_free_ char *theirs = NULL;

	if (git(tree, NULL, WORDS("rev-parse", "--path-format=absolute", "--git-path", "objects"),
		&theirs, err) < 0)
		return -1;
	strv_addf(ret, "GIT_INDEX_FILE=%s", s->index);
	strv_addf(ret, "GIT_OBJECT_DIRECTORY=%s", s->objects);
	strv_addf(ret, "GIT_ALTERNATE_OBJECT_DIRECTORIES=%s", theirs);
	return 0;
}

/*
 * The files as a tree object, as if all were committed.  -m keeps what our
 * index knows of unchanged files from the last time: a second look costs what
 * `git status` does.  -i: what changed since then is no conflict.
 */
static int write_worktree(const char *tree, const struct side *s, char **ret, struct error **err)
{
	_cleanup_free_ char *a = NULL, *b = NULL;
	_cleanup_strv_ char **env = NULL;

	if (object_env(tree, s, &env, err) < 0)
		return -1;
	if (git(tree, env, WORDS("read-tree", "-m", "-i", "HEAD"), &a, err) < 0 ||
	    git(tree, env, WORDS("-c", "core.safecrlf=false", "add", "--all", "."), &b, err) < 0)
		return -1;
	return git(tree, env, WORDS("write-tree"), ret, err);
}

int git_worktree(const char *tree, struct kernel_rev *ret, struct error **err)
{
	_cleanup_side_ struct side side = { 0 };
	_cleanup_free_ char *content = NULL;
	_cleanup_close_ int lock = -1;

	if (git_resolve(tree, "HEAD", ret, err) < 0 || side_init(&side, tree, err) < 0 ||
	    store_lock(side.dir, "index", &lock, err) < 0 ||
	    write_worktree(tree, &side, &content, err) < 0)
		return -1;
	ret->dirty = !streq(content, ret->content);
	free(ret->content);
	ret->content = steal_ptr(&content);
	return 0;
}

/*
 * All files of all states are equally old: what differs between two of them is
 * known by content (base.c), and no file is newer than another state's objects.
 */
#define SOURCE_TIME "@946684800"

int git_checkout(const char *tree, const char *content, const char *dir, struct error **err)
{
	_cleanup_free_ char *a = NULL, *b = NULL, *prefix = xasprintf("--prefix=%s/", dir);
	_cleanup_free_ char *index = xasprintf("%s.index", dir);
	_cleanup_strv_ char **env = NULL;
	_cleanup_side_ struct side side = { 0 };
	int r = -1;

	if (side_init(&side, tree, err) < 0)
		return -1;
	free(side.index);
	side.index = xstrdup(index);
	if (object_env(tree, &side, &env, err) == 0 &&
	    git(tree, env, WORDS("read-tree", (char *)content), &a, err) == 0 &&
	    git(tree, env, WORDS("checkout-index", "--all", "--quiet", prefix), &b, err) == 0)
		r = 0;
	unlink(index);
	if (r < 0)
		return -1;
	return proc_runl(C_LOCALE, err, "find", dir, "-exec", "touch", "--no-dereference", "-d",
			 SOURCE_TIME, "{}", "+", NULL);
}

int git_changed(const char *tree, const char *from, const char *to, char ***ret, struct error **err)
{
	_cleanup_side_ struct side side = { 0 };
	_cleanup_strv_ char **env = NULL;
	_cleanup_free_ char *text = NULL;

	if (side_init(&side, tree, err) < 0 || object_env(tree, &side, &env, err) < 0)
		return -1;
	/* Names with other bytes in them come quoted, and then match no file: a kernel has none. */
	if (git(tree, env,
		WORDS("-c", "core.quotePath=false", "diff-tree", "-r", "--name-only",
		      "--no-renames", (char *)from, (char *)to),
		&text, err) < 0)
		return -1;
	return split_lines(text, ret);
}

void kernel_rev_deinit(struct kernel_rev *r)
{
	free(r->commit);
	free(r->content);
	free(r->date);
	*r = (struct kernel_rev){ 0 };
}
