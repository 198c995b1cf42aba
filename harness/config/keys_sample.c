// SPDX-License-Identifier: GPL-2.0-or-later
/* [sample] of harness.toml, policies and workloads. */
#include <string.h>

#include "base/str.h"
#include "config/keys.h"

/* The same three keys wherever something may be asked for. */
#define SAMPLE_KEYS(at)                                                                             \
	{                                                                                           \
		.key = "every_ms",                                                                  \
		.type = KEY_UINT,                                                                   \
		.offset = (at) + offsetof(struct sample_wishes, every_ms),                          \
		.def = "0",                                                                         \
		.unit = "ms",                                                                       \
		.max = 3600000,                                                                     \
		.help = "so often, by the guest's clock; of several wishes the least; 0: no",       \
	},                                                                                          \
		{                                                                                   \
			.key = "region_mb",                                                         \
			.type = KEY_UINT,                                                           \
			.offset = (at) + offsetof(struct sample_wishes, region_mb),                 \
			.def = "0",                                                                 \
			.unit = "MiB",                                                              \
			.max = 1024,                                                                \
			.help = "how full regions of this size are, a power of two; of "            \
				"several wishes the least; 0: no",                                  \
		},                                                                                  \
	{                                                                                           \
		.key = "files", .type = KEY_STRINGS,                                                \
		.offset = (at) + offsetof(struct sample_wishes, files),                             \
		.help = "\"PATH\" or \"PATH NAME-GLOB …\": files of `name value` lines, or of a " \
			"map of regions",                                                           \
	}

static int check_wishes(const struct reader *r, const struct toml_node *node,
			const struct sample_wishes *w, struct error **err)
{
	const struct toml_node *files = toml_get(node, "files");

	if (w->region_mb & (w->region_mb - 1))
		return config_error_value(r, toml_get(node, "region_mb"), err,
					  "\"region_mb\" is a power of two, not %u", w->region_mb);
	for (size_t i = 0; files && w->files[i]; i++) {
		if (w->files[i][0] != '/' || strchr(w->files[i], '\n') ||
		    strstr(w->files[i], "  ") || str_ends(w->files[i], " "))
			return config_error_value(r, &files->children[i], err,
						  "a file is \"/PATH\" or \"/PATH GLOB …\", by "
						  "single spaces, not \"%s\"",
						  w->files[i]);
	}
	return 0;
}

static int check_own(const struct reader *r, const struct toml_node *node, void *base,
		     struct error **err)
{
	return check_wishes(r, node, base, err);
}

static const struct config_key wish_keys[] = { SAMPLE_KEYS(0) };

const struct config_table sample_wishes_table = {
	.title = "[sample]",
	.file = "policy.toml, workload.toml",
	.help = "What is read at intervals besides what harness.toml says.",
	.keys = wish_keys,
	.n_keys = ARRAY_SIZE(wish_keys),
	.size = sizeof(struct sample_wishes),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
	.check = check_own,
};

static const struct config_key sample_keys[] = {
	SAMPLE_KEYS(offsetof(struct sample_config, wishes)),
	{
		.key = "buffer_kb",
		.type = KEY_UINT,
		.offset = offsetof(struct sample_config, buffer_kb),
		.def = "1024",
		.unit = "KiB",
		.min = 64,
		.max = 12 * 1024,
		.help = "where they are kept until the end; part of the guest's memory",
	},
};

static int check_sample(const struct reader *r, const struct toml_node *node, void *base,
			struct error **err)
{
	const struct sample_config *s = base;

	return check_wishes(r, node, &s->wishes, err);
}

const struct config_table sample_table = {
	.title = "[sample]",
	.file = "harness.toml",
	.help = "What is read at intervals while a workload runs, as series.",
	.keys = sample_keys,
	.n_keys = ARRAY_SIZE(sample_keys),
	.size = sizeof(struct sample_config),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
	.check = check_sample,
};
