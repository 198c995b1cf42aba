// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness kernel`: what the kernels of the configuration stand for, and getting them. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/progress.h"
#include "base/str.h"
#include "base/table.h"
#include "cmd/cmd.h"
#include "config/config.h"
#include "kernel/kernel.h"

static const char usage[] =
	"usage: harness kernel list [--json] [NAME...]\n"
	"       harness kernel fetch [NAME...]\n"
	"       harness kernel build [NAME...]\n"
	"\n"
	"Kernels are named in harness.toml; without a NAME, all of them are meant.\n"
	"\n"
	"  list    what each stands for now, and whether it is in the cache\n"
	"  fetch   bring what comes over the network: packages and sources\n"
	"  build   make each ready to boot: fetched, unpacked or compiled, with its\n"
	"          modules and what modules are built against\n"
	"\n"
	"`harness run` does all this by itself.  The cache is $XDG_CACHE_HOME/mm-harness\n"
	"(default: ~/.cache/mm-harness).\n"
	"\n"
	"exit status: 0; 2 a build failed; 3 bad input, such as a package that doesn't\n"
	"exist, a patch that doesn't apply or an option that kconfig refuses; 4 this\n"
	"machine can't (a program, the package lists or disk space is missing); 130\n"
	"interrupted\n"
	"\n"
	"examples:\n"
	"  harness kernel list\n"
	"  harness kernel build patched-6.1\n"
	"  harness kernel list --json | jq -r '.[] | select(.state == \"absent\") | .name'\n";

struct kernel_options {
	bool json, help;
	const char *action;
	char **names;
	size_t n_names;
};

static int parse(int argc, char **argv, struct kernel_options *o, struct error **err)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (c == 'j')
			o->json = true;
		else if (c == 'h')
			o->help = true;
		else
			return cmd_bad_option(err, "kernel", c, argv);
	}
	if (!o->help && optind == argc)
		return cmd_bad_usage(err, "kernel", "one of list, fetch and build is needed");
	o->action = argv[optind];
	o->names = argv + optind + 1;
	o->n_names = o->help ? 0 : (size_t)(argc - optind - 1);
	return 0;
}

/* Source kinds as harness.toml has them. */
static const char *source_name(enum kernel_source s)
{
	static const char *const names[] = {
		[KERNEL_DEBIAN_IMAGE] = "debian-image",
		[KERNEL_DEBIAN_SOURCE] = "debian-source",
		[KERNEL_PREBUILT] = "prebuilt",
		[KERNEL_GIT] = "git",
	};

	return names[s];
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
	table_add(t, source_name(def->source));
	table_add(t, k ? "ready" : known ? "absent" : "error");
	table_add(t, known ? id : NULL);
	table_add(t, k ? k->release : NULL);
	table_add(t, k ? k->version : known ? (def->package ?: def->image) : why->msg);
}

static int list(const struct kernel_def *const *defs, size_t n, bool json)
{
	static const char *const columns[] = {
		"name", "source", "state", "id", "release", "version"
	};
	struct table *t = table_create();

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		table_column(t, columns[i], ALIGN_LEFT);
	for (size_t i = 0; i < n; i++)
		list_one(defs[i], t);
	progress_clear();
	table_print(t, json ? TABLE_JSON : TABLE_TEXT, stdout);
	table_destroy(t);
	return EXIT_OK;
}

static int build_one(const struct kernel_def *def, struct error **err)
{
	_cleanup_kernel_ struct kernel *k = NULL;

	if (kernel_get(def, &k, err) < 0)
		return -1;
	progress_clear();
	printf("%s %s %s\n", def->name, k->release, k->dir);
	return 0;
}

static int each(const struct kernel_def *const *defs, size_t n,
		int (*what)(const struct kernel_def *def, struct error **err), struct error **err)
{
	for (size_t i = 0; i < n; i++) {
		if (what(defs[i], err) < 0)
			return -1;
	}
	return EXIT_OK;
}

/* The named kernels, or all of them.  Caller frees the array only. */
static int pick(const struct config *config, const struct kernel_options *o,
		const struct kernel_def ***ret, size_t *ret_n, struct error **err)
{
	_cleanup_free_ const struct kernel_def **defs = NULL;
	size_t n = 0;

	for (size_t i = 0; i < o->n_names; i++) {
		const struct kernel_def *def = config_kernel(config, o->names[i], err);

		if (!def)
			return -1;
		*ARRAY_APPEND(defs, n) = def;
	}
	for (size_t i = 0; !o->n_names && i < config->n_kernels; i++)
		*ARRAY_APPEND(defs, n) = &config->kernels[i];
	*ret = steal_ptr(&defs);
	*ret_n = n;
	return 0;
}

static int act(const struct kernel_options *o, const struct kernel_def *const *defs, size_t n,
	       struct error **err)
{
	static const char *const actions[] = { "list", "fetch", "build" };
	const char *near;

	if (streq(o->action, "list"))
		return list(defs, n, o->json);
	if (streq(o->action, "fetch"))
		return each(defs, n, kernel_fetch, err);
	if (streq(o->action, "build"))
		return each(defs, n, build_one, err);
	near = str_nearest(o->action, actions, ARRAY_SIZE(actions));
	return cmd_bad_usage(err, "kernel", "unknown action \"%s\"%s%s%s", o->action,
			     near ? "; did you mean \"" : "", near ?: "", near ? "\"?" : "");
}

int cmd_kernel(struct app *app, int argc, char **argv, struct error **err)
{
	_cleanup_config_ struct config *config = NULL;
	_cleanup_free_ const struct kernel_def **defs = NULL;
	struct kernel_options o = { .json = app->json };
	size_t n;

	if (parse(argc, argv, &o, err) < 0)
		return -1;
	if (o.help)
		return cmd_usage(usage);
	config = config_load(app->config, err);
	if (!config || pick(config, &o, &defs, &n, err) < 0)
		return -1;
	return act(&o, defs, n, err);
}
