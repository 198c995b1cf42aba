// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of policies/NAME/policy.toml. */
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "config/keys.h"
#include "config/names.h"

static int check_absolute(const struct reader *r, const struct toml_node *table, const char *key,
			  const char *path, struct error **err)
{
	if (!path || *path == '/')
		return 0;
	return config_error_value(r, toml_get(table, key), err,
				  "\"%s\" is a file in the guest, with its whole path, not \"%s\"",
				  key, path);
}

static const struct config_key needs_keys[] = {
	{
		.key = "hooks",
		.type = KEY_STRINGS,
		.offset = offsetof(struct policy_def, needs_hooks),
		.help = "what a kernel's patch queue must provide (\"Policy-Hook:\" lines)",
	},
	{
		.key = "config",
		.type = KEY_STRINGS,
		.offset = offsetof(struct policy_def, needs_config),
		.help = "CONFIG_ options that must be y or m",
	},
	{
		.key = "free_page_reporting",
		.type = KEY_BOOL,
		.offset = offsetof(struct policy_def, needs_reporting),
		.def = "false",
		.help = "a machine with a balloon that the guest tells of its free pages; not in "
			"deterministic mode",
	},
};

static int check_needs(const struct reader *r, const struct toml_node *node, void *base,
		       struct error **err)
{
	const struct toml_node *config = toml_get(node, "config");
	const struct policy_def *policy = base;

	for (size_t i = 0; policy->needs_config[i]; i++) {
		if (!str_starts(policy->needs_config[i], "CONFIG_"))
			return config_error_value(r, &config->children[i], err,
						  "an option is written as CONFIG_…, not \"%s\"",
						  policy->needs_config[i]);
	}
	return 0;
}

static const struct config_table needs_table = {
	.title = "[needs]",
	.file = "policy.toml",
	.help = "What kernel and machine must have, or the policy's cells are refused.",
	.keys = needs_keys,
	.n_keys = ARRAY_SIZE(needs_keys),
	.size = sizeof(struct policy_def),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
	.check = check_needs,
};

static const struct config_key module_keys[] = {
	{
		.key = "name",
		.type = KEY_NAME,
		.offset = offsetof(struct module_def, name),
		.required = true,
		.help = "NAME.ko",
	},
	{
		.key = "source",
		.type = KEY_STRING,
		.offset = offsetof(struct module_def, source),
		.help = "folder with a Kbuild, in the policy's; without: a module of the kernel",
	},
	{
		.key = "params",
		.type = KEY_STRINGS,
		.offset = offsetof(struct module_def, params),
		.help = "\"key=value\"; ${KNOB} stands for a knob's value",
	},
};

static int check_module(const struct reader *r, const struct toml_node *node, void *base,
			struct error **err)
{
	const struct toml_node *params = toml_get(node, "params");
	const struct module_def *m = base;
	_cleanup_free_ char *kbuild =
		m->source ? xasprintf("%s/%s/Kbuild", r->dir, m->source) : NULL;

	if (kbuild && !path_exists(kbuild))
		return config_error_value(
			r, toml_get(node, "source"), err,
			"module \"%s\": there is no %s/Kbuild in the policy's folder", m->name,
			m->source);
	for (size_t i = 0; m->params[i]; i++) {
		const char *eq = strchr(m->params[i], '=');

		if (!eq || eq == m->params[i])
			return config_error_value(r, &params->children[i], err,
						  "a parameter is \"key=value\", not \"%s\"",
						  m->params[i]);
	}
	return 0;
}

const struct config_table module_table = {
	.title = "[[module]]",
	.file = "policy.toml",
	.help = "A kernel module that is the policy, or a part of it.",
	.keys = module_keys,
	.n_keys = ARRAY_SIZE(module_keys),
	.size = sizeof(struct module_def),
	.pos = NO_MEMBER,
	.name = offsetof(struct module_def, name),
	.check = check_module,
};

static const struct config_key daemon_keys[] = {
	{
		.key = "source",
		.type = KEY_STRING,
		.offset = offsetof(struct policy_def, daemon.source),
		.help = "C file in the policy's folder, built statically",
	},
	{
		.key = "args",
		.type = KEY_STRINGS,
		.offset = offsetof(struct policy_def, daemon.args),
		.help = "its arguments; ${KNOB} stands for a knob's value",
	},
};

static int check_daemon(const struct reader *r, const struct toml_node *node, void *base,
			struct error **err)
{
	const struct policy_def *policy = base;
	_cleanup_free_ char *source = xasprintf("%s/%s", r->dir, policy->daemon.source ?: "");

