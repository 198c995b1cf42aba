// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run's trace → trace.dat version 6, which trace-cmd report and KernelShark
 * open.  Pages go in as they are, and with them time stamps and loss marks.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "exchange/internal.h"
#include "trace/dat_internal.h"
#include "trace/trace.h"

static const char magic[] = "\x17\x08\x44tracing6"; /* with its NUL */

/* The part in front of the pages, in the order of bytes that the trace has. */
struct head {
	struct strbuf b;
	bool big;
};

static void put_number(struct head *h, uint64_t v, int size)
{
	uint8_t bytes[8];

	for (int i = 0; i < size; i++)
		bytes[h->big ? size - 1 - i : i] = v >> (8 * i);
	strbuf_add(&h->b, bytes, size);
}

static void put_sized(struct head *h, const char *text, size_t len, int size)
{
	put_number(h, len, size);
	if (len)
		strbuf_add(&h->b, text, len);
}

static void put_keyword(struct head *h, const char *word)
{
	strbuf_add(&h->b, word, strlen(word) + 1);
}

/* A file of the trace's folder; nothing if it isn't there. */
static int put_file(struct head *h, const char *dir, const char *name, int size, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name), *text = NULL;
	size_t len = 0;

	if (path_exists(path) && file_read(path, &text, &len, err) < 0)
		return -1;
	put_sized(h, text, len, size);
	return 0;
}

/* --- formats ---------------------------------------------------------------------------- */

