// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/expand.h"

#include <fnmatch.h>
#include <string.h>

#include "base/str.h"
#include "kernel/git.h"

#define WORKTREE "worktree"
#define DIGITS 12 /* of a commit in a name: what the kernel's own Fixes: lines take */

/* A build each: beyond it somebody has written v6.1..v6.2. */
#define MAX_RANGE 64

static struct kernel_def *add(struct kernel_set *set, const struct kernel_def *def)
{
	struct kernel_def *copy = xcalloc(1, sizeof(*copy));

	*copy = *def;
	copy->name = xstrdup(def->name);
	copy->baseline = def->baseline ? xstrdup(def->baseline) : NULL;
	*ARRAY_APPEND(set->defs, set->n) = copy;
	return copy;
}

static bool has(const struct kernel_set *set, const char *name)
{
	for (size_t i = 0; i < set->n; i++) {
		if (streq(set->defs[i]->name, name))
			return true;
	}
	return false;
}

/* A branch and a tag of one commit are one kernel.  Takes the revision over. */
static void add_rev(struct kernel_set *set, const struct kernel_def *def, struct kernel_rev *rev)
{
	_cleanup_free_ char *name =
		xasprintf("%s@%.*s%s", def->name, DIGITS, rev->commit, rev->dirty ? "-dirty" : "");
	struct kernel_def *copy;

	if (has(set, name)) {
		kernel_rev_deinit(rev);
		return;
	}
	copy = add(set, def);
	free(copy->name);
	copy->name = steal_ptr(&name);
	copy->rev = *rev;
}

static int add_range(struct kernel_set *set, const struct kernel_def *def, const char *text,
		     const char *dots, struct error **err)
{
	_cleanup_free_ char *good = xstrndup(text, (size_t)(dots - text));
	_cleanup_strv_ char **commits = NULL;

	if (dots[2] == '.' || !*good || !dots[2])
		return error_set(err, EXIT_INPUT, "\"%s\": a range is GOOD..BAD", text);
	if (git_range(def->tree, good, dots + 2, &commits, err) < 0)
		return -1;
	if (strv_len(commits) > MAX_RANGE)
		return error_set(err, EXIT_INPUT,
				 "\"%s\" has %zu commits, each a kernel to build; the most that a "
				 "range may have are %d",
				 text, strv_len(commits), MAX_RANGE);
	for (size_t i = 0; commits[i]; i++) {
		struct kernel_rev rev = { 0 };

		if (git_resolve(def->tree, commits[i], &rev, err) < 0)
			return -1;
		add_rev(set, def, &rev);
	}
	return 0;
}

static int add_word(struct kernel_set *set, const struct kernel_def *def, const char *text,
		    struct error **err)
{
	const char *dots = strstr(text, "..");
	struct kernel_rev rev = { 0 };

	if (dots)
		return add_range(set, def, text, dots, err);
	if (streq(text, WORKTREE) ? git_worktree(def->tree, &rev, err) < 0
				  : git_resolve(def->tree, text, &rev, err) < 0) {
		kernel_rev_deinit(&rev);
		return -1;
	}
	add_rev(set, def, &rev);
	return 0;
}

static int expand_git(const struct kernel_def *def, struct kernel_set *set, struct error **err)
{
	const struct position *at = &def->pos;

	if (!def->n_revs && add_word(set, def, WORKTREE, err) < 0)
		goto fail;
	for (size_t i = 0; i < def->n_revs; i++) {
		at = &def->revs[i].pos;
		if (add_word(set, def, def->revs[i].text, err) < 0)
			goto fail;
	}
	return 0;
fail:
	return error_wrap(err, "%s:%d:%d", at->file, at->line, at->col);
}

/* Of the baseline's revisions the one of the same files, of the same commit, or the only one. */
static const char *pick_baseline(const struct kernel_def *def, const struct kernel_set *candidates)
{
	const char *same_commit = NULL;

	for (size_t i = 0; def->rev.commit && i < candidates->n; i++) {
		const struct kernel_def *c = candidates->defs[i];

		if (streq(c->rev.content, def->rev.content))
			return c->name;
		if (streq(c->rev.commit, def->rev.commit))
			same_commit = c->name;
	}
	return same_commit ?: candidates->n == 1 ? candidates->defs[0]->name : NULL;
}

static int resolve_baseline(const struct config *c, struct kernel_def *def, struct error **err)
{
	const struct kernel_def *baseline = config_kernel(c, def->baseline, err);
	_cleanup_kernel_set_ struct kernel_set candidates = { 0 };
	const char *name;

	if (!baseline)
		return -1;
	if (baseline->source != KERNEL_GIT)
		return 0;
	if (expand_git(baseline, &candidates, err) < 0)
		return -1;
	name = pick_baseline(def, &candidates);
	if (!name)
		return error_set(err, EXIT_INPUT,
				 "%s:%d:%d: baseline \"%s\" has %zu revisions, and none of %s's "
				 "commit",
				 def->pos.file, def->pos.line, def->pos.col, def->baseline,
				 candidates.n, def->name);
	free(def->baseline);
	def->baseline = xstrdup(name);
	return 0;
}

int kernel_expand(const struct config *c, const struct kernel_def *def, struct kernel_set *set,
		  struct error **err)
{
	size_t first = set->n;

	if (def->source != KERNEL_GIT)
		add(set, def);
	else if (expand_git(def, set, err) < 0)
		return -1;
	for (size_t i = first; i < set->n; i++) {
		if (set->defs[i]->baseline && resolve_baseline(c, set->defs[i], err) < 0)
			return -1;
	}
	return 0;
}

void kernel_set_move(struct kernel_set *to, struct kernel_set *from, size_t at)
{
	struct kernel_def *def = from->defs[at];

	from->n--;
	memmove(&from->defs[at], &from->defs[at + 1], (from->n - at) * sizeof(def));
	*ARRAY_APPEND(to->defs, to->n) = def;
}

void kernel_set_deinit(struct kernel_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		free(set->defs[i]->name);
		free(set->defs[i]->baseline);
		kernel_rev_deinit(&set->defs[i]->rev);
		free(set->defs[i]);
	}
	free(set->defs);
	*set = (struct kernel_set){ 0 };
}

bool kernel_matches(const struct kernel_def *def, const char *glob)
{
	_cleanup_free_ char *table = xstrndup(def->name, strcspn(def->name, "@"));

	return !glob || fnmatch(glob, def->name, 0) == 0 || fnmatch(glob, table, 0) == 0;
}
