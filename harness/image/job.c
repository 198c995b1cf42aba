// SPDX-License-Identifier: GPL-2.0-or-later
/* The job's text: wire/job.h has the keys, agent/job.c reads them. */
#include "wire/job.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "image/inputs.h"
#include "image/tools.h"

/* Percent: the other half is for what comes before the agent gets its turn. */
#define HALF_FULL 50

static void put_machine(struct strbuf *b, const struct image_inputs *in)
{
	const struct cell *c = in->cell;
	const bool deterministic = c->mode == MODE_DETERMINISTIC;

	job_put(b, JOB_VERSION, "1");
	job_put(b, JOB_STREAM, "%s", deterministic ? JOB_STREAM_TTY : JOB_STREAM_PORT);
	if (in->mailbox_bytes)
		job_put(b, JOB_MAILBOX, "%" PRIu64, in->mailbox_bytes);
	job_put(b, JOB_HEARTBEAT, "%u", c->machine->heartbeat_s * 1000);
	job_put(b, JOB_SEED, "%" PRIu64, c->seed);
	job_put(b, JOB_TOOLS, "%" PRIu64, in->tools_bytes);
}

/* The swap's range and the data's, as far as they are disks: "key=1,2". */
static void add_simdisk_list(struct strbuf *b, const char *key, const struct memory_layout *l,
			     uint64_t swap, uint64_t data)
{
	const bool both = l->swap_reserved && l->data_reserved;

	strbuf_printf(b, " %s=%" PRIu64, key, l->swap_reserved ? swap : data);
	if (both)
		strbuf_printf(b, ",%" PRIu64, data);
}

static void put_simdisk(struct strbuf *b, const struct image_inputs *in)
{
	const struct simdisk_config *s = &in->cell->workload->simdisk;
	const struct memory_layout *l = &in->layout;
	_cleanup_strbuf_ struct strbuf params = { 0 };
	const uint64_t seed = in->cell->seed;

	add_simdisk_list(&params, "start", l, l->swap_start, l->data_start);
	add_simdisk_list(&params, "bytes", l, l->swap_bytes, l->data_bytes);
	add_simdisk_list(&params, "latency_us", l, s->latency_us, s->latency_us);
	add_simdisk_list(&params, "spread_us", l, s->spread_us, s->spread_us);
	add_simdisk_list(&params, "bandwidth_mb", l, s->bandwidth_mb, s->bandwidth_mb);
	add_simdisk_list(&params, "queue_depth", l, s->queue_depth, s->queue_depth);
	add_simdisk_list(&params, "seed", l, seed, ~seed); /* two sequences */
	job_put(b, JOB_MODULE, "%s%s", SIMDISK_MODULE, params.data);
}

static void put_devices(struct strbuf *b, const struct image_inputs *in)
{
	const struct memory_layout *l = &in->layout;

	if (in->simdisk)
		put_simdisk(b, in);

	switch (in->cell->workload->swap) {
	case SWAP_NONE:
		job_put(b, JOB_SWAP, "none");
		break;
	case SWAP_PMEM:
		job_put(b, JOB_SWAP, "pmem %" PRIu64 " %" PRIu64, l->swap_start, l->swap_bytes);
		break;
	case SWAP_SIMDISK:
		job_put(b, JOB_SWAP, "disk " SIMDISK_DEVICE "0");
		break;
	case SWAP_ZRAM:
		job_put(b, JOB_SWAP, "zram %" PRIu64, in->cell->workload->swap_bytes);
		break;
	}
	if (l->data_bytes && l->data_reserved)
		job_put(b, JOB_DATA, "disk " SIMDISK_DEVICE "%d", l->swap_reserved ? 1 : 0);
	else if (l->data_bytes)
		job_put(b, JOB_DATA, "%" PRIu64 " %" PRIu64, l->data_start, l->data_bytes);
}

static void put_list(struct strbuf *b, enum job_key key, char *const *list)
{
	for (; list && *list; list++)
		job_put(b, key, "%s", *list);
}

static void put_counters(struct strbuf *b, const struct counters_config *c)
{
	put_list(b, JOB_PERF_GROUP, c->groups);
	job_put(b, JOB_PERF_PER, "%s", counters_per_name(c->per));
	job_put(b, JOB_PERF_INTERVAL, "%u", c->interval_ms);
}

static void put_trace(struct strbuf *b, const struct cell *c)
{
	const struct trace_config *t = c->trace;

	if (!t->enabled)
		return;
	job_put(b, JOB_TRACE_BUFFER, "%u", t->buffer_kb);
	put_list(b, JOB_TRACE_EVENT, t->wishes.events);
	put_list(b, JOB_TRACE_KPROBE, t->wishes.kprobes);
	put_list(b, JOB_TRACE_GRAPH, t->wishes.function_graph);
	/* A deterministic guest says nothing that the host could answer at its own time. */
	if (t->stream != STREAM_NEVER && c->mode != MODE_DETERMINISTIC)
		job_put(b, JOB_TRACE_STREAM, "%d %u", t->stream == STREAM_AUTO ? HALF_FULL : 0,
			t->stream_ms);
}

static void put_sample(struct strbuf *b, const struct sample_config *s)
{
	if (!s->wishes.every_ms)
		return;
	job_put(b, JOB_SAMPLE_EVERY, "%u", s->wishes.every_ms);
	if (s->wishes.region_mb)
		job_put(b, JOB_SAMPLE_REGION, "%u", s->wishes.region_mb);
	put_list(b, JOB_SAMPLE_FILE, s->wishes.files);
	job_put(b, JOB_SAMPLE_BUFFER, "%u", s->buffer_kb);
}

