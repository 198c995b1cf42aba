// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness kernel config|shell|prune`: for whoever works on kernels. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/str.h"
#include "base/table.h"
#include "cmd/cmd.h"
#include "cmd/kernel.h"
#include "kernel/fragment.h"

static int read_config(const struct kernel_def *def, struct fragment *ret, struct error **err)
{
	_cleanup_free_ char *text = NULL;

	if (kernel_config(def, &text, err) < 0)
		return -1;
	return fragment_parse(ret, def->name, text, err);
}

static void add_difference(struct table *t, const char *name, const char *a, const char *b)
{
	if (streq(a, b))
		return;
	table_add(t, name);
	table_add(t, a);
	table_add(t, b);
}

/* Options of either, each once: those of `b` that `a` has were shown in the first pass. */
static void compare(struct table *t, const struct fragment *a, const struct fragment *b)
{
	for (size_t i = 0; i < a->n; i++)
		add_difference(t, a->options[i].name, a->options[i].value,
			       fragment_get(b, a->options[i].name));
	for (size_t i = 0; i < b->n; i++) {
		if (!fragment_has(a, b->options[i].name))
			add_difference(t, b->options[i].name, "n", b->options[i].value);
	}
}

static int print_diff(const struct kernel_options *o, const struct kernel_def *def,
		      const struct kernel_def *other, struct error **err)
{
	_cleanup_fragment_ struct fragment a = { 0 }, b = { 0 };
	struct table *t;

	if (read_config(other, &a, err) < 0 || read_config(def, &b, err) < 0)
		return -1;
	t = table_create();
	table_column(t, "option", ALIGN_LEFT);
	table_column(t, other->name, ALIGN_LEFT);
	table_column(t, def->name, ALIGN_LEFT);
	compare(t, &a, &b);
	progress_clear();
	table_print(t, o->json ? TABLE_JSON : TABLE_TEXT, stdout);
	table_destroy(t);
	return EXIT_OK;
}

static int diff(const struct kernel_options *o, const struct kernel_def *def, struct error **err)
{
	_cleanup_kernel_set_ struct kernel_set set = { 0 };
	const char *name = o->other ?: def->baseline;
	_cleanup_free_ char *table = NULL;
	const struct kernel_def *other;

	if (!name)
		return cmd_bad_usage(err, "kernel", "%s has no baseline: say --diff=OTHER",
				     def->name);
	table = xstrndup(name, strcspn(name, "@"));
	other = config_kernel(o->config, table, err);
	if (!other || kernel_expand(o->config, other, &set, err) < 0)
		return -1;
	for (size_t i = 0; i < set.n; i++) {
		if (set.n == 1 || streq(set.defs[i]->name, name))
			return print_diff(o, def, set.defs[i], err);
	}
	return cmd_bad_usage(err, "kernel", "\"%s\" stands for %zu kernels; name one of them", name,
			     set.n);
}

int kernel_cmd_config(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		      struct error **err)
{
	_cleanup_free_ char *text = NULL;

	(void)n;
	if (o->diff)
		return diff(o, defs[0], err);
	if (kernel_config(defs[0], &text, err) < 0)
		return -1;
	progress_clear();
	fputs(text, stdout);
	return EXIT_OK;
}

/* The command takes our place: its terminal, its signals, its exit status. */
int kernel_cmd_shell(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		     struct error **err)
{
	char *shell[] = { getenv("SHELL") ?: "/bin/sh", NULL };
	char **argv = o->command ?: shell;
	_cleanup_free_ char *tree = NULL;
	_cleanup_strv_ char **env = NULL;

	(void)n;
	if (kernel_shell_tree(defs[0], o->fresh, &tree, &env, err) < 0)
		return -1;
	progress_clear();
	if (!o->command)
		progress_note("%s: source in %s, objects in obj/; `make` goes on from these",
			      defs[0]->name, tree);
	if (chdir(tree) < 0)
		return error_errno(err, errno, "enter %s", tree);
	for (size_t i = 0; env[i]; i++)
		putenv(env[i]);
	fflush(NULL);
	execvp(argv[0], argv);
	return error_errno(err, errno, "start %s", argv[0]);
}

int kernel_cmd_prune(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		     struct error **err)
{
	unsigned long long bytes = 0;
	struct stale *stale = NULL;
	size_t n_stale;

	(void)defs, (void)n;
	if (kernel_stale(o->days, &stale, &n_stale, err) < 0)
		return -1;
	for (size_t i = 0; i < n_stale; i++) {
		bool done = o->dry_run || kernel_evict(&stale[i]);

		printf("%s %s, %u days\n", stale[i].path,
		       done ? size_to_str(stale[i].bytes) : "kept: in use", stale[i].days);
		bytes += done ? stale[i].bytes : 0;
	}
	printf("%s %s\n", size_to_str(bytes), o->dry_run ? "would be freed" : "freed");
	stale_free(stale, n_stale);
	return EXIT_OK;
}
