// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/probes.h"

#include <errno.h>
#include <string.h>
#include <tracefs.h>

#include "agent/write.h"
#include "base/file.h"

/* "p:NAME FUNCTION …": the host has checked that it has a name. */
static char *kprobe_name(const char *line)
{
	const char *name = strchr(line, ':');

	return name ? xstrndup(name + 1, strcspn(name + 1, " ")) : xstrdup("");
}

/* "p:NAME MODULE:FUNCTION+OFFSET …" → "FUNCTION". */
static char *kprobe_function(const char *line)
{
	const char *space = strchr(line, ' '), *start = space ? space + 1 : "";
	size_t len = strcspn(start, " ");
	const char *colon = memchr(start, ':', len);

	if (colon) {
		len -= (size_t)(colon + 1 - start);
		start = colon + 1;
	}
	return xstrndup(start, strcspn(start, "+ ") < len ? strcspn(start, "+ ") : len);
}

/* 6.1 says ENOENT for a function that it hasn't, 6.12 EINVAL, which can mean anything. */
static bool kernel_has(const char *function)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/kallsyms", "re");
	_cleanup_free_ char *line = NULL;
	char name[256];
	size_t cap = 0;

	if (!f || str_starts(function, "0x"))
		return true;
	while (getline(&line, &cap, f) > 0) {
		if (sscanf(line, "%*s %*s %255s", name) == 1 && streq(name, function))
			return true;
	}
	return false;
}

/* The kernel explains in a file of its own what it didn't like; its last line but one has it. */
static int refused(const char *line, int errnum, struct error **err)
{
	char *why = tracefs_error_last(NULL);

	error_errno(err, errnum, "tracing: kprobe \"%s\"%s%s", line, why ? ": " : "", why ?: "");
	free(why);
	return -1;
}

static int add_kprobe(const char *line, char ***events, char ***skipped, struct error **err)
{
	_cleanup_free_ char *text = xasprintf("%s\n", line);
	_cleanup_free_ char *name = kprobe_name(line), *function = kprobe_function(line);

	if (!kernel_has(function)) {
		strv_add(skipped, line);
		return 0;
	}
	if (tracefs_instance_file_append(NULL, "kprobe_events", text) < 0)
		return refused(line, errno, err);
	if (tracefs_event_enable(NULL, "kprobes", name) < 0)
		return error_errno(err, errno, "tracing: enable kprobes:%s", name);
	strv_addf(events, "kprobes/%s", name);
	return 0;
}

int probes_kprobes(char *const *lines, char ***events, char ***skipped, struct error **err)
{
	static const char optimize[] = "/proc/sys/debug/kprobes-optimization";

	if (!lines || !*lines)
		return 0;
	if (!tracefs_file_exists(NULL, "kprobe_events")) {
		for (; *lines; lines++)
			strv_add(skipped, *lines);
		return 0;
	}
	/* The kernel would turn them into jumps some ticks later, under the running workload. */
	if (path_exists(optimize) && write_text(optimize, "0", err) < 0)
		return -1;
	for (; *lines; lines++) {
		if (add_kprobe(*lines, events, skipped, err) < 0)
			return -1;
	}
	return 0;
}

static bool has_tracer(const char *name)
{
	char **all = tracefs_tracers(NULL);
	bool found = false;

	for (size_t i = 0; all && all[i]; i++)
		found |= streq(all[i], name);
	tracefs_list_free(all);
	return found;
}

/*
 * The filter comes first: without one the tracer would change every function
 * of the kernel.  A glob is looked at when its line ends; without the newline
 * that is at close(), which has no way to say that nothing matched.
 */
int probes_functions(char *const *globs, char ***events, char ***skipped, struct error **err)
{
	bool has = globs && *globs && has_tracer("function_graph"), any = false;

	for (; globs && *globs; globs++) {
		_cleanup_free_ char *line = xasprintf("%s\n", *globs);

		if (has && tracefs_instance_file_append(NULL, "set_ftrace_filter", line) > 0)
			any = true;
		else
			strv_add(skipped, *globs);
	}
	if (!any)
		return 0;
	if (tracefs_instance_file_write(NULL, "current_tracer", "function_graph") < 0)
		return error_errno(err, errno, "tracing: function_graph");
	strv_add(events, "ftrace/funcgraph_entry");
	strv_add(events, "ftrace/funcgraph_exit");
	return 0;
}
