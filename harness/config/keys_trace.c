// SPDX-License-Identifier: GPL-2.0-or-later
/* [trace] of harness.toml, policies and workloads; [counters]. */
#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "config/keys.h"
#include "wire/perf.h"

static const char *const stream_names[] = { "auto", "always", "never", NULL };
static const char *const per_names[] = { "system", "task", "both", NULL };

const char *stream_name(enum stream_when s)
{
	return stream_names[s];
}

const char *counters_per_name(enum counters_per p)
{
	return per_names[p];
}

/* The same three keys wherever something may be asked for. */
#define WISH_KEYS(at, default_events)                                                                     \
	{                                                                                                 \
		.key = "events",                                                                          \
		.type = KEY_STRINGS,                                                                      \
		.offset = (at) + offsetof(struct trace_wishes, events),                                   \
		.def = default_events,                                                                    \
		.help = "SYSTEM:EVENT globs; events that a kernel lacks are skipped",                     \
	},                                                                                                \
		{                                                                                         \
			.key = "kprobes",                                                                 \
			.type = KEY_STRINGS,                                                              \
			.offset = (at) + offsetof(struct trace_wishes, kprobes),                          \
			.help = "\"p:NAME FUNCTION ARG=%di\", as in the kernel's kprobe_events; a named " \
				"event of system kprobes; skipped where the function isn't there",        \
		},                                                                                        \
	{                                                                                                 \
		.key = "function_graph", .type = KEY_STRINGS,                                             \
		.offset = (at) + offsetof(struct trace_wishes, function_graph),                           \
		.help = "functions (globs) whose calls are recorded, with their durations",               \
	}

static int check_patterns(const struct reader *r, const struct toml_node *list, char *const *v,
			  struct error **err)
{
	for (size_t i = 0; v[i]; i++) {
		const char *colon = strchr(v[i], ':');

		if (!colon || colon == v[i] || !colon[1])
			return config_error_value(r, &list->children[i], err,
						  "an event is SYSTEM:EVENT, as in \"vmscan:*\", "
						  "not \"%s\"",
						  v[i]);
	}
	return 0;
}

/* "p:NAME FUNCTION …": the kernel would make up a name, and tables need one that stays. */
static bool is_kprobe(const char *s)
{
	size_t n;

	if (*s != 'p' && *s != 'r')
		return false;
	s += 1 + strspn(s + 1, *s == 'r' ? "0123456789" : "");
	if (*s++ != ':' || isdigit((unsigned char)*s))
		return false;
	for (n = 0; isalnum((unsigned char)s[n]) || s[n] == '_'; n++)
		;
	return n && s[n] == ' ' && s[n + 1] && s[n + 1] != ' ' && !strchr(s, '\n');
}

static int check_kprobes(const struct reader *r, const struct toml_node *list, char *const *v,
			 struct error **err)
{
	for (size_t i = 0; v[i]; i++) {
		if (!is_kprobe(v[i]))
			return config_error_value(
				r, &list->children[i], err,
				"a kprobe is \"p:NAME FUNCTION ARG=…\" (r: at its "
				"return) with a name of letters, digits and _, "
				"not \"%s\"",
				v[i]);
	}
	return 0;
}

static int check_functions(const struct reader *r, const struct toml_node *list, char *const *v,
			   struct error **err)
{
	for (size_t i = 0; v[i]; i++) {
		if (!*v[i] || v[i][strcspn(v[i], " \t\n:!")])
			return config_error_value(
				r, &list->children[i], err,
				"\"%s\" is not a function's name or a glob of them", v[i]);
	}
	return 0;
}

static int check_wishes(const struct reader *r, const struct toml_node *node,
			const struct trace_wishes *w, struct error **err)
{
	if (check_patterns(r, toml_get(node, "events"), w->events, err) < 0 ||
	    check_kprobes(r, toml_get(node, "kprobes"), w->kprobes, err) < 0)
		return -1;
	return check_functions(r, toml_get(node, "function_graph"), w->function_graph, err);
}

static int check_own_wishes(const struct reader *r, const struct toml_node *node, void *base,
			    struct error **err)
{
	return check_wishes(r, node, base, err);
}

static const struct config_key wish_keys[] = { WISH_KEYS(0, "") };

const struct config_table wishes_table = {
	.title = "[trace]",
	.file = "policy.toml, workload.toml",
	.help = "What is traced besides what harness.toml says.",
	.keys = wish_keys,
	.n_keys = ARRAY_SIZE(wish_keys),
	.size = sizeof(struct trace_wishes),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
	.check = check_own_wishes,
};

