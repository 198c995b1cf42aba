// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/trace.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <tracefs.h>

#include "agent/modules.h"
#include "agent/probes.h"
#include "base/file.h"

/* Names of tasks that ran; the kernel's default of 128 is few for stress-ng. */
#define SAVED_CMDLINES "2048"
#define SYMBOLS_MAX (1 << 20)

static int trace_write(const char *file, const char *value, struct error **err)
{
	if (tracefs_instance_file_write(NULL, file, value) < 0)
		return error_errno(err, errno, "tracing: write \"%s\" to %s", value, file);
	return 0;
}

static int set_buffer(unsigned int kb, struct error **err)
{
	ssize_t got;

	if (tracefs_instance_set_buffer_size(NULL, kb, -1) < 0)
		return error_errno(err, errno, "tracing: a buffer of %u KiB for each CPU", kb);
	got = tracefs_instance_get_buffer_size(NULL, 0);
	if (got < (ssize_t)kb)
		return error_set(err, EXIT_FAULT, "tracing: the buffer has %zd KiB, not %u", got,
				 kb);
	return 0;
}

static size_t enable_in_system(struct trace *t, const char *system, const char *glob,
			       struct error **err)
{
	char **events = tracefs_system_events(NULL, system);
	size_t n = 0;

	for (size_t i = 0; events && events[i]; i++) {
		if (fnmatch(glob, events[i], 0) != 0)
			continue;
		if (tracefs_event_enable(NULL, system, events[i]) < 0) {
			error_errno(err, errno, "tracing: enable %s:%s", system, events[i]);
			n = 0;
			break;
		}
		strv_addf(&t->events, "%s/%s", system, events[i]);
		n++;
	}
	tracefs_list_free(events);
	return n;
}

/* "ftrace" is the system of records that can't be enabled (function entries, markers). */
static int enable_pattern(struct trace *t, char **systems, const char *pattern, struct error **err)
{
	_cleanup_free_ char *system = xstrdup(pattern);
	_cleanup_error_ struct error *e = NULL;
	char *glob = strchr(system, ':');
	size_t n = 0;

	if (!glob)
		return error_set(err, EXIT_FAULT, "tracing: \"%s\" is not system:event", pattern);
	*glob++ = '\0';
	for (size_t i = 0; systems && systems[i] && !e; i++)
		if (!streq(systems[i], "ftrace") && fnmatch(system, systems[i], 0) == 0)
			n += enable_in_system(t, systems[i], glob, &e);
	if (e)
		return error_propagate(err, steal_ptr(&e));
	if (n == 0)
		strv_add(&t->skipped, pattern);
	return 0;
}

static int enable_events(const struct job *job, struct trace *t, struct error **err)
{
	char **systems = tracefs_event_systems(NULL);
	int r = 0;

	for (size_t i = 0; job->events && job->events[i] && r == 0; i++)
		r = enable_pattern(t, systems, job->events[i], err);
	tracefs_list_free(systems);
	return r;
}

/*
 * Events of the agent's own tasks are not what anyone asked for.  Written
 * threads stay on the list; for a child to inherit its place, event-fork would
 * have to be on, and it isn't.
 */
int trace_ignore_self(struct error **err)
{
	static const char *const lists[] = { "set_event_notrace_pid", "set_ftrace_notrace_pid" };
	_cleanup_strbuf_ struct strbuf tids = { 0 };
	_cleanup_strv_ char **tasks = NULL;

	if (dir_list("/proc/self/task", &tasks, err) < 0)
		return -1;
	for (size_t i = 0; tasks[i]; i++)
		strbuf_printf(&tids, "%s\n", tasks[i]);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (tracefs_file_exists(NULL, lists[i]) &&
		    tracefs_instance_file_append(NULL, lists[i], tids.data) < 0)
			return error_errno(err, errno, "tracing: %s", lists[i]);
	return 0;
}

int trace_prepare(const struct job *job, struct stream *to, struct trace *ret, struct error **err)
{
	if (!tracefs_tracing_dir())
		return error_set(err, EXIT_FAULT, "tracing: this kernel has no tracefs");
	if (tracefs_trace_off(NULL) < 0)
		return error_errno(err, errno, "tracing: switch off");
	if (trace_write("current_tracer", "nop", err) < 0 ||
	    trace_write("trace_clock", "mono", err) < 0 ||
	    trace_write("saved_cmdlines_size", SAVED_CMDLINES, err) < 0 ||
	    set_buffer(job->trace_buffer_kb, err) < 0 || enable_events(job, ret, err) < 0 ||
	    probes_kprobes(job->kprobes, &ret->events, &ret->skipped, err) < 0 ||
	    probes_functions(job->functions, &ret->events, &ret->skipped, err) < 0)
		return -1;
	if (tracefs_instance_file_clear(NULL, "trace") < 0)
		return error_errno(err, errno, "tracing: empty the buffer");
	ret->drain = drain_create(job, to, err);
	return ret->drain ? trace_ignore_self(err) : -1;
}

