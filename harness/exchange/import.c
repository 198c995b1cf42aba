// SPDX-License-Identifier: GPL-2.0-or-later
/* trace.dat → a run directory. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "artifact/runs.h"
#include "base/file.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "exchange/internal.h"
#include "trace/format.h"

struct import {
	const char *path;
	struct stat before;
	struct dat *dat;
	char id[SHORT_ID];
	char *tmp; /* the run directory in the making */
	int lock;
};

static void import_deinit(struct import *i)
{
	dat_close(i->dat);
	if (i->tmp)
		dir_remove(i->tmp, NULL);
	close_guard(&i->lock);
	free(i->tmp);
}

static int put_text(const struct import *i, const char *name, const struct dat_text *text,
		    struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/guest/trace/%s", i->tmp, name);

	return text->data ? file_write(path, text->data, text->len, err) : 0;
}

static int put_string(const struct import *i, const char *name, const char *s, struct error **err)
{
	const struct dat_text text = { (char *)s, s ? strlen(s) : 0 };

	return put_text(i, name, &text, err);
}

/* --- formats ------------------------------------------------------------------------------- */

/* Names become those of files, so only formats whose names can be used are taken. */
static int put_format(const struct import *i, const struct dat_format *f, struct error **err)
{
	_cleanup_error_ struct error *why = NULL;
	_cleanup_trace_event_ struct trace_event *ev =
		trace_event_parse(f->system, f->text.data, f->text.len, &why);
	_cleanup_free_ char *name = NULL, *dir = NULL;

	if (!ev) {
		progress_warn("%s: a format of %s is left out: %s", i->path, f->system, why->msg);
		return 0;
	}
	name = xasprintf("events/%s/%s/format", ev->system, ev->name);
	dir = xasprintf("%s/guest/trace/events/%s/%s", i->tmp, ev->system, ev->name);
	return dir_make(dir, err) < 0 ? -1 : put_text(i, name, &f->text, err);
}

static int put_formats(const struct import *i, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/guest/trace/events", i->tmp);

	if (dir_make(dir, err) < 0)
		return -1;
	for (size_t k = 0; k < i->dat->n_formats; k++) {
		if (put_format(i, &i->dat->formats[k], err) < 0)
			return -1;
	}
	return 0;
}

/* --- pages --------------------------------------------------------------------------------- */

/* A damaged chunk keeps its room, filled with pages that can't be any, so that it is counted. */
static int put_chunk(const struct trace_section *s, const struct trace_chunk *c, int from, int to,
		     struct error **err)
{
	_cleanup_free_ uint8_t *packed = xmalloc(c->packed + 1), *pages = xmalloc(c->size);

	if (pread(from, packed, c->packed, (off_t)c->at) != (ssize_t)c->packed)
		return error_errno(err, errno, "%s", s->path);
	if (!trace_inflate(s->codec, packed, c->packed, pages, c->size))
		memset(pages, 0xff, c->size);
	return write_all(to, pages, c->size, err);
}

static int put_section(const struct trace_section *s, int to, struct error **err)
{
	_cleanup_close_ int from = open(s->path, O_RDONLY | O_CLOEXEC);

	if (from < 0)
		return error_errno(err, errno, "%s", s->path);
	for (size_t i = 0; i < s->n_chunks; i++) {
		if (put_chunk(s, &s->chunks[i], from, to, err) < 0)
			return -1;
	}
	return s->n_chunks ? 0 : copy_bytes(from, s->offset, s->bytes, to, err);
}

static const char *stats_of(const struct dat *d, int cpu)
{
	for (size_t i = 0; d->cpustats && d->cpustats[i]; i++) {
		int n;

		if (sscanf(d->cpustats[i], "CPU: %d", &n) == 1 && n == cpu)
			return d->cpustats[i];
	}
	return NULL;
}

