// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/cache.h"

struct entry {
	struct trace *trace;
	unsigned int users;
	struct entry *next;
};

struct trace_cache {
	struct entry *entries;
	unsigned int holders;
};

struct trace_cache *trace_cache_create(void)
{
	struct trace_cache *c = xcalloc(1, sizeof(*c));

	c->holders = 1;
	return c;
}

struct trace_cache *trace_cache_hold(struct trace_cache *c)
{
	c->holders++;
	return c;
}

/* Closes what nobody uses, but for `keep`. */
static void drop_idle(struct trace_cache *c, const struct trace *keep)
{
	struct entry **at = &c->entries;

	while (*at) {
		struct entry *e = *at;

		if (e->users || e->trace == keep) {
			at = &e->next;
			continue;
		}
		*at = e->next;
		trace_close(e->trace);
		free(e);
	}
}

void trace_cache_release(void *cache)
{
	struct trace_cache *c = cache;

	if (--c->holders)
		return;
	drop_idle(c, NULL);
	free(c);
}

static void add(struct trace_cache *c, struct trace *t, unsigned int users)
{
	struct entry *e = xcalloc(1, sizeof(*e));

	*e = (struct entry){ .trace = t, .users = users, .next = c->entries };
	c->entries = e;
}

struct trace *trace_cache_get(struct trace_cache *c, const char *dir, struct error **err)
{
	struct trace *t;
	struct entry *e;

	for (e = c->entries; e; e = e->next) {
		if (streq(e->trace->path, dir)) {
			e->users++;
			return e->trace;
		}
	}
	drop_idle(c, NULL);
	t = trace_open(dir, err);
	if (t)
		add(c, t, 1);
	return t;
}

void trace_cache_add(struct trace_cache *c, struct trace *t)
{
	drop_idle(c, NULL);
	add(c, t, 0);
}

void trace_cache_put(struct trace_cache *c, struct trace *t)
{
	for (struct entry *e = c->entries; e; e = e->next) {
		if (e->trace == t) {
			e->users--;
			break;
		}
	}
	drop_idle(c, t);
}