	/* Not a required key: an absent table is read as an empty one. */
	if (!policy->daemon.source)
		return node->n_children ? config_error_value(r, node, err,
							     "\"source\" is missing in [daemon]")
					: 0;
	if (!path_exists(source))
		return config_error_value(r, toml_get(node, "source"), err,
					  "there is no %s in the policy's folder",
					  policy->daemon.source);
	return 0;
}

static const struct config_table daemon_table = {
	.title = "[daemon]",
	.file = "policy.toml",
	.help = "A program of the policy's own, started before the workload, ended after it.",
	.keys = daemon_keys,
	.n_keys = ARRAY_SIZE(daemon_keys),
	.size = sizeof(struct policy_def),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
	.check = check_daemon,
};

static const struct config_key counter_keys[] = {
	{
		.key = "name",
		.type = KEY_NAME,
		.offset = offsetof(struct counter_def, name),
		.required = true,
		.help = "first word of the line; what to call it in a file that is one number",
	},
	{
		.key = "file",
		.type = KEY_STRING,
		.offset = offsetof(struct counter_def, file),
		.required = true,
		.help = "file in the guest with \"name value\" lines",
	},
	{
		.key = "liveness",
		.type = KEY_BOOL,
		.offset = offsetof(struct counter_def, liveness),
		.def = "false",
		.help = "must have moved by the end of the workload, or the run is void",
	},
	{
		.key = "help",
		.type = KEY_STRING,
		.offset = offsetof(struct counter_def, help),
		.def = "",
		.help = "what it counts",
	},
};

static int check_counter(const struct reader *r, const struct toml_node *node, void *base,
			 struct error **err)
{
	const struct counter_def *c = base;

	return check_absolute(r, node, "file", c->file, err);
}

static const struct config_table counter_table = {
	.title = "[[counter]]",
	.file = "policy.toml",
	.help = "A number that shows the policy at work.",
	.keys = counter_keys,
	.n_keys = ARRAY_SIZE(counter_keys),
	.size = sizeof(struct counter_def),
	.pos = NO_MEMBER,
	.name = offsetof(struct counter_def, name),
	.check = check_counter,
};

static const struct config_key knob_keys[] = {
	{
		.key = "name",
		.type = KEY_NAME,
		.offset = offsetof(struct knob_def, name),
		.required = true,
		.help = "as in sweeps and in ${NAME}",
	},
	{
		.key = "type",
		.type = KEY_ENUM,
		.offset = offsetof(struct knob_def, type),
		.required = true,
		.names = knob_type_names,
		.help = "what values it takes",
	},
	{
		.key = "unit",
		.type = KEY_STRING,
		.offset = offsetof(struct knob_def, unit),
		.def = "",
		.help = "for people: ms, pages, 1/10000 of memory",
	},
	{
		.key = "min",
		.type = KEY_INT64,
		.offset = offsetof(struct knob_def, min),
		.min = INT64_MIN,
		.max = INT64_MAX,
		.help = "int: least value (default: none)",
	},
	{
		.key = "max",
		.type = KEY_INT64,
		.offset = offsetof(struct knob_def, max),
		.min = INT64_MIN,
		.max = INT64_MAX,
		.help = "int: greatest value (default: none)",
	},
	{
		.key = "default",
		.type = KEY_SCALAR,
		.offset = offsetof(struct knob_def, def),
		.help = "value without a sweep; a knob that has none must be swept",
	},
	{
		.key = "set",
		.type = KEY_STRING,
		.offset = offsetof(struct knob_def, set),
		.help = "file in the guest that takes the value and gives it back",
	},
	{
		.key = "read",
		.type = KEY_STRING,
		.offset = offsetof(struct knob_def, read),
		.help = "file in the guest where the policy's daemon says \"name value\"",
	},
	{
		.key = "help",
		.type = KEY_STRING,
		.offset = offsetof(struct knob_def, help),
		.def = "",
		.help = "what it does",
	},
};

static int check_knob_range(const struct reader *r, const struct toml_node *node,
			    struct knob_def *k, struct error **err)
{
	const struct toml_node *min = toml_get(node, "min"), *max = toml_get(node, "max");

	if (k->type != KNOB_INT && (min || max))
		return config_error_key(r, min ?: max, err,
					"only a knob of type \"int\" has a range");
	if (!min)
		k->min = INT64_MIN;
	if (!max)
		k->max = INT64_MAX;
	if (k->min > k->max)
		return config_error_value(r, min ?: max, err, "knob \"%s\": min is above max",
					  k->name);
	return 0;
}

static bool is_variable(const char *name)
{
	for (size_t i = 0; workload_variables[i]; i++) {
		if (streq(workload_variables[i], name))
			return true;
	}
	return false;
}

static int check_knob(const struct reader *r, const struct toml_node *node, void *base,
		      struct error **err)
{
	const struct toml_node *def = toml_get(node, "default");
	struct knob_def *k = base;
	char *text;

