// SPDX-License-Identifier: GPL-2.0-or-later
/* [kernel.NAME] of harness.toml. */
#include <string.h>

#include "base/file.h"
#include "base/resource.h"
#include "base/str.h"
#include "config/keys.h"
#include "config/names.h"

#define FLAVOURS "harness/kernels/flavours"

static const struct config_key kernel_keys[] = {
	{
		.key = "source",
		.type = KEY_ENUM,
		.offset = offsetof(struct kernel_def, source),
		.required = true,
		.names = kernel_source_names,
		.help = "where the kernel comes from",
	},
	{
		.key = "package",
		.type = KEY_STRING,
		.offset = offsetof(struct kernel_def, package),
		.help = "debian-*: linux-image-… or linux-source-…; a meta package is its newest",
	},
	{
		.key = "tree",
		.type = KEY_PATH,
		.offset = offsetof(struct kernel_def, tree),
		.help = "git: the repository; nothing is written into it",
	},
	{
		.key = "rev",
		.type = KEY_REVS,
		.offset = offsetof(struct kernel_def, revs),
		.count = offsetof(struct kernel_def, n_revs),
		.help = "git: branches, tags, commits, ranges GOOD..BAD; \"worktree\", which is "
			"what none means, takes the files as they are, changes included; each is "
			"a kernel NAME@COMMIT",
	},
	{
		.key = "config",
		.type = KEY_PATHS,
		.offset = offsetof(struct kernel_def, config),
		.help = "debian-source, git: configuration fragments, in order",
	},
	{
		.key = "flavour",
		.type = KEY_NAME,
		.offset = offsetof(struct kernel_def, flavour),
		.help = "debian-source, git: one more fragment, " FLAVOURS "/FLAVOUR.config",
	},
	{
		.key = "patches",
		.type = KEY_PATH,
		.offset = offsetof(struct kernel_def, patches),
		.help = "debian-source, git: folder with a `series` file",
	},
	{
		.key = "baseline",
		.type = KEY_STRING,
		.offset = offsetof(struct kernel_def, baseline),
		.help = "another kernel: what this one's own changes cost is its difference from "
			"that one, no policy being on",
	},
	{
		.key = "image",
		.type = KEY_PATH,
		.offset = offsetof(struct kernel_def, image),
		.help = "prebuilt: the bzImage",
	},
	{
		.key = "modules",
		.type = KEY_PATH,
		.offset = offsetof(struct kernel_def, modules),
		.help = "prebuilt: its lib/modules/RELEASE folder",
	},
};

#define BUILT (1 << KERNEL_DEBIAN_SOURCE | 1 << KERNEL_GIT)

/* Which keys go with which source. */
static const struct {
	const char *key;
	unsigned int sources; /* bits of enum kernel_source */
	bool required;
} kernel_rules[] = {
	{ "package", 1 << KERNEL_DEBIAN_IMAGE | 1 << KERNEL_DEBIAN_SOURCE, true },
	{ "tree", 1 << KERNEL_GIT, true },
	{ "rev", 1 << KERNEL_GIT, false },
	{ "config", BUILT, true },
	{ "flavour", BUILT, false },
	{ "patches", BUILT, false },
	{ "image", 1 << KERNEL_PREBUILT, true },
	{ "modules", 1 << KERNEL_PREBUILT, false },
};

int config_read_revs(const struct reader *r, const struct toml_node *node, struct kernel_def *k,
		     struct error **err)
{
	const struct toml_node *words = node->type == TOML_ARRAY ? node->children : node;
	size_t n = node->type == TOML_ARRAY ? node->n_children : 1;

	if (!n)
		return config_error_value(r, node, err,
					  "\"rev\" is empty; leave it out to build the files as "
					  "they are");
	for (size_t i = 0; i < n; i++) {
		struct rev_def *rev;

		if (words[i].type != TOML_STRING)
			return config_error_value(r, &words[i], err,
						  "\"rev\" takes a string or a list of strings, "
						  "not %s",
						  toml_type_name(words[i].type));
		/* git would take it for an option of its own. */
		if (!*words[i].string || *words[i].string == '-')
			return config_error_value(r, &words[i], err, "\"%s\" can't be a revision",
						  words[i].string);
		rev = ARRAY_APPEND(k->revs, k->n_revs);
		rev->text = xstrdup(words[i].string);
		rev->pos = (struct position){ r->file, words[i].line, words[i].col };
	}
	return 0;
}

