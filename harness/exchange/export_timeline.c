// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The JSON object form of the Chrome trace event format.  Process 0 is the
 * CPUs, with a track each: what ran there, by sched_switch, and where events
 * are missing.  Process 1 is the tasks: spans from X_begin to X_end, and all
 * other events as marks.
 */
#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "exchange/internal.h"
#include "trace/json.h"
#include "trace/trace.h"

enum { PROCESS_CPUS, PROCESS_TASKS };

#define SPANS_MAX 64 /* that are open in a task; only a trace that lies has more */

/* A task that was seen, with the spans that are open in it. */
struct task {
	int32_t pid;
	const struct trace_event **open;
	size_t n_open;
};

/* What runs on a CPU. */
struct running {
	uint64_t since; /* 0: not known yet */
	int64_t pid;
	char *name;
};

struct timeline {
	FILE *out;
	const struct trace *trace;
	struct task *tasks; /* by pid */
	size_t n_tasks;
	struct running *cpus; /* by CPU number */
	struct strbuf scratch, json;
	bool any;
};

static void timeline_deinit(struct timeline *t)
{
	for (size_t i = 0; i < t->n_tasks; i++)
		free(t->tasks[i].open);
	for (int i = 0; t->cpus && i < TRACE_CPUS_MAX; i++)
		free(t->cpus[i].name);
	free(t->tasks);
	free(t->cpus);
	strbuf_deinit(&t->scratch);
	strbuf_deinit(&t->json);
}

static struct task *task_of(struct timeline *t, int32_t pid)
{
	size_t low = 0, high = t->n_tasks;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (t->tasks[mid].pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == t->n_tasks || t->tasks[low].pid != pid) {
		ARRAY_APPEND(t->tasks, t->n_tasks);
		memmove(&t->tasks[low + 1], &t->tasks[low],
			(t->n_tasks - 1 - low) * sizeof(*t->tasks));
		t->tasks[low] = (struct task){ .pid = pid };
	}
	return &t->tasks[low];
}

/* --- writing ---------------------------------------------------------------------------- */

static const char *quoted(struct timeline *t, const char *name)
{
	t->json.len = 0;
	trace_json_string(&t->json, name, strlen(name));
	return t->json.data;
}

/* Time stamps are microseconds; three more digits keep the nanoseconds. */
static void begin(struct timeline *t, char phase, uint64_t ns, int process, int64_t track)
{
	fprintf(t->out,
		"%s{\"ph\":\"%c\",\"ts\":%" PRIu64 ".%03u,\"pid\":%d,\"tid\":%" PRId64 ",\"name\":",
		t->any ? ",\n" : "", phase, ns / 1000, (unsigned int)(ns % 1000), process, track);
	t->any = true;
}

static void name_track(struct timeline *t, const char *what, int process, int64_t track,
		       const char *name)
{
	begin(t, 'M', 0, process, track);
	fprintf(t->out, "\"%s\",\"args\":{\"name\":%s}}", what, quoted(t, name));
}

static void put_record(struct timeline *t, char phase, const struct trace_event *ev, int name_len,
		       const struct trace_record *rec)
{
	begin(t, phase, rec->ts, PROCESS_TASKS, rec->pid);
	t->json.len = 0;
	strbuf_puts(&t->json, "");
	trace_json(ev, rec->data, rec->len, &t->scratch, &t->json);
	fprintf(t->out, "\"%.*s\",\"cat\":\"%s\"%s,\"args\":%s}", name_len, ev->name, ev->system,
		phase == 'i' ? ",\"s\":\"t\"" : "", t->json.data);
}

static void put_lost(struct timeline *t, const struct trace_record *rec)
{
	begin(t, 'i', rec->ts, PROCESS_CPUS, rec->cpu);
	fprintf(t->out,
		"\"events lost\",\"cat\":\"trace\",\"s\":\"t\",\"args\":{\"lost\":%" PRIu64 "}}",
		rec->lost);
}

/* --- what ran where ----------------------------------------------------------------------- */

static struct trace_value field_value(struct timeline *t, const struct trace_event *ev,
				      const char *name, const struct trace_record *rec)
{
	for (size_t i = 0; i < ev->n_fields; i++) {
		if (streq(ev->fields[i].name, name))
			return trace_field_get(&ev->fields[i], rec->data, rec->len, &t->scratch);
	}
	return (struct trace_value){ .type = VALUE_NULL };
}

