// SPDX-License-Identifier: GPL-2.0-or-later
/* A trace in a trace.dat. */
#include <string.h>

#include "trace/dat.h"
#include "trace/load.h"

static int load_layout(struct trace *t, const struct dat *d, struct error **err)
{
	if (ring_layout_parse(d->header_page.data, &t->layout, err) < 0)
		return error_wrap(err, "%s: header_page", d->path);
	t->layout.big_endian = d->machine.big_endian;
	t->machine = (struct trace_machine){ d->machine.big_endian, t->layout.commit_size };
	return 0;
}

static void load_stats(struct trace_cpu *c, const struct dat *d)
{
	for (size_t i = 0; d->cpustats && d->cpustats[i]; i++) {
		int cpu;

		if (sscanf(d->cpustats[i], "CPU: %d", &cpu) == 1 && cpu == c->cpu)
			trace_cpu_stats(c, d->cpustats[i]);
	}
}

int trace_load_dat(struct trace *t, struct error **err)
{
	_cleanup_dat_ struct dat *d = dat_open(t->path, err);

	if (!d || load_layout(t, d, err) < 0)
		return -1;
	t->scale = d->scale;
	for (size_t i = 0; i < d->n_formats; i++) {
		const struct dat_format *f = &d->formats[i];
		_cleanup_free_ char *where =
			xasprintf("%s: format %zu (%s)", d->path, i, f->system);

		trace_add_format(t, where, f->system, f->text.data, f->text.len);
	}
	for (size_t i = 0; i < d->n_cpus; i++) {
		struct trace_cpu *c = trace_add_cpu(t, d->cpus[i].cpu, &d->cpus[i].section);

		load_stats(c, d);
		/* How much is missing can't be counted, that something is can. */
		c->damage = d->cpus[i].damage ? xstrdup(d->cpus[i].damage) : NULL;
		c->n_damaged = c->damage != NULL;
	}
	return 0;
}
