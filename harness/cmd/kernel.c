// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness kernel`: what the kernels of the configuration stand for, and getting them. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/progress.h"
#include "base/str.h"
#include "base/table.h"
#include "cmd/cmd.h"
#include "cmd/kernel.h"
#include "config/names.h"

static const char usage[] =
	"usage: harness kernel list [--json] [NAME...]\n"
	"       harness kernel fetch [NAME...]\n"
	"       harness kernel build [--check] [NAME...]\n"
	"       harness kernel config [--diff[=OTHER]] NAME\n"
	"       harness kernel shell [--fresh] NAME [-- COMMAND...]\n"
	"       harness kernel prune [--days N] [--dry-run]\n"
	"\n"
	"Kernels are named in harness.toml; without a NAME, all of them are meant.  A git\n"
	"tree's NAME means all its revisions, NAME@COMMIT one of them; globs are taken.\n"
	"\n"
	"  list    what each stands for now, and whether it is in the cache\n"
	"  fetch   bring what comes over the network: packages and sources\n"
	"  build   make each ready to boot: fetched, unpacked or compiled, with its\n"
	"          modules and what modules are built against; --check compiles it once\n"
	"          more, from nothing and elsewhere, and compares all bits\n"
	"  config  the final configuration; --diff: what differs from that of another\n"
	"          kernel, by default the baseline\n"
	"  shell   a shell, or a command, in a copy of its source with objects to go on\n"
	"          from: `make` there compiles what you change.  The copy stays, with your\n"
	"          changes; --fresh makes it again\n"
	"  prune   remove from the cache what nobody used for N days (30); trees of `shell`\n"
	"          stay\n"
	"\n"
	"`harness run` does what it needs by itself.  The cache is $XDG_CACHE_HOME/mm-harness\n"
	"(default: ~/.cache/mm-harness).\n"
	"\n"
	"exit status: 0; 1 --check found a difference; 2 a build failed; 3 bad input, such\n"
	"as a package or revision that doesn't exist, a patch that doesn't apply or an\n"
	"option that kconfig refuses; 4 this machine can't (a program, the package lists or\n"
	"disk space is missing); 130 interrupted; shell: that of the command\n"
	"\n"
	"examples:\n"
	"  harness kernel list\n"
	"  harness kernel build patched-6.1\n"
	"  harness kernel config --diff=stock-6.1 debug-6.1\n"
	"  harness kernel shell patched-6.1 -- make -j2 mm/vmscan.o\n"
	"  harness kernel list --json | jq -r '.[] | select(.state == \"absent\") | .name'\n";

static int list(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		struct error **err);
static int fetch(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		 struct error **err);
static int build(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		 struct error **err);

static const struct action {
	const char *name;
	int (*run)(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		   struct error **err);
	bool one; /* takes one kernel, not several or all */
} actions[] = {
	{ "list", list, false },
	{ "fetch", fetch, false },
	{ "build", build, false },
	{ "config", kernel_cmd_config, true },
	{ "shell", kernel_cmd_shell, true },
	{ "prune", kernel_cmd_prune, false },
};

static int parse_days(const char *text, unsigned int *ret, struct error **err)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*end || !*text || *text == '-' || v > 36500)
		return cmd_bad_usage(err, "kernel", "--days takes a number of days, not \"%s\"",
				     text);
	*ret = (unsigned int)v;
	return 0;
}

static int parse(int argc, char **argv, struct kernel_options *o, struct error **err)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },    { "help", no_argument, NULL, 'h' },
		{ "check", no_argument, NULL, 'c' },   { "diff", optional_argument, NULL, 'd' },
		{ "fresh", no_argument, NULL, 'f' },   { "days", required_argument, NULL, 'D' },
		{ "dry-run", no_argument, NULL, 'n' }, { 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		switch (c) {
		case 'j':
			o->json = true;
			break;
		case 'h':
			o->help = true;
			break;
		case 'c':
			o->check = true;
			break;
		case 'd':
			o->diff = true;
			o->other = optarg;
			break;
		case 'f':
			o->fresh = true;
			break;
		case 'n':
			o->dry_run = true;
			break;
		case 'D':
			if (parse_days(optarg, &o->days, err) < 0)
				return -1;
			break;
		default:
			return cmd_bad_option(err, "kernel", c, argv);
		}
	}
	o->argc = argc - optind;
	o->argv = argv + optind;
	return 0;
}

/* The words before "--" are names; getopt has taken it away if it stood before all of them. */
static void split_command(struct kernel_options *o, const struct action *a)
{
	o->names = o->argv + 1;
	o->n_names = (size_t)o->argc - 1;
	if (a->run == kernel_cmd_shell && o->n_names > 1) {
		o->command = o->names + 1;
		o->n_names = 1;
	}
}

static const struct action *find_action(const char *name, struct error **err)
{
	const char *names[ARRAY_SIZE(actions)], *near;

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (streq(actions[i].name, name))
			return &actions[i];
		names[i] = actions[i].name;
	}
	near = str_nearest(name, names, ARRAY_SIZE(names));
	cmd_bad_usage(err, "kernel", "unknown action \"%s\"%s%s%s", name,
		      near ? "; did you mean \"" : "", near ?: "", near ? "\"?" : "");
	return NULL;
}

