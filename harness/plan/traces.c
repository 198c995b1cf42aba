// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/traces.h"

#include "base/str.h"

struct entry {
	const struct policy_def *policy;
	const struct workload_def *workload;
	struct trace_config *trace; /* its wishes are its own, the rest is the base's */
};

struct trace_set {
	struct entry *entries;
	size_t n;
};

struct trace_set *trace_set_create(void)
{
	return xcalloc(1, sizeof(struct trace_set));
}

void trace_set_free(struct trace_set *s)
{
	for (size_t i = 0; s && i < s->n; i++) {
		struct trace_config *t = s->entries[i].trace;

		strv_free(t->wishes.events);
		strv_free(t->wishes.kprobes);
		strv_free(t->wishes.function_graph);
		free(t);
	}
	if (s)
		free(s->entries);
	free(s);
}

/* In the order of harness.toml, policy, workload; what is there already isn't said twice. */
static char **join(char *const *a, char *const *b, char *const *c)
{
	char *const *const lists[] = { a, b, c };
	char **all = xcalloc(1, sizeof(*all));

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		for (char *const *s = lists[i]; s && *s; s++) {
			if (!strv_has(all, *s))
				strv_add(&all, *s);
		}
	}
	return all;
}

static struct trace_config *merge(const struct trace_config *base, const struct trace_wishes *p,
				  const struct trace_wishes *w, bool enabled)
{
	const struct trace_wishes *b = &base->wishes;
	struct trace_config *t = xmalloc(sizeof(*t));

	*t = *base;
	t->enabled = enabled;
	t->wishes = (struct trace_wishes){
		.events = join(b->events, p->events, w->events),
		.kprobes = join(b->kprobes, p->kprobes, w->kprobes),
		.function_graph = join(b->function_graph, p->function_graph, w->function_graph),
	};
	return t;
}

const struct trace_config *trace_set_get(struct trace_set *s, const struct trace_config *base,
					 const struct policy_def *policy,
					 const struct workload_def *workload, bool enabled)
{
	struct entry *e;

	for (size_t i = 0; i < s->n; i++) {
		e = &s->entries[i];
		if (e->policy == policy && e->workload == workload && e->trace->enabled == enabled)
			return e->trace;
	}
	e = ARRAY_APPEND(s->entries, s->n);
	*e = (struct entry){ policy, workload,
			     merge(base, &policy->trace, &workload->trace, enabled) };
	return e->trace;
}