static const struct config_key trace_keys[] = {
	{
		.key = "enabled",
		.type = KEY_BOOL,
		.offset = offsetof(struct trace_config, enabled),
		.def = "true",
		.help = "false: counters and metrics only",
	},
	{
		.key = "buffer_kb",
		.type = KEY_UINT,
		.offset = offsetof(struct trace_config, buffer_kb),
		.def = "8192",
		.unit = "KiB",
		.min = 64,
		.max = 4 * 1024 * 1024,
		.help = "ring buffer of each CPU; part of the guest's memory",
	},
	WISH_KEYS(offsetof(struct trace_config, wishes),
		  "vmscan:* compaction:* tlb:tlb_flush irq_vectors:call_function* ipi:* policy_*:*"),
	{
		.key = "store",
		.type = KEY_STRINGS,
		.offset = offsetof(struct trace_config, store),
		.def = "*:*",
		.help = "SYSTEM:EVENT globs of what gets tables; the rest stays in the run "
			"directory, for trace()",
	},
	{
		.key = "stream",
		.type = KEY_ENUM,
		.offset = offsetof(struct trace_config, stream),
		.def = "auto",
		.names = stream_names,
		.help = "while the workload runs, empty ring buffers that are half full, all, or "
			"none; deterministic guests never do",
	},
	{
		.key = "stream_ms",
		.type = KEY_UINT,
		.offset = offsetof(struct trace_config, stream_ms),
		.def = "100",
		.unit = "ms",
		.min = 1,
		.max = 60000,
		.help = "how often their level is looked at",
	},
};

static int check_trace(const struct reader *r, const struct toml_node *node, void *base,
		       struct error **err)
{
	const struct trace_config *t = base;

	if (check_wishes(r, node, &t->wishes, err) < 0)
		return -1;
	return check_patterns(r, toml_get(node, "store"), t->store, err);
}

const struct config_table trace_table = {
	.title = "[trace]",
	.file = "harness.toml",
	.help = "What is captured while a workload runs.",
	.keys = trace_keys,
	.n_keys = ARRAY_SIZE(trace_keys),
	.size = sizeof(struct trace_config),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
	.check = check_trace,
};

/* --- counters ------------------------------------------------------------------------- */

static const struct config_key counters_keys[] = {
	{
		.key = "groups",
		.type = KEY_STRINGS,
		.offset = offsetof(struct counters_config, groups),
		.def = "task-clock,cpu-clock page-faults,minor-faults,major-faults "
		       "context-switches,cpu-migrations cycles,instructions cache-misses "
		       "dTLB-load-misses,iTLB-load-misses",
		.help = "\"cycles,instructions\": perf's names, or rHEX of the machine; a group is "
			"on the hardware as a whole",
	},
	{
		.key = "per",
		.type = KEY_ENUM,
		.offset = offsetof(struct counters_config, per),
		.def = "system",
		.names = per_names,
		.help = "everything that runs on each CPU, the workload with its children, or both",
	},
	{
		.key = "interval_ms",
		.type = KEY_UINT,
		.offset = offsetof(struct counters_config, interval_ms),
		.def = "0",
		.unit = "ms",
		.min = 0,
		.max = 3600000,
		.help = "read also while the workload runs, as series; 0: at its end only",
	},
};

static int unknown_counter(const struct reader *r, const struct toml_node *node, const char *name,
			   struct error **err)
{
	const char *near = str_nearest(name, perf_names, perf_n_names);

	if (near)
		return config_error_value(
			r, node, err, "unknown counter \"%s\"; did you mean \"%s\"?", name, near);
	return config_error_value(r, node, err,
				  "unknown counter \"%s\": perf's names are taken, and rHEX", name);
}

static int check_group(const struct reader *r, const struct toml_node *node, const char *group,
		       struct error **err)
{
	_cleanup_free_ char *copy = xstrdup(group);
	char *rest = copy, *name;
	struct perf_what what;

	while ((name = strsep(&rest, ","))) {
		if (!perf_lookup(name, &what))
			return unknown_counter(r, node, name, err);
	}
	return 0;
}

static int check_counters(const struct reader *r, const struct toml_node *node, void *base,
			  struct error **err)
{
	const struct toml_node *groups = toml_get(node, "groups");
	const struct counters_config *c = base;

	for (size_t i = 0; groups && c->groups[i]; i++) {
		if (check_group(r, &groups->children[i], c->groups[i], err) < 0)
			return -1;
	}
	return 0;
}

const struct config_table counters_table = {
	.title = "[counters]",
	.file = "harness.toml",
	.help = "What the processors and the kernel's perf counters count while a workload runs.",
	.keys = counters_keys,
	.n_keys = ARRAY_SIZE(counters_keys),
	.size = sizeof(struct counters_config),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
	.check = check_counters,
};
