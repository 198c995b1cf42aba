// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/verify_diff.h"

#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "trace/trace.h"

#define BEFORE 5 /* events that both have, shown above the first that differs */
#define AFTER 3  /* events of each, from that one on */

/* --- one event as a line ----------------------------------------------------------- */

struct side {
	struct trace *trace;
	struct trace_reader *reader;
	char *tasks; /* saved_cmdlines: "PID NAME" lines */
	struct trace_record record;
	bool ended;
};

static void add_task(struct strbuf *b, const struct side *s)
{
	_cleanup_free_ char *key = xasprintf("%d ", s->record.pid);

	for (const char *line = s->tasks; line && *line; line += strcspn(line, "\n") + 1) {
		if (!str_starts(line, key)) {
			if (!strchr(line, '\n'))
				break;
			continue;
		}
		line += strlen(key);
		strbuf_printf(b, "%.*s-%d", (int)strcspn(line, "\n"), line, s->record.pid);
		return;
	}
	strbuf_printf(b, "%s-%d", s->record.pid ? "?" : "idle", s->record.pid);
}

static void add_field(struct strbuf *b, const struct trace_event *ev, const struct trace_field *f,
		      const struct trace_record *r)
{
	_cleanup_strbuf_ struct strbuf scratch = { 0 }, flags = { 0 };
	struct trace_value v = trace_field_get(f, r->data, r->len, &scratch);

	strbuf_printf(b, " %s=", f->name);
	if (v.type == VALUE_INT && trace_flags_text(ev, f, v.i, &flags))
		strbuf_puts(b, flags.data ?: "");
	else if (v.type == VALUE_INT)
		strbuf_printf(b, "%" PRId64, v.i);
	else if (v.type == VALUE_TEXT)
		strbuf_add(b, v.p, v.n);
	else
		strbuf_puts(b, v.type == VALUE_NULL ? "-" : "(bytes)");
}

static char *describe(const struct side *s)
{
	const struct trace_record *r = &s->record;
	const struct trace_event *ev;
	struct strbuf b = { 0 };

	if (s->ended)
		return xstrdup("(the trace ends here)");
	ev = s->trace->events[r->event];
	strbuf_printf(&b, "%" PRIu64 ".%09" PRIu64 " [%d] ", r->ts / 1000000000, r->ts % 1000000000,
		      r->cpu);
	add_task(&b, s);
	strbuf_printf(&b, " %s:%s", ev->system, ev->name);
	for (size_t i = 0; i < ev->n_fields; i++)
		add_field(&b, ev, &ev->fields[i], r);
	return strbuf_steal(&b);
}

/* --- the first difference ------------------------------------------------------------ */

static int step(struct side *s, struct error **err)
{
	int r = s->ended ? 0 : trace_reader_next(s->reader, &s->record, err);

	s->ended = r == 0;
	return r;
}

static bool same(const struct side *a, const struct side *b)
{
	const struct trace_record *x = &a->record, *y = &b->record;

	if (a->ended || b->ended)
		return a->ended == b->ended;
	return x->ts == y->ts && x->cpu == y->cpu && x->len == y->len &&
	       streq(a->trace->events[x->event]->table, b->trace->events[y->event]->table) &&
	       memcmp(x->data, y->data, x->len) == 0;
}

static int show_rest(struct side *s, const char *mark, FILE *out, struct error **err)
{
	for (int i = 0; i < AFTER; i++) {
		_cleanup_free_ char *text = describe(s);

		fprintf(out, "  %s %s\n", mark, text);
		if (step(s, err) < 0)
			return -1;
		if (s->ended)
			break;
	}
	return 0;
}