static int put_system(struct head *h, const char *dir, const char *system, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/events/%s", dir, system);
	_cleanup_strv_ char **names = NULL, **formats = xcalloc(1, sizeof(char *));

	if (dir_list(path, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *rel = xasprintf("events/%s/%s/format", system, names[i]);
		_cleanup_free_ char *full = xasprintf("%s/%s", dir, rel);

		if (path_exists(full))
			strv_add(&formats, rel);
	}
	put_number(h, strv_len(formats), 4);
	for (size_t i = 0; formats[i]; i++) {
		if (put_file(h, dir, formats[i], 8, err) < 0)
			return -1;
	}
	return 0;
}

/* The function tracer's own ("ftrace") stand in front, in a list without a name. */
static int put_formats(struct head *h, const char *dir, struct error **err)
{
	_cleanup_free_ char *events = xasprintf("%s/events", dir);
	_cleanup_free_ char *own = xasprintf("%s/ftrace", events);
	_cleanup_strv_ char **systems = NULL;
	bool has_own = path_is_dir(own);

	if (dir_list(events, &systems, err) < 0)
		return -1;
	if (!has_own)
		put_number(h, 0, 4);
	else if (put_system(h, dir, "ftrace", err) < 0)
		return -1;
	put_number(h, strv_len(systems) - has_own, 4);
	for (size_t i = 0; systems[i]; i++) {
		if (streq(systems[i], "ftrace"))
			continue;
		put_keyword(h, systems[i]);
		if (put_system(h, dir, systems[i], err) < 0)
			return -1;
	}
	return 0;
}

/* --- options ----------------------------------------------------------------------------- */

static void put_option(struct head *h, enum dat_option id, const char *text)
{
	put_number(h, id, 2);
	put_sized(h, text, strlen(text) + 1, 4);
}

/* Options are text with a NUL.  `prefix` and a file of the folder; none if it isn't there. */
static int put_file_option(struct head *h, enum dat_option id, const char *path, const char *prefix,
			   struct error **err)
{
	_cleanup_free_ char *text = NULL, *all = NULL;

	if (!path_exists(path))
		return 0;
	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	text[strcspn(text, prefix ? "" : "\n")] = '\0';
	all = xasprintf("%s%s", prefix ?: "", text);
	put_option(h, id, all);
	return 0;
}

static int put_stats(struct head *h, const struct trace *t, struct error **err)
{
	for (size_t i = 0; i < t->n_cpus; i++) {
		int cpu = t->cpus[i].cpu;
		_cleanup_free_ char *path = xasprintf("%s/cpu%d.stats", t->path, cpu);
		_cleanup_free_ char *prefix = xasprintf("CPU: %d\n", cpu), *text = NULL;

		/* A file that was imported has the line already. */
		if (path_exists(path) && file_read(path, &text, NULL, err) < 0)
			return -1;
		if (put_file_option(h, DAT_CPUSTAT, path,
				    text && str_starts(text, "CPU:") ? "" : prefix, err) < 0)
			return -1;
	}
	return 0;
}

/* What an import found beside the stamps; those in the pages are as they were. */
static void put_scale(struct head *h, const struct trace_scale *s)
{
	if (s->mult) {
		put_number(h, DAT_TSC2NSEC, 2);
		put_number(h, 16, 4);
		put_number(h, s->mult, 4);
		put_number(h, s->shift, 4);
		put_number(h, 0, 8);
	}
	if (s->offset) {
		_cleanup_free_ char *text = xasprintf("%" PRId64, s->offset);

		put_option(h, DAT_OFFSET, text);
	}
}

static int put_options(struct head *h, const struct trace *t, const char *dir, struct error **err)
{
	_cleanup_free_ char *clock = xasprintf("%s/clock", t->path), *name = NULL;
	_cleanup_free_ char *uname = xasprintf("%s/guest/uname", dir);

	put_keyword(h, "options  ");
	if (put_stats(h, t, err) < 0 || put_file_option(h, DAT_UNAME, uname, NULL, err) < 0)
		return -1;
	if (path_exists(clock) && file_read(clock, &name, NULL, err) < 0)
		return -1;
	if (name) {
		_cleanup_free_ char *text = NULL;

		name[strcspn(name, "\n")] = '\0';
		/* A list of clocks with the one in use in brackets, or only its name. */
		text = xasprintf(strchr(name, '[') ? "%s" : "[%s]", name);
		put_option(h, DAT_TRACECLOCK, text);
	}
	put_scale(h, &t->scale);
	put_number(h, DAT_DONE, 2);
	return 0;
}

/* --- pages --------------------------------------------------------------------------------- */

static uint64_t page_align(const struct trace *t, uint64_t at)
{
	return (at + t->layout.page_size - 1) / t->layout.page_size * t->layout.page_size;
}

static uint64_t page_bytes(const struct trace *t, size_t i)
{
	return t->cpus[i].n_pages * t->layout.page_size;
}

/* CPUs have no number in this version: those without pages stand in the list, too. */
static int cpu_count(const struct trace *t)
{
	return t->n_cpus ? t->cpus[t->n_cpus - 1].cpu + 1 : 0;
}

static void put_cpus(struct head *h, const struct trace *t)
{
	uint64_t at = page_align(t, h->b.len + 10 + 16 * (uint64_t)cpu_count(t));
	size_t i = 0;

	put_keyword(h, "flyrecord");
	for (int cpu = 0; cpu < cpu_count(t); cpu++) {
		uint64_t bytes = t->cpus[i].cpu == cpu ? page_bytes(t, i++) : 0;

		put_number(h, at, 8);
		put_number(h, bytes, 8);
		at += bytes;
	}
}

static int write_pages(const struct trace *t, size_t i, int to, struct error **err)
{
	const struct trace_section *s = &t->cpus[i].section;
	_cleanup_close_ int from = open(s->path, O_RDONLY | O_CLOEXEC);

	if (from < 0)
		return error_errno(err, errno, "%s", s->path);
	return copy_bytes(from, s->offset, page_bytes(t, i), to, err);
}

static int write_file(const struct trace *t, const struct head *h, int to, struct error **err)
{
	_cleanup_free_ char *gap = xcalloc(t->layout.page_size, 1);

	if (write_all(to, h->b.data, h->b.len, err) < 0 ||
	    write_all(to, gap, page_align(t, h->b.len) - h->b.len, err) < 0)
		return -1;
	for (size_t i = 0; i < t->n_cpus; i++) {
		if (write_pages(t, i, to, err) < 0)
			return -1;
	}
	return 0;
}

static int make_head(struct head *h, const struct trace *t, const char *dir, struct error **err)
{
	h->big = t->machine.big_endian;
	strbuf_add(&h->b, magic, sizeof(magic));
	put_number(h, h->big, 1);
	put_number(h, t->machine.long_size, 1);
	put_number(h, t->layout.page_size, 4);
	put_keyword(h, "header_page");
	if (put_file(h, t->path, "header_page", 8, err) < 0)
		return -1;
	put_keyword(h, "header_event");
	if (put_file(h, t->path, "header_event", 8, err) < 0 || put_formats(h, t->path, err) < 0 ||
	    put_file(h, t->path, "kallsyms", 4, err) < 0 ||
	    put_file(h, t->path, "printk_formats", 4, err) < 0 ||
	    put_file(h, t->path, "saved_cmdlines", 8, err) < 0)
		return -1;
	put_number(h, cpu_count(t), 4);
	if (put_options(h, t, dir, err) < 0)
		return -1;
	put_cpus(h, t);
	return 0;
}

int export_dat(const char *dir, const char *to, struct error **err)
{
	_cleanup_free_ char *trace_dir = xasprintf("%s/guest/trace", dir);
	_cleanup_free_ char *tmp = xasprintf("%s.tmp", to);
	_cleanup_trace_ struct trace *t = trace_open(trace_dir, err);
	_cleanup_close_ int fd = -1;
	struct head h = {};
	int r;

	if (!t)
		return -1;
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return error_errno(err, errno, "create %s", tmp);
	r = make_head(&h, t, dir, err) < 0 ? -1 : write_file(t, &h, fd, err);
	strbuf_deinit(&h.b);
	if (r == 0 && rename(tmp, to) < 0)
		r = error_errno(err, errno, "rename %s", tmp);
	if (r < 0) {
		unlink(tmp);
		return error_wrap(err, "%s", to);
	}
	return 0;
}
