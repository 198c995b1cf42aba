// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A trace in a folder: header_page, events/SYSTEM/NAME/format, cpuN.raw, .stats, .damage,
 * machine, scale.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "trace/load.h"

/* Runs of our own guests don't say; what others' traces were made on, `harness import` noted. */
static int load_machine(struct trace *t, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/machine", t->path), *text = NULL;

	t->machine = TRACE_MACHINE_X86_64;
	if (!path_exists(path))
		return 0;
	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	if (trace_machine_parse(text, &t->machine, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

/* The same. */
static int load_scale(struct trace *t, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/scale", t->path), *text = NULL;

	if (!path_exists(path))
		return 0;
	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	if (trace_scale_parse(text, &t->scale, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

static int load_layout(struct trace *t, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/header_page", t->path), *text = NULL;

	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	if (ring_layout_parse(text, &t->layout, err) < 0)
		return error_wrap(err, "%s", path);
	t->layout.big_endian = t->machine.big_endian;
	t->machine.long_size = t->layout.commit_size;
	return 0;
}

static int load_format(struct trace *t, const char *system, const char *name, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/events/%s/%s/format", t->path, system, name);
	_cleanup_free_ char *text = NULL;
	size_t len;

	if (!path_exists(path)) /* "enable", "filter" and the like */
		return 0;
	if (file_read(path, &text, &len, err) < 0)
		return -1;
	trace_add_format(t, path, system, text, len);
	return 0;
}

static int load_system(struct trace *t, const char *system, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/events/%s", t->path, system);
	_cleanup_strv_ char **names = NULL;

	if (!path_is_dir(dir))
		return 0;
	if (dir_list(dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		if (load_format(t, system, names[i], err) < 0)
			return -1;
	}
	return 0;
}

static int load_formats(struct trace *t, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/events", t->path);
	_cleanup_strv_ char **systems = NULL;

	if (dir_list(dir, &systems, err) < 0)
		return -1;
	for (size_t i = 0; systems[i]; i++) {
		if (load_system(t, systems[i], err) < 0)
			return -1;
	}
	return 0;
}

/* cpuN.NAME; NULL without an error if there is no such file. */
static int read_beside(const struct trace *t, int cpu, const char *name, char **ret,
		       struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/cpu%d.%s", t->path, cpu, name);

	*ret = NULL;
	return path_exists(path) ? file_read(path, ret, NULL, err) : 0;
}

/* An imported file may have lacked pages already; cpuN.damage says so. */
static int load_beside(struct trace *t, struct trace_cpu *c, struct error **err)
{
	_cleanup_free_ char *stats = NULL, *damage = NULL;

	if (read_beside(t, c->cpu, "stats", &stats, err) < 0 ||
	    read_beside(t, c->cpu, "damage", &damage, err) < 0)
		return -1;
	if (stats)
		trace_cpu_stats(c, stats);
	if (damage) {
		damage[strcspn(damage, "\n")] = '\0';
		c->damage = steal_ptr(&damage);
		c->n_damaged = 1;
	}
	return 0;
}

/* "cpu12.raw" → 12, or -1. */
static int cpu_of_name(const char *name)
{
	unsigned int cpu;
	int end = 0;

	if (sscanf(name, "cpu%4u.raw%n", &cpu, &end) != 1 || !end || name[end])
		return -1;
	return cpu < TRACE_CPUS_MAX ? (int)cpu : -1;
}

static int load_cpu(struct trace *t, int cpu, const char *name, struct error **err)
{
	struct trace_section section = { .path = xasprintf("%s/%s", t->path, name) };
	struct stat st;

	if (stat(section.path, &st) < 0) {
		error_errno(err, errno, "%s", section.path);
		trace_section_deinit(&section);
		return -1;
	}
	section.bytes = st.st_size;
	return load_beside(t, trace_add_cpu(t, cpu, &section), err);
}

static int load_cpus(struct trace *t, struct error **err)
{
	_cleanup_strv_ char **names = NULL;

	if (dir_list(t->path, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		int cpu = cpu_of_name(names[i]);

		if (cpu >= 0 && load_cpu(t, cpu, names[i], err) < 0)
			return -1;
	}
	return 0;
}

int trace_load_dir(struct trace *t, struct error **err)
{
	if (load_machine(t, err) < 0 || load_scale(t, err) < 0 || load_layout(t, err) < 0 ||
	    load_formats(t, err) < 0)
		return -1;
	return load_cpus(t, err);
}