void config_revs_free(struct kernel_def *k)
{
	for (size_t i = 0; i < k->n_revs; i++)
		free(k->revs[i].text);
	free(k->revs);
}

/* A flavour is a fragment like others, only found by name: the user's own, or the program's. */
static int add_flavour(const struct reader *r, const struct toml_node *node, struct kernel_def *k,
		       struct error **err)
{
	_cleanup_free_ char *rel = xasprintf(FLAVOURS "/%s.config", k->flavour);
	_cleanup_free_ char *own = xasprintf("%s/%s", r->config->root, rel);
	_cleanup_free_ char *ours = resource_path(rel);

	if (!path_exists(own) && !path_exists(ours))
		return config_error_value(r, node, err, "there is no flavour \"%s\": no %s",
					  k->flavour, rel);
	strv_add(&k->config, path_exists(own) ? own : ours);
	return 0;
}

static int check_kernel(const struct reader *r, const struct toml_node *node, void *base,
			struct error **err)
{
	struct kernel_def *k = base;
	const char *source = kernel_source_names[k->source];

	for (size_t i = 0; i < ARRAY_SIZE(kernel_rules); i++) {
		const struct toml_node *value = toml_get(node, kernel_rules[i].key);
		bool fits = kernel_rules[i].sources >> k->source & 1;

		if (value && !fits)
			return config_error_key(r, value, err,
						"\"%s\" doesn't go with source = "
						"\"%s\"",
						kernel_rules[i].key, source);
		if (!value && fits && kernel_rules[i].required)
			return config_error_value(r, node, err,
						  "kernel \"%s\" with source = \"%s\" "
						  "needs \"%s\"",
						  k->name, source, kernel_rules[i].key);
	}
	return k->flavour ? add_flavour(r, toml_get(node, "flavour"), k, err) : 0;
}

const struct config_table kernel_table = {
	.title = "[kernel.NAME]",
	.file = "harness.toml",
	.help = "A kernel that matrices can name.  Paths are relative to harness.toml's folder.",
	.keys = kernel_keys,
	.n_keys = ARRAY_SIZE(kernel_keys),
	.size = sizeof(struct kernel_def),
	.pos = offsetof(struct kernel_def, pos),
	.name = offsetof(struct kernel_def, name),
	.check = check_kernel,
};

static int check_baseline(const struct reader *r, const struct toml_node *node,
			  const struct kernel_def *k, struct error **err)
{
	const struct config *c = r->config;
	_cleanup_free_ const char **names = xcalloc(c->n_kernels, sizeof(*names));
	_cleanup_free_ char *hint = NULL;

	if (streq(k->baseline, k->name))
		return config_error_value(r, node, err, "\"%s\" can't be its own baseline",
					  k->name);
	for (size_t i = 0; i < c->n_kernels; i++) {
		if (streq(c->kernels[i].name, k->baseline))
			return 0;
		names[i] = c->kernels[i].name;
	}
	hint = config_suggest(k->baseline, names, c->n_kernels);
	return config_error_value(r, node, err, "unknown kernel \"%s\"%s", k->baseline, hint);
}

/* A baseline may stand further down than the kernel that names it. */
int config_check_kernels(const struct reader *r, const struct toml_node *node, void *base,
			 struct error **err)
{
	const struct toml_node *tables = toml_get(node, "kernel");
	const struct config *c = base;

	for (size_t i = 0; i < c->n_kernels; i++) {
		const struct kernel_def *k = &c->kernels[i];
		const struct toml_node *table = k->baseline ? toml_get(tables, k->name) : NULL;

		if (table && check_baseline(r, toml_get(table, "baseline"), k, err) < 0)
			return -1;
	}
	return 0;
}
