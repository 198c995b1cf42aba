// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run.json: everything that ingest needs to know of a run, so that no
 * configuration, plan or cache has to be there when the database is rebuilt.
 * docs/run-directory.md describes each key.
 */
#include <string.h>

#include "artifact/internal.h"
#include "base/version.h"

#define SCHEMA_VERSION 1

/* NULL becomes null; bytes that aren't UTF-8 would make the whole manifest fail. */
static json_t *text(const char *s)
{
	json_t *j = s ? json_string(s) : NULL;

	return j ? j : s ? json_string("(not UTF-8)") : json_null();
}

static void put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static json_t *knobs(const struct knob_value *k, size_t n)
{
	json_t *o = json_object();

	for (size_t i = 0; i < n; i++)
		put(o, k[i].def->name, text(k[i].value));
	return o;
}

static json_t *metrics(const struct metric_def *m, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();

		put(o, "name", text(m[i].name));
		put(o, "unit", text(m[i].unit));
		put(o, "better", text(better_name(m[i].better)));
		put(o, "path", text(m[i].path));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *kernel(const struct artifact *a, const struct kernel *k)
{
	json_t *o = json_object();

	put(o, "name", text(k->name));
	put(o, "id", text(k->id));
	put(o, "release", text(k->release));
	put(o, "version", text(k->version));
	put(o, "guest_release", text(a->release));
	put(o, "dirty", json_boolean(k->dirty));
	put(o, "baseline", text(a->cell->kernel->baseline));
	return o;
}

static json_t *policy(const struct cell *c)
{
	json_t *o = json_object();

	put(o, "name", text(c->policy->name));
	put(o, "title", text(c->policy->title));
	put(o, "origin", text(c->policy->origin));
	put(o, "knobs", knobs(c->policy_knobs, c->n_policy_knobs));
	return o;
}

static json_t *spans(const struct workload_def *w)
{
	json_t *l = json_array();

	for (size_t i = 0; i < w->n_spans; i++) {
		json_t *o = json_object();

		put(o, "name", text(w->spans[i].name));
		put(o, "begin", text(w->spans[i].begin));
		put(o, "end", text(w->spans[i].end));
		json_array_append_new(l, o);
	}
	return l;
}

static json_t *workload(const struct cell *c)
{
	const struct workload_def *w = c->workload;
	json_t *o = json_object(), *output = json_object();

	put(output, "file", text(w->output));
	put(output, "format", text(output_format_name(w->format)));
	put(o, "name", text(w->name));
	put(o, "title", text(w->title));
	put(o, "knobs", knobs(c->workload_knobs, c->n_workload_knobs));
	put(o, "output", output);
	put(o, "metrics", metrics(w->metrics, w->n_metrics));
	put(o, "histograms", metrics(w->histograms, w->n_histograms));
	put(o, "spans", spans(w));
	return o;
}

static json_t *list(char *const *v)
{
	json_t *l = json_array();

	for (; v && *v; v++)
		json_array_append_new(l, text(*v));
	return l;
}

static json_t *trace(const struct trace_config *t)
{
	json_t *o = json_object();

	put(o, "enabled", json_boolean(t->enabled));
	put(o, "buffer_kb", json_integer(t->buffer_kb));
	put(o, "events", list(t->wishes.events));
	put(o, "kprobes", list(t->wishes.kprobes));
	put(o, "function_graph", list(t->wishes.function_graph));
	put(o, "store", list(t->store));
	put(o, "stream", text(stream_name(t->stream)));
	put(o, "stream_ms", json_integer(t->stream_ms));
	return o;
}

static json_t *counters(const struct counters_config *c)
{
	json_t *o = json_object();

	put(o, "groups", list(c->groups));
	put(o, "per", text(counters_per_name(c->per)));
	put(o, "interval_ms", json_integer(c->interval_ms));
	return o;
}

static json_t *phases(const struct artifact *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->n_phases; i++) {
		json_t *o = json_object();

		put(o, "name", text(a->phases[i].name));
		put(o, "ns", json_integer((json_int_t)a->phases[i].ns));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *sample(const struct sample_config *s)
{
	json_t *o = json_object();

	put(o, "every_ms", json_integer(s->wishes.every_ms));
	put(o, "region_mb", json_integer(s->wishes.region_mb));
	put(o, "files", list(s->wishes.files));
	put(o, "buffer_kb", json_integer(s->buffer_kb));
	return o;
}

static json_t *incidents(const struct machine_result *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->n_incidents; i++) {
		json_t *o = json_object();

		put(o, "kind", text(incident_name(m->incidents[i].kind)));
		put(o, "title", text(m->incidents[i].title));
		put(o, "offset", json_integer((json_int_t)m->incidents[i].offset));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *started_at(time_t t)
{
	char iso[32];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text(iso);
}

static void put_cell(json_t *run, const struct cell *c)
{
	put(run, "cell_id", text(c->id));
	put(run, "group", text(c->group));
	put(run, "policy", policy(c));
	put(run, "workload", workload(c));
	put(run, "mode", text(mode_name(c->mode)));
	put(run, "cpus", json_integer(c->mode == MODE_DETERMINISTIC ? 1 : c->machine->cpus));
	put(run, "mem_bytes", json_integer((json_int_t)c->machine->mem_bytes));
	put(run, "swap", text(swap_name(c->workload->swap)));
	put(run, "swap_bytes", json_integer((json_int_t)c->workload->swap_bytes));
	put(run, "data_bytes", json_integer((json_int_t)c->workload->data_bytes));
	put(run, "rep", json_integer(c->rep));
	/* SQLite's integers are signed too: the bits are the same. */
	put(run, "seed", json_integer((json_int_t)c->seed));
	put(run, "trace", trace(c->trace));
	put(run, "twin", json_boolean(c->twin));
	put(run, "counters", counters(c->counters));
	put(run, "sample", sample(c->sample));
}

static void put_machine(json_t *run, const struct machine_result *m)
{
	put(run, "duration_s", json_real(m->duration_s));
	put(run, "boot_s", m->boot_s > 0 ? json_real(m->boot_s) : json_null());
	put(run, "command", text(m->command));
	put(run, "incidents", incidents(m));
}

char *manifest_text(const struct artifact *a, const char *run_id, const struct kernel *k,
		    const struct machine_result *m, enum outcome outcome, const char *detail,
		    const char *qemu)
{
	json_t *run = json_object();
	struct host_state now;
	char *out;

	host_look(&now);
	put(run, "schema_version", json_integer(SCHEMA_VERSION));
	put(run, "run_id", text(run_id));
	put(run, "campaign_id", text(a->campaign_id));
	put(run, "kernel", kernel(a, k));
	put_cell(run, a->cell);
	put(run, "outcome", text(outcome_name(outcome)));
	put(run, "detail", text(detail));
	put(run, "claimed", a->outcome_seen ? text(outcome_name(a->guest.claimed)) : json_null());
	put(run, "started_at", started_at(a->started));
	put_machine(run, m);
	put(run, "qemu", text(qemu ? qemu : "unknown"));
	put(run, "harness", text(HARNESS_VERSION));
	if (a->fingerprint[0]) {
		put(run, "fingerprint", text(a->fingerprint));
		put(run, "inputs_hash", text(a->inputs_hash));
	}
	put(run, "host", host_json(&a->host_before, &now));
	put(run, "phases", phases(a));
	put(run, "console_dropped_bytes", json_integer((json_int_t)a->console.dropped));
	out = json_dumps(run, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
	json_decref(run);
	return out;
}
