// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/console_scan.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"

/* Where in a message the words must stand, its timestamp and caller id aside. */
enum where { START, ANYWHERE };

/*
 * The first row that matches decides, so the special stands before the general.
 * The words are those of printk in 6.1 and 6.12.  Most are asked for at the
 * start of the message: a workload that prints "BUG:" somewhere is not a crash.
 */
static const struct pattern {
	const char *words;
	enum where where;
	enum incident_kind kind;
} patterns[] = {
	{ "Kernel panic - not syncing: System is deadlocked on memory", START, INCIDENT_OOM_PANIC },
	{ "Kernel panic - not syncing: Out of memory", START, INCIDENT_OOM_PANIC },
	{ "Kernel panic - not syncing", START, INCIDENT_PANIC },
	/* A vCPU that got no host CPU for long looks like this too: no oops by itself. */
	{ "watchdog: BUG: soft lockup", START, INCIDENT_STALL },
	{ "BUG: workqueue lockup", START, INCIDENT_STALL },
	{ "watchdog: CPU", START, INCIDENT_STALL },
	{ "rcu: INFO: rcu_", START, INCIDENT_STALL },
	{ "INFO: task ", START, INCIDENT_STALL },
	{ "BUG: KASAN", START, INCIDENT_DEBUG },
	{ "BUG: KFENCE", START, INCIDENT_DEBUG },
	{ "BUG: KCSAN", START, INCIDENT_DEBUG },
	{ "BUG: sleeping function called from invalid context", START, INCIDENT_DEBUG },
	{ "BUG: scheduling while atomic", START, INCIDENT_DEBUG },
	{ "BUG: spinlock ", START, INCIDENT_DEBUG },
	{ "BUG: rwlock ", START, INCIDENT_DEBUG },
	{ "UBSAN: ", START, INCIDENT_DEBUG },
	{ "INFO: possible ", START, INCIDENT_DEBUG },
	{ "INFO: suspicious ", START, INCIDENT_DEBUG },
	{ "WARNING: possible ", START, INCIDENT_DEBUG },
	{ "WARNING: suspicious ", START, INCIDENT_DEBUG },
	{ "WARNING: bad unlock balance", START, INCIDENT_DEBUG },
	{ "WARNING: inconsistent lock state", START, INCIDENT_DEBUG },
	{ "WARNING: held lock freed", START, INCIDENT_DEBUG },
	{ "ODEBUG: ", START, INCIDENT_DEBUG },
	{ "BUG: ", START, INCIDENT_OOPS },
	{ "BUG ", START, INCIDENT_OOPS }, /* SLUB: "BUG kmalloc-64: Redzone overwritten" */
	{ "kernel BUG at ", START, INCIDENT_OOPS },
	{ "Oops: ", START, INCIDENT_OOPS },
	{ "general protection fault", START, INCIDENT_OOPS },
	{ "Unable to handle kernel ", START, INCIDENT_OOPS },
	{ "divide error: ", START, INCIDENT_OOPS },
	{ "invalid opcode: ", START, INCIDENT_OOPS },
	{ "WARNING: ", START, INCIDENT_WARNING },
	{ "Out of memory: Killed process", START, INCIDENT_OOM },
	{ "Memory cgroup out of memory: Killed process", START, INCIDENT_OOM },
	/* "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)" */
	{ "new suspected memory leaks", ANYWHERE, INCIDENT_DEBUG },
};

static const char *const kind_names[] = {
#define X(e, name) [INCIDENT_##e] = name,
	INCIDENTS(X)
#undef X
};

const char *incident_name(enum incident_kind kind)
{
	return kind_names[kind];
}

/* Past "[   12.345678] " and a caller id "[    T1] " or "[    C0] ". */
static const char *message_of(const char *line)
{
	while (*line == '[') {
		const char *end = strchr(line, ']');
		size_t word = strspn(line + 1, " 0123456789.TC");

		if (!end || line + 1 + word != end)
			break;
		line = end + 1;
		line += strspn(line, " ");
	}
	return line;
}

static bool matches(const struct pattern *p, const char *message)
{
	if (p->where == ANYWHERE)
		return strstr(message, p->words) != NULL;
	return str_starts(message, p->words);
}

enum incident_kind console_line_kind(const char *line)
{
	const char *message = message_of(line);

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		if (matches(&patterns[i], message))
			return patterns[i].kind;
	}
	return INCIDENT_NONE;
}

/* What is kept of a line is printable, so that it can stand in reports and JSON. */
static char *title_of(const char *line)
{
	char *title = xstrdup(message_of(line));

	for (char *c = title; *c; c++) {
		if (!isascii(*c) || !isprint(*c))
			*c = '?';
	}
	return title;
}

static bool has_kind(const struct console_scan *s, enum incident_kind kind)
{
	for (size_t i = 0; i < s->n_incidents; i++) {
		if (s->incidents[i].kind == kind)
			return true;
	}
	return false;
}

/* Where to put another one: when the list is full, a kind that isn't in it yet takes the last. */
static struct incident *slot(struct console_scan *s, enum incident_kind kind)
{
	struct incident *last;

	if (s->n_incidents < CONSOLE_INCIDENTS_MAX)
		return ARRAY_APPEND(s->incidents, s->n_incidents);
	s->n_dropped++;
	if (has_kind(s, kind))
		return NULL;
	last = &s->incidents[s->n_incidents - 1];
	free(last->title);
	return last;
}

static void remember(struct console_scan *s, enum incident_kind kind)
{
	struct incident *i = slot(s, kind);

	if (!i)
		return;
	i->kind = kind;
	i->offset = s->offset;
	i->title = title_of(s->line);
}

static void end_line(struct console_scan *s)
{
	enum incident_kind kind;

	s->line[s->len] = '\0';
	kind = console_line_kind(s->line);
	if (kind != INCIDENT_NONE)
		remember(s, kind);
	if (kind == INCIDENT_PANIC || kind == INCIDENT_OOM_PANIC)
		s->panicked = true;
	s->len = 0;
	s->offset = s->position;
}

void console_scan_feed(struct console_scan *s, const void *data, size_t len)
{
	const char *p = data;

	for (size_t i = 0; i < len; i++) {
		s->position++;
		if (p[i] == '\n')
			end_line(s);
		else if (p[i] != '\r' && p[i] != '\0' && s->len < sizeof(s->line) - 1)
			s->line[s->len++] = p[i];
	}
}

void console_scan_end(struct console_scan *s)
{
	if (s->len)
		end_line(s);
}

void incidents_free(struct incident *incidents, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(incidents[i].title);
	free(incidents);
}

void console_scan_deinit(struct console_scan *s)
{
	incidents_free(s->incidents, s->n_incidents);
	*s = (struct console_scan){ 0 };
}