int trace_open(struct trace *t, struct error **err)
{
	return drain_open(t->drain, err) < 0 ? -1 : trace_ignore_self(err);
}

void trace_start(struct trace *t)
{
	tracefs_trace_on(NULL);
	drain_begin(t->drain);
}

void trace_stop(struct trace *t)
{
	tracefs_trace_off(NULL);
	drain_end(t->drain);
}

static int send_file(struct stream *to, const char *file, const char *as)
{
	_cleanup_free_ char *name = xasprintf("trace/%s", as);
	int len = 0, r;
	char *text = tracefs_instance_file_read(NULL, file, &len);

	r = text ? stream_file(to, name, text, (size_t)len) : 0;
	free(text);
	return r;
}

static int send_formats(const struct trace *t, struct stream *to)
{
	for (size_t i = 0; t->events && t->events[i]; i++) {
		_cleanup_free_ char *file = xasprintf("events/%s/format", t->events[i]);

		if (send_file(to, file, file) < 0)
			return -1;
	}
	return 0;
}

static int send_clock(struct stream *to)
{
	char *clock = tracefs_get_clock(NULL);
	_cleanup_free_ char *line = xasprintf("%s\n", clock ? clock : "");

	free(clock);
	return stream_file_text(to, "trace/clock", line);
}

/* Before the pages: what was read is no longer among the entries. */
static int send_stats(struct stream *to, struct error **err)
{
	_cleanup_free_ char *dir = tracefs_instance_get_file(NULL, "per_cpu");
	_cleanup_strv_ char **names = NULL;

	if (dir_list(dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *stats = xasprintf("per_cpu/%s/stats", names[i]);
		_cleanup_free_ char *as = xasprintf("%s.stats", names[i]);

		if (str_starts(names[i], "cpu") && send_file(to, stats, as) < 0)
			return error_set(err, EXIT_FAULT, "send %s", stats);
	}
	return 0;
}

/* "address type name\t[module]": is it the policy's, or a function whose calls were asked for? */
static bool is_wanted(const struct job *job, const char *line)
{
	const char *module = strchr(line, '[');
	char name[256] = "";

	for (size_t i = 0; module && i < job->n_policy_modules; i++) {
		_cleanup_free_ char *of = module_name(job->policy_modules[i].path);
		size_t len = strlen(of);

		if (strncmp(module + 1, of, len) == 0 && module[1 + len] == ']')
			return true;
	}
	if (sscanf(line, "%*s %*s %255s", name) != 1)
		return false;
	for (char *const *f = job->functions; f && *f; f++)
		if (fnmatch(*f, name, 0) == 0)
			return true;
	return false;
}

/* The rest is in the kernel's System.map. */
static int send_symbols(const struct job *job, struct stream *to)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/kallsyms", "re");
	_cleanup_strbuf_ struct strbuf found = { 0 };
	_cleanup_free_ char *line = NULL;
	size_t cap = 0;

	while (f && (job->n_policy_modules || job->functions) && getline(&line, &cap, f) > 0) {
		if (is_wanted(job, line) && found.len + strlen(line) <= SYMBOLS_MAX)
			strbuf_puts(&found, line);
	}
	return found.len ? stream_file(to, "trace/kallsyms", found.data, found.len) : 0;
}

int trace_send(const struct trace *t, const struct job *job, struct stream *to, struct error **err)
{
	if (send_clock(to) < 0 || send_file(to, "events/header_page", "header_page") < 0 ||
	    send_file(to, "events/header_event", "header_event") < 0 ||
	    send_file(to, "saved_cmdlines", "saved_cmdlines") < 0 ||
	    send_file(to, "printk_formats", "printk_formats") < 0 || send_formats(t, to) < 0 ||
	    send_symbols(job, to) < 0)
		return error_set(err, EXIT_FAULT, "send the trace's formats");
	return send_stats(to, err) < 0 ? -1 : drain_rest(t->drain, err);
}