static void put_knobs(struct strbuf *b, const struct knob_value *knobs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (knobs[i].def->set)
			job_put(b, JOB_KNOB, "%s %s %s", knobs[i].def->name, knobs[i].def->set,
				knobs[i].value);
		if (knobs[i].def->read)
			job_put(b, JOB_KNOB_READ, "%s %s %s", knobs[i].def->name,
				knobs[i].def->read, knobs[i].value);
	}
}

/* "expiry=${expiry_ms}" is read back under the knob's name, a fixed "debug=1" under its own. */
static char *param_name(const struct cell *cell, const char *key, const char *text)
{
	for (size_t i = 0; i < cell->n_policy_knobs; i++) {
		const char *name = cell->policy_knobs[i].def->name;
		_cleanup_free_ char *reference = xasprintf("${%s}", name);

		if (streq(text, reference))
			return xstrdup(name);
	}
	return xstrdup(key);
}

static int put_param(struct strbuf *b, const struct cell *cell, const struct module_def *m,
		     const char *param, struct error **err)
{
	const char *eq = strchr(param, '=');
	_cleanup_free_ char *key = NULL, *value = NULL, *name = NULL, *module = NULL;

	if (!eq)
		return error_set(err, EXIT_INPUT, "module %s: parameter \"%s\" is not key=value",
				 m->name, param);
	value = cell_expand(cell, eq + 1, NULL, err);
	if (!value)
		return -1;
	key = xstrndup(param, (size_t)(eq - param));
	name = param_name(cell, key, eq + 1);
	/* sysfs has it as the kernel does: with underscores. */
	module = xstrdup(m->name);
	for (char *c = module; (c = strchr(c, '-'));)
		*c = '_';
	job_put(b, JOB_MODULE_PARAM, "%s %s %s %s", name, module, key, value);
	return 0;
}

static int put_daemon(struct strbuf *b, const struct cell *cell, struct error **err)
{
	const struct daemon_def *d = &cell->policy->daemon;

	if (!d->source)
		return 0;
	job_put(b, JOB_DAEMON, "%s", POLICY_DAEMON);
	for (char **word = d->args; word && *word; word++) {
		_cleanup_free_ char *arg = cell_expand(cell, *word, NULL, err);

		if (!arg)
			return error_wrap(err, "arguments of policy %s", cell->policy->name);
		job_put(b, JOB_DAEMON, "%s", arg);
	}
	return 0;
}

static int put_policy(struct strbuf *b, const struct image_inputs *in, struct error **err)
{
	const struct cell *c = in->cell;
	const struct policy_def *p = c->policy;

	for (size_t i = 0; i < in->n_policy; i++)
		job_put(b, JOB_POLICY_MODULE, "%s%s%s", in->policy[i].guest,
			*in->policy[i].params ? " " : "", in->policy[i].params);
	put_knobs(b, c->policy_knobs, c->n_policy_knobs);
	for (size_t i = 0; i < p->n_modules; i++) {
		for (char **param = p->modules[i].params; param && *param; param++) {
			if (put_param(b, c, &p->modules[i], *param, err) < 0)
				return -1;
		}
	}
	if (put_daemon(b, c, err) < 0)
		return -1;
	for (size_t i = 0; i < p->n_counters; i++)
		job_put(b, JOB_COUNTER, "%s %s %s", p->counters[i].name,
			p->counters[i].liveness ? "live" : "plain", p->counters[i].file);
	return 0;
}

/* What ${name} stands for in a command besides the knobs. */
static char **variables(const struct image_inputs *in)
{
	const struct cell *c = in->cell;
	char **v = NULL;

	strv_add(&v, "out=" JOB_OUT_DIR);
	strv_addf(&v, "dir=" TOOLS_WORKLOADS "/%s", c->workload->name);
	strv_addf(&v, "mem_kb=%" PRIu64, c->machine->mem_bytes / 1024);
	/* QEMU counts instructions of one CPU only (machine/qemu.c). */
	strv_addf(&v, "cpus=%u", c->mode == MODE_DETERMINISTIC ? 1 : c->machine->cpus);
	strv_addf(&v, "seed=%" PRIu64, c->seed);
	if (in->layout.data_bytes)
		strv_add(&v, "data=" JOB_DATA_DEVICE);
	return v;
}

static int put_workload(struct strbuf *b, const struct image_inputs *in, struct error **err)
{
	const struct cell *c = in->cell;
	_cleanup_strv_ char **vars = variables(in);

	put_knobs(b, c->workload_knobs, c->n_workload_knobs);
	job_put(b, JOB_WORKLOAD, "%s", c->workload->name);
	for (char **word = c->workload->command; *word; word++) {
		const char *text = word == c->workload->command ? in->program : *word;
		_cleanup_free_ char *arg = cell_expand(c, text, vars, err);

		if (!arg)
			return error_wrap(err, "command of workload %s", c->workload->name);
		job_put(b, JOB_ARG, "%s", arg);
	}
	job_put(b, JOB_OUTPUT, "%s", c->workload->output ?: "");
	job_put(b, JOB_TIMEOUT, "%u", c->workload->timeout_s);
	return 0;
}

int job_text(const struct image_inputs *in, char **ret, struct error **err)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };

	put_machine(&b, in);
	put_devices(&b, in);
	put_trace(&b, in->cell);
	put_counters(&b, in->cell->counters);
	put_sample(&b, in->cell->sample);
	if (put_policy(&b, in, err) < 0 || put_workload(&b, in, err) < 0)
		return -1;
	*ret = strbuf_steal(&b);
	return 0;
}