static int put_cpu(const struct import *i, const struct dat_cpu *c, struct error **err)
{
	_cleanup_free_ char *raw = xasprintf("%s/guest/trace/cpu%d.raw", i->tmp, c->cpu);
	_cleanup_free_ char *stats = xasprintf("cpu%d.stats", c->cpu);
	_cleanup_free_ char *damage = xasprintf("cpu%d.damage", c->cpu);
	_cleanup_close_ int fd = open(raw, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return error_errno(err, errno, "create %s", raw);
	if (put_section(&c->section, fd, err) < 0)
		return error_wrap(err, "%s", raw);
	return put_string(i, stats, stats_of(i->dat, c->cpu), err) < 0
		       ? -1
		       : put_string(i, damage, c->damage, err);
}

/* --- the run ------------------------------------------------------------------------------- */

static int put_trace(const struct import *i, struct error **err)
{
	const struct dat *d = i->dat;
	_cleanup_free_ char *scale =
		trace_is_scaled(&d->scale) ? trace_scale_text(&d->scale) : NULL;
	_cleanup_free_ char *clock =
		d->clock ? xasprintf("%.*s\n", (int)strcspn(d->clock, "\n"), d->clock) : NULL;

	if (put_formats(i, err) < 0 || put_text(i, "header_page", &d->header_page, err) < 0 ||
	    put_text(i, "header_event", &d->header_event, err) < 0 ||
	    put_text(i, "kallsyms", &d->kallsyms, err) < 0 ||
	    put_text(i, "printk_formats", &d->printk, err) < 0 ||
	    put_text(i, "saved_cmdlines", &d->cmdlines, err) < 0 ||
	    put_string(i, "clock", clock, err) < 0 || put_string(i, "scale", scale, err) < 0 ||
	    put_string(i, "machine", trace_machine_text(&d->machine), err) < 0)
		return -1;
	for (size_t k = 0; k < d->n_cpus; k++) {
		if (put_cpu(i, &d->cpus[k], err) < 0)
			return -1;
	}
	return 0;
}

/* The run's trace in the folder `run`; its pages from the file, which was just read for its hash. */
static struct trace *open_warm(const struct import *i, const char *run, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/guest/trace", run);
	_cleanup_trace_ struct trace *t = trace_open(dir, err);

	for (size_t k = 0; t && k < t->n_cpus; k++) {
		for (size_t n = 0; n < i->dat->n_cpus; n++) {
			const struct trace_section *s = &i->dat->cpus[n].section;

			if (i->dat->cpus[n].cpu != t->cpus[k].cpu || s->n_chunks)
				continue;
			t->cpus[k].section.warm = xstrdup(s->path);
			t->cpus[k].section.warm_offset = s->offset;
		}
	}
	return steal_ptr(&t);
}

static int put_manifest(const struct import *i, const char *run_id, struct error **err)
{
	_cleanup_trace_ struct trace *t = open_warm(i, i->tmp, err);
	_cleanup_free_ char *manifest = xasprintf("%s/run.json", i->tmp);
	_cleanup_free_ char *text = t ? import_manifest(i->dat, t, run_id, err) : NULL;

	return text ? file_puts(manifest, text, err) : -1;
}

static int put_run(const struct import *i, const char *run_id, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/guest/trace", i->tmp);
	_cleanup_free_ char *uname = xasprintf("%s/guest/uname", i->tmp);

	if (dir_make(dir, err) < 0 || put_trace(i, err) < 0)
		return -1;
	if (i->dat->uname && file_puts(uname, i->dat->uname, err) < 0)
		return -1;
	return put_manifest(i, run_id, err);
}

static int identify(struct import *i, struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();
	char hex[HASH_HEX];

	if (hash_file(h, i->path, err) < 0)
		return -1;
	hash_finish(h, hex);
	memcpy(i->id, hex, SHORT_ID - 1);
	i->id[SHORT_ID - 1] = '\0';
	return 0;
}

/* What was hashed, kept and is read next is the same. */
static int check_unchanged(const struct import *i, struct error **err)
{
	return file_unchanged(i->path, &i->before)
		       ? 0
		       : error_set(err, EXIT_INPUT, "%s: somebody changed it while it was read",
				   i->path);
}

static int publish(struct import *i, const char *to, struct trace_cache *traces, struct error **err)
{
	struct trace *t;

	if (check_unchanged(i, err) < 0 || dir_publish(i->tmp, to, err) < 0)
		return -1;
	free(steal_ptr(&i->tmp));
	t = traces ? open_warm(i, to, err) : NULL;
	if (t)
		trace_cache_add(traces, t);
	return traces && !t ? -1 : 0;
}

static void warn(const struct import *i)
{
	if (i->dat->other_instances)
		progress_warn("%s: only the top trace instance is read, not the others", i->path);
}

int import_dat(const char *results, const char *path, struct trace_cache *traces, char **ret_run_id,
	       bool *ret_present, struct error **err)
{
	cleanup(import_deinit) struct import i = { .path = path, .lock = -1 };
	_cleanup_free_ char *runs = xasprintf("%s/runs", results), *to = NULL;
	_cleanup_free_ char *run_id = NULL;

	if (stat(path, &i.before) < 0)
		return error_errno(err, errno, "%s", path);
	i.dat = dat_open(path, err);
	if (!i.dat || identify(&i, err) < 0)
		return -1;
	run_id = xasprintf("%s-1", i.id);
	to = xasprintf("%s/%s", runs, run_id);
	*ret_present = path_is_dir(to);
	if (!*ret_present) {
		warn(&i);
		if (runs_make_tmp(results, i.id, &i.tmp, &i.lock, err) < 0 ||
		    put_run(&i, run_id, err) < 0 || dir_make(runs, err) < 0 ||
		    publish(&i, to, traces, err) < 0)
			return -1;
	}
	*ret_run_id = steal_ptr(&run_id);
	return 0;
}