/*
 * One row.  A kernel that can't be looked up is shown with its reason: the
 * others are of interest all the same.
 */
static void list_one(const struct kernel_def *def, struct table *t)
{
	_cleanup_error_ struct error *why = NULL;
	_cleanup_kernel_ struct kernel *k = NULL;
	char id[HASH_HEX] = "";
	bool known;

	known = kernel_identify(def, id, &why) == 0 && kernel_cached(def, &k, &why) == 0;
	id[SHORT_ID - 1] = '\0';
	table_add(t, def->name);
	table_add(t, kernel_source_names[def->source]);
	table_add(t, k ? "ready" : known ? "absent" : "error");
	table_add(t, known ? id : NULL);
	table_add(t, k ? k->release : NULL);
	table_add(t, k	       ? k->version
		     : !known  ? why->msg
		     : def->package ? def->package
				    : def->image ?: def->tree);
}

static int list(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		struct error **err)
{
	static const char *const columns[] = {
		"name", "source", "state", "id", "release", "version"
	};
	struct table *t = table_create();

	(void)err;
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		table_column(t, columns[i], ALIGN_LEFT);
	for (size_t i = 0; i < n; i++)
		list_one(defs[i], t);
	progress_clear();
	table_print(t, o->json ? TABLE_JSON : TABLE_TEXT, stdout);
	table_destroy(t);
	return EXIT_OK;
}

static int fetch(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		 struct error **err)
{
	(void)o;
	for (size_t i = 0; i < n; i++) {
		if (kernel_fetch(defs[i], err) < 0)
			return -1;
	}
	return EXIT_OK;
}

static int check_one(const struct kernel_def *def, bool *ret_same, struct error **err)
{
	_cleanup_free_ char *differences = NULL;

	if (kernel_check(def, &differences, err) < 0)
		return -1;
	*ret_same = !*differences;
	progress_clear();
	printf("%s %s\n%s", def->name, *ret_same ? "identical" : "differs", differences);
	return 0;
}

static int build(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		 struct error **err)
{
	bool all_same = true;

	for (size_t i = 0; i < n; i++) {
		_cleanup_kernel_ struct kernel *k = NULL;
		bool same = true;

		if (kernel_get(defs[i], &k, err) < 0)
			return -1;
		progress_clear();
		printf("%s %s %s\n", defs[i]->name, k->release, k->dir);
		if (o->check && check_one(defs[i], &same, err) < 0)
			return -1;
		all_same &= same;
	}
	return all_same ? EXIT_OK : EXIT_FINDING;
}

/* "NAME@…" is looked up by its table, then among the revisions. */
static int add_name(const struct config *config, const char *name, struct kernel_set *set,
		    struct error **err)
{
	_cleanup_free_ char *table = xstrndup(name, strcspn(name, "@"));
	const struct kernel_def *def = config_kernel(config, table, err);
	_cleanup_kernel_set_ struct kernel_set all = { 0 };
	size_t before = set->n;

	if (!def || kernel_expand(config, def, &all, err) < 0)
		return -1;
	for (size_t i = 0; i < all.n; i++) {
		if (kernel_matches(all.defs[i], name))
			kernel_set_move(set, &all, i--);
	}
	if (set->n > before)
		return 0;
	return error_set(err, EXIT_INPUT,
			 "kernel \"%s\" has no revision \"%s\"; "
			 "`harness kernel list %s` shows them",
			 table, name, table);
}

static int pick(const struct kernel_options *o, struct kernel_set *set, struct error **err)
{
	for (size_t i = 0; i < o->n_names; i++) {
		if (add_name(o->config, o->names[i], set, err) < 0)
			return -1;
	}
	for (size_t i = 0; !o->n_names && i < o->config->n_kernels; i++) {
		if (kernel_expand(o->config, &o->config->kernels[i], set, err) < 0)
			return -1;
	}
	return 0;
}

static int act(struct kernel_options *o, const struct action *a, struct error **err)
{
	_cleanup_kernel_set_ struct kernel_set set = { 0 };

	if (a->run == kernel_cmd_prune)
		return a->run(o, NULL, 0, err);
	if (a->one && o->n_names != 1)
		return cmd_bad_usage(err, "kernel", "%s takes the name of one kernel", a->name);
	if (pick(o, &set, err) < 0)
		return -1;
	if (a->one && set.n != 1)
		return cmd_bad_usage(err, "kernel",
				     "\"%s\" stands for %zu kernels; name one of them", o->names[0],
				     set.n);
	return a->run(o, set.defs, set.n, err);
}

int cmd_kernel(struct app *app, int argc, char **argv, struct error **err)
{
	struct kernel_options o = { .json = app->json, .days = 30 };
	_cleanup_config_ struct config *config = NULL;
	const struct action *a;

	if (parse(argc, argv, &o, err) < 0)
		return -1;
	if (o.help)
		return cmd_usage(usage);
	if (!o.argc)
		return cmd_bad_usage(
			err, "kernel",
			"one of list, fetch, build, config, shell and prune is needed");
	a = find_action(o.argv[0], err);
	if (!a)
		return -1;
	split_command(&o, a);
	if (a->run != kernel_cmd_prune) {
		config = config_load(app->config, err);
		if (!config)
			return -1;
	}
	o.config = config;
	return act(&o, a, err);
}