/* The idle task is not shown: its track is empty then. */
static void stop_running(struct timeline *t, int cpu, uint64_t ns)
{
	struct running *r = &t->cpus[cpu];

	if (r->since && r->pid && ns >= r->since) {
		begin(t, 'X', r->since, PROCESS_CPUS, cpu);
		fprintf(t->out,
			"%s,\"cat\":\"sched\",\"dur\":%" PRIu64 ".%03u,\"args\":{\"pid\":%" PRId64
			"}}",
			quoted(t, r->name), (ns - r->since) / 1000,
			(unsigned int)((ns - r->since) % 1000), r->pid);
	}
	r->since = 0;
}

static void switched(struct timeline *t, const struct trace_event *ev,
		     const struct trace_record *rec)
{
	struct trace_value name = field_value(t, ev, "next_comm", rec);
	struct running *r = &t->cpus[rec->cpu];

	stop_running(t, rec->cpu, rec->ts);
	free(r->name);
	r->name = name.type == VALUE_TEXT ? xstrndup(name.p, name.n) : xstrdup("?");
	r->pid = field_value(t, ev, "next_pid", rec).i;
	r->since = rec->ts;
}

/* --- spans ----------------------------------------------------------------------------------- */

/* X_end closes X_begin of the same task if that is its innermost span; else it is a mark. */
static bool closes(struct task *task, const struct trace_event *ev, size_t stem)
{
	const struct trace_event *top = task->n_open ? task->open[task->n_open - 1] : NULL;

	return top && streq(top->system, ev->system) &&
	       strlen(top->name) == stem + strlen("_begin") &&
	       strncmp(top->name, ev->name, stem) == 0;
}

static void put_event(struct timeline *t, const struct trace_record *rec)
{
	const struct trace_event *ev = t->trace->events[rec->event];
	struct task *task = task_of(t, rec->pid);
	size_t len = strlen(ev->name);

	if (rec->lost)
		put_lost(t, rec);
	if (streq(ev->system, "sched") && streq(ev->name, "sched_switch"))
		switched(t, ev, rec);
	if (str_ends(ev->name, "_begin") && task->n_open < SPANS_MAX) {
		*ARRAY_APPEND(task->open, task->n_open) = ev;
		put_record(t, 'B', ev, (int)(len - strlen("_begin")), rec);
	} else if (str_ends(ev->name, "_end") && closes(task, ev, len - strlen("_end"))) {
		task->n_open--;
		put_record(t, 'E', ev, (int)(len - strlen("_end")), rec);
	} else {
		put_record(t, 'i', ev, (int)len, rec);
	}
}

/* --- names ----------------------------------------------------------------------------------- */

/* saved_cmdlines has "PID NAME" lines. */
static void name_tasks(struct timeline *t, const char *cmdlines)
{
	for (const char *p = cmdlines; p && *p;) {
		const char *end = strchrnul(p, '\n');
		_cleanup_free_ char *line = xstrndup(p, end - p);
		int at = 0, pid;

		if (sscanf(line, "%d %n", &pid, &at) == 1 && at)
			name_track(t, "thread_name", PROCESS_TASKS, pid, line + at);
		p = *end ? end + 1 : end;
	}
}

static int put_names(struct timeline *t, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/saved_cmdlines", t->trace->path), *text = NULL;

	if (path_exists(path) && file_read(path, &text, NULL, err) < 0)
		return -1;
	name_track(t, "process_name", PROCESS_CPUS, 0, "CPUs");
	name_track(t, "process_name", PROCESS_TASKS, 0, "tasks");
	for (size_t i = 0; i < t->trace->n_cpus; i++) {
		_cleanup_free_ char *name = xasprintf("CPU %d", t->trace->cpus[i].cpu);

		name_track(t, "thread_name", PROCESS_CPUS, t->trace->cpus[i].cpu, name);
	}
	name_tasks(t, text);
	return 0;
}

static int put_events(struct timeline *t, struct trace *trace, struct error **err)
{
	const struct trace_filter all = { .event = -1, .cpu = -1, .to_ns = UINT64_MAX };
	struct trace_reader *r = trace_reader_open(trace, &all, err);
	struct trace_record rec = {};
	int got;

	if (!r)
		return -1;
	while ((got = trace_reader_next(r, &rec, err)) > 0)
		put_event(t, &rec);
	for (size_t i = 0; i < trace->n_cpus; i++)
		stop_running(t, trace->cpus[i].cpu, rec.ts);
	trace_reader_close(r);
	return got;
}

int export_timeline(const char *dir, FILE *out, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/guest/trace", dir);
	_cleanup_trace_ struct trace *trace = trace_open(path, err);
	cleanup(timeline_deinit) struct timeline t = { .out = out, .trace = trace };

	if (!trace)
		return -1;
	t.cpus = xcalloc(TRACE_CPUS_MAX, sizeof(*t.cpus));
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", out);
	if (put_names(&t, err) < 0 || put_events(&t, trace, err) < 0)
		return -1;
	fputs("\n]}\n", out);
	return 0;
}