	if (is_variable(k->name))
		return config_error_value(r, toml_get(node, "name"), err,
					  "a knob can't be named \"%s\": the harness itself gives "
					  "${%s} to workloads",
					  k->name, k->name);
	if (k->set && k->read)
		return config_error_value(r, toml_get(node, "read"), err,
					  "knob \"%s\" is written to \"set\" and read back from "
					  "there; it can't have a \"read\", too",
					  k->name);
	if (check_knob_range(r, node, k, err) < 0 ||
	    check_absolute(r, node, "set", k->set, err) < 0 ||
	    check_absolute(r, node, "read", k->read, err) < 0)
		return -1;
	if (!def)
		return 0;
	if (config_knob_text(r, k, def, &text, err) < 0)
		return -1;
	free(k->def);
	k->def = text;
	return 0;
}

const struct config_table knob_table = {
	.title = "[[knob]]",
	.file = "policy.toml, workload.toml",
	.help = "A setting that sweeps can run through values.",
	.keys = knob_keys,
	.n_keys = ARRAY_SIZE(knob_keys),
	.size = sizeof(struct knob_def),
	.pos = offsetof(struct knob_def, pos),
	.name = offsetof(struct knob_def, name),
	.check = check_knob,
};

static const struct config_key policy_keys[] = {
	{
		.key = "title",
		.type = KEY_STRING,
		.offset = offsetof(struct policy_def, title),
		.required = true,
		.help = "one line for people",
	},
	{
		.key = "origin",
		.type = KEY_STRING,
		.offset = offsetof(struct policy_def, origin),
		.def = "",
		.help = "URL or citation",
	},
	{
		/* The same struct, from its own table. */
		.key = "needs",
		.type = KEY_TABLE,
		.offset = 0,
		.sub = &needs_table,
		.help = "what a kernel must have",
	},
	{
		.key = "module",
		.type = KEY_TABLES,
		.offset = offsetof(struct policy_def, modules),
		.count = offsetof(struct policy_def, n_modules),
		.sub = &module_table,
		.help = "kernel modules",
	},
	{
		/* The same struct, from its own table. */
		.key = "daemon",
		.type = KEY_TABLE,
		.offset = 0,
		.sub = &daemon_table,
		.help = "a program beside the workload",
	},
	{
		.key = "knob",
		.type = KEY_TABLES,
		.offset = offsetof(struct policy_def, knobs),
		.count = offsetof(struct policy_def, n_knobs),
		.sub = &knob_table,
		.help = "settings",
	},
	{
		.key = "counter",
		.type = KEY_TABLES,
		.offset = offsetof(struct policy_def, counters),
		.count = offsetof(struct policy_def, n_counters),
		.sub = &counter_table,
		.help = "numbers that show it at work",
	},
	{
		.key = "trace",
		.type = KEY_TABLE,
		.offset = offsetof(struct policy_def, trace),
		.sub = &wishes_table,
		.help = "what shows it at work in a trace",
	},
	{
		.key = "sample",
		.type = KEY_TABLE,
		.offset = offsetof(struct policy_def, sample),
		.sub = &sample_wishes_table,
		.help = "what else is read at intervals",
	},
};

/* ${…} in module parameters and the daemon's arguments: only the policy's own knobs. */
static int check_policy(const struct reader *r, const struct toml_node *node, void *base,
			struct error **err)
{
	const struct toml_node *modules = toml_get(node, "module");
	const struct toml_node *daemon = toml_get(node, "daemon");
	const struct toml_node *args = daemon ? toml_get(daemon, "args") : NULL;
	const struct policy_def *policy = base;
	_cleanup_strv_ char **knobs = xcalloc(1, sizeof(*knobs));

	for (size_t i = 0; i < policy->n_knobs; i++)
		strv_add(&knobs, policy->knobs[i].name);
	for (size_t i = 0; i < policy->n_modules; i++) {
		const struct toml_node *params = toml_get(&modules->children[i], "params");

		if (params && config_check_references(r, params, knobs, err) < 0)
			return -1;
	}
	if (args && config_check_references(r, args, knobs, err) < 0)
		return -1;
	return policy->daemon.source ? 0 : config_refuse_reads(r, toml_get(node, "knob"), err);
}

const struct config_table policy_table = {
	.title = "policy.toml",
	.file = "policies/NAME/policy.toml",
	.help = "A policy: how it is applied, set, and shown to be active.",
	.keys = policy_keys,
	.n_keys = ARRAY_SIZE(policy_keys),
	.size = sizeof(struct policy_def),
	.pos = offsetof(struct policy_def, pos),
	.name = NO_MEMBER,
	.check = check_policy,
};