static int compare(struct side *a, struct side *b, FILE *out, struct error **err)
{
	char *before[BEFORE] = { NULL };
	uint64_t n = 0;
	int r = 0;

	for (;;) {
		if (step(a, err) < 0 || step(b, err) < 0)
			r = -1;
		if (r < 0 || a->ended || !same(a, b))
			break;
		free(before[n % BEFORE]);
		before[n++ % BEFORE] = describe(a);
	}
	if (r == 0 && same(a, b)) {
		fprintf(out, "all %" PRIu64 " events are the same\n", n);
	} else if (r == 0) {
		fprintf(out, "event %" PRIu64 " is the first that differs:\n", n + 1);
		for (uint64_t i = n > BEFORE ? n - BEFORE : 0; i < n; i++)
			fprintf(out, "    %s\n", before[i % BEFORE]);
		if (show_rest(a, "<", out, err) < 0 || show_rest(b, ">", out, err) < 0)
			r = -1;
	}
	for (size_t i = 0; i < BEFORE; i++)
		free(before[i]);
	return r;
}

static int open_side(struct side *s, const char *run, struct error **err)
{
	static const struct trace_filter all = { .event = -1, .cpu = -1, .to_ns = UINT64_MAX };
	_cleanup_free_ char *dir = xasprintf("%s/guest/trace", run);
	_cleanup_free_ char *tasks = xasprintf("%s/saved_cmdlines", dir);

	s->trace = trace_open(dir, err);
	if (!s->trace)
		return -1;
	s->reader = trace_reader_open(s->trace, &all, err);
	file_read(tasks, &s->tasks, NULL, NULL);
	return s->reader ? 0 : -1;
}

static void close_side(struct side *s)
{
	trace_reader_close(s->reader);
	trace_close(s->trace);
	free(s->tasks);
}

static int compare_traces(const char *a, const char *b, FILE *out, struct error **err)
{
	cleanup(close_side) struct side x = { 0 };
	cleanup(close_side) struct side y = { 0 };

	if (open_side(&x, a, err) < 0 || open_side(&y, b, err) < 0)
		return -1;
	return compare(&x, &y, out, err);
}

/* --- files ---------------------------------------------------------------------------- */

/* Relative paths of all files below. */
static int list_files(const char *root, const char *rel, char ***ret, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/%s", root, rel);
	_cleanup_strv_ char **names = NULL;

	if (dir_list(dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", rel, names[i]);
		_cleanup_free_ char *full = xasprintf("%s/%s", root, path);

		if (!path_is_dir(full))
			strv_add(ret, path);
		else if (list_files(root, path, ret, err) < 0)
			return -1;
	}
	return 0;
}

static void compare_file(const char *a, const char *b, const char *rel, FILE *out)
{
	_cleanup_free_ char *path_a = xasprintf("%s/%s", a, rel), *x = NULL;
	_cleanup_free_ char *path_b = xasprintf("%s/%s", b, rel), *y = NULL;
	size_t n_x = 0, n_y = 0, at = 0;

	if (file_read(path_a, &x, &n_x, NULL) < 0 || file_read(path_b, &y, &n_y, NULL) < 0) {
		fprintf(out, "%s: only in one of them\n", rel);
		return;
	}
	while (at < n_x && at < n_y && x[at] == y[at])
		at++;
	if (at < n_x || at < n_y)
		fprintf(out, "%s: %zu and %zu bytes, different from byte %zu on\n", rel, n_x, n_y,
			at + 1);
}

int verify_diff(const char *a, const char *b, FILE *out, struct error **err)
{
	_cleanup_strv_ char **in_a = NULL, **in_b = NULL;
	_cleanup_free_ char *trace_a = xasprintf("%s/guest/trace", a);
	_cleanup_free_ char *trace_b = xasprintf("%s/guest/trace", b);

	if (list_files(a, "guest", &in_a, err) < 0 || list_files(b, "guest", &in_b, err) < 0)
		return -1;
	for (size_t i = 0; in_a && in_a[i]; i++)
		compare_file(a, b, in_a[i], out);
	for (size_t i = 0; in_b && in_b[i]; i++) {
		if (!in_a || !strv_has(in_a, in_b[i]))
			compare_file(a, b, in_b[i], out);
	}
	if (!path_exists(trace_a) || !path_exists(trace_b))
		return 0;
	return compare_traces(a, b, out, err);
}
