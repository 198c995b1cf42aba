// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACING "/sys/kernel/tracing/"

/* The buffer takes memory: before a test has brought that to where it wants it. */
void trace_setup(void)
{
	/* One clock for all CPUs: the order of their events matters. */
	if (!put(TRACING "tracing_on", "0") || !put(TRACING "trace_clock", "global") ||
	    !put(TRACING "buffer_size_kb", "4096"))
		give_up("no trace buffer");
}

void trace_start(void)
{
	char events[120];

	snprintf(events, sizeof(events), TRACING "events/policy_%s/enable", policy);
	if (!put(TRACING "trace", "\n") || !put(events, "1") ||
	    !put(TRACING "events/vmscan/mm_vmscan_kswapd_wake/enable", "1") ||
	    !put(TRACING "events/vmscan/mm_vmscan_kswapd_sleep/enable", "1") ||
	    !put(TRACING "events/vmscan/mm_vmscan_wakeup_kswapd/enable", "1") ||
	    !put(TRACING "tracing_on", "1"))
		give_up("the events can't be enabled");
}

/* "kswapd0-36 [001] ..... 12.345678: mm_vmscan_kswapd_wake: nid=0 order=0" */
static bool parse(const char *line, struct trace_event *e)
{
	const char *at = strchr(line, ']');

	return line[0] != '#' && at &&
	       sscanf(at + 1, " %*s %lf: %47[^:]: %119[^\n]", &e->time, e->name, e->text) >= 2;
}

size_t trace_stop(struct trace_event **ret)
{
	struct trace_event *events = NULL;
	char *text, *rest, *line;
	size_t n = 0;

	put(TRACING "tracing_on", "0");
	text = rest = get(TRACING "trace");
	if (!text)
		give_up("the trace can't be read");
	while ((line = strsep(&rest, "\n"))) {
		if (n % 256 == 0)
			events = realloc(events, (n + 256) * sizeof(*events));
		memset(&events[n], 0, sizeof(*events));
		n += parse(line, &events[n]);
	}
	free(text);
	*ret = events;
	return n;
}

void trace_show(const struct trace_event *e, size_t n)
{
	/* The end is what went wrong, mostly; and a console has no end of room. */
	for (size_t i = n > 100 ? n - 100 : 0; i < n; i++)
		say("# %.6f %s: %s", e[i].time, e[i].name, e[i].text);
}

/* Behind "field=", or NULL. */
static const char *field_value(const struct trace_event *e, const char *field)
{
	size_t len = strlen(field);

	for (const char *at = e->text; (at = strstr(at, field)); at += len) {
		if ((at == e->text || at[-1] == ' ') && at[len] == '=')
			return at + len + 1;
	}
	return NULL;
}

bool trace_field(const struct trace_event *e, const char *field, const char *value)
{
	const char *at = field_value(e, field);
	size_t len = strlen(value);

	return at && !strncmp(at, value, len) && (at[len] == ' ' || !at[len]);
}

unsigned long trace_number(const struct trace_event *e, const char *field)
{
	const char *at = field_value(e, field);

	return at ? strtoul(at, NULL, 10) : 0;
}

size_t trace_count(const struct trace_event *e, size_t n, const char *name)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += !strcmp(e[i].name, name);
	return found;
}
