// SPDX-License-Identifier: GPL-2.0-or-later
/* Axes → cells: ids, refusals, estimates, order. */
#include "plan/plan.h"

#include <string.h>

#include "base/str.h"
#include "image/image.h"
#include "kernel/kernel.h"
#include "plan/axes.h"
#include "plan/contract.h"
#include "plan/order.h"
#include "plan/samples.h"
#include "plan/traces.h"

/* Raised when an id means something else: finished cells then count as other experiments. */
#define ID_VERSION 1

/*
 * Power-on to workload, and collecting afterwards, where nothing is known yet:
 * Debian's kernels boot in 13-20 s under TCG and in 2-3 s under KVM.
 */
static const double overhead_s[] = {
	[MODE_TCG] = 20,
	[MODE_KVM] = 5,
	[MODE_DETERMINISTIC] = 30,
};

/* What the construction of all cells of one plan shares. */
struct builder {
	struct plan *plan;
	struct axes axes;
	char agent[HASH_HEX];
	struct cell *refused; /* collected behind the others */
	size_t n_refused;
};

static void builder_deinit(struct builder *b)
{
	axes_deinit(&b->axes);
	free(b->refused);
}

/* One combination of points on the axes. */
struct point {
	const struct kernel_axis *kernel;
	const struct policy_axis *policy;
	const struct variant *policy_variant;
	const struct workload_axis *workload;
	const struct variant *workload_variant;
	enum mode mode;
	const struct trace_config *trace;
	const struct sample_config *sample;
	const char *unsupported; /* kernel_supports() of kernel and policy, or NULL */
};

static void hash_variant(struct hash *h, const struct variant *v)
{
	hash_u64(h, v->n_knobs);
	for (size_t i = 0; i < v->n_knobs; i++) {
		hash_str(h, v->knobs[i].def->name);
		hash_str(h, v->knobs[i].value);
	}
}

static void hash_machine(struct hash *h, const struct machine_config *m)
{
	hash_u64(h, m->cpus);
	hash_u64(h, m->mem_bytes);
	hash_u64(h, m->boot_timeout_s);
	hash_u64(h, m->heartbeat_s);
	hash_u64(h, m->tcg_one_thread);
}

static void hash_list(struct hash *h, char *const *v)
{
	hash_u64(h, strv_len(v));
	for (size_t i = 0; v && v[i]; i++)
		hash_str(h, v[i]);
}

/* Not `store`: it says what ingest makes of a trace. */
static void hash_trace(struct hash *h, const struct trace_config *t)
{
	hash_u64(h, t->enabled);
	hash_u64(h, t->buffer_kb);
	hash_list(h, t->wishes.events);
	hash_list(h, t->wishes.kprobes);
	hash_list(h, t->wishes.function_graph);
	hash_u64(h, t->stream);
	hash_u64(h, t->stream_ms);
}

static void hash_counters(struct hash *h, const struct counters_config *c)
{
	hash_list(h, c->groups);
	hash_u64(h, c->per);
	hash_u64(h, c->interval_ms);
}

static void hash_sample(struct hash *h, const struct sample_config *s)
{
	hash_u64(h, s->wishes.every_ms);
	hash_u64(h, s->wishes.region_mb);
	hash_list(h, s->wishes.files);
	hash_u64(h, s->buffer_kb);
}

/* Names are hashed beside contents: rows and reports speak of names. */
static void make_group(const struct builder *b, const struct point *p, char ret[SHORT_ID])
{
	_cleanup_hash_ struct hash *h = hash_create();
	char hex[HASH_HEX];

	hash_str(h, "group");
	hash_u64(h, ID_VERSION);
	hash_str(h, p->kernel->def->name);
	hash_str(h, p->kernel->id);
	hash_str(h, p->policy->def->name);
	hash_str(h, p->policy->hash);
	hash_variant(h, p->policy_variant);
	hash_str(h, p->workload->def->name);
	hash_str(h, p->workload->hash);
	hash_variant(h, p->workload_variant);
	hash_str(h, mode_name(p->mode));
	hash_machine(h, &b->plan->machine);
	hash_trace(h, p->trace);
	hash_counters(h, &b->plan->config->counters);
	hash_sample(h, p->sample);
	hash_str(h, b->agent);
	hash_finish(h, hex);
	memcpy(ret, hex, SHORT_ID - 1);
	ret[SHORT_ID - 1] = '\0';
}

static void make_id(struct cell *cell)
{
	_cleanup_hash_ struct hash *h = hash_create();
	char hex[HASH_HEX];

	hash_str(h, "cell");
	hash_str(h, cell->group);
	hash_u64(h, cell->rep);
	hash_u64(h, cell->seed);
	hash_finish(h, hex);
	memcpy(cell->id, hex, SHORT_ID - 1);
}

/* The first reason is enough; each is known before anything boots. */
static char *find_refusal(const struct cell *cell, const struct point *p)
{
	_cleanup_error_ struct error *why = NULL;
	struct memory_layout layout;
	char *breach;

	if (p->unsupported)
		return xstrdup(p->unsupported);
	if (p->workload->unusable)
		return xstrdup(p->workload->unusable);
	breach = contract_breach(cell);
	if (breach)
		return breach;
	if (memory_layout(cell, &layout, &why) < 0)
		return xstrdup(why->msg);
	return NULL;
}

static uint64_t cell_seed(const struct builder *b, const struct point *p, unsigned int rep)
{
	if (streq(p->policy->def->name, PLAN_AGAIN))
		return order_seed_again(b->plan->seed, rep);
	return order_seed(b->plan->seed, rep);
}

static struct cell make_cell(const struct builder *b, const struct point *p, unsigned int rep)
{
	const struct config *c = b->plan->config;
	struct cell cell = {
		.kernel = p->kernel->def,
		.policy = p->policy->def,
		.policy_knobs = knob_values_copy(p->policy_variant),
		.n_policy_knobs = p->policy_variant->n_knobs,
		.workload = p->workload->def,
		.workload_knobs = knob_values_copy(p->workload_variant),
		.n_workload_knobs = p->workload_variant->n_knobs,
		.mode = p->mode,
		.rep = rep,
		.seed = cell_seed(b, p, rep),
		.machine = &b->plan->machine,
		.trace = p->trace,
		.counters = &c->counters,
		.sample = p->sample,
		.twin = c->trace.enabled && !p->trace->enabled,
		.estimate_s = overhead_s[p->mode] + p->workload->def->estimate_s,
	};

	memcpy(cell.kernel_id, p->kernel->id, sizeof(cell.kernel_id));
	make_group(b, p, cell.group);
	make_id(&cell);
	cell.refused = find_refusal(&cell, p);
	return cell;
}

static void add_cell(struct builder *b, const struct point *p, unsigned int rep)
{
	struct cell cell = make_cell(b, p, rep);

	if (cell.refused)
		*ARRAY_APPEND(b->refused, b->n_refused) = cell;
	else
		*ARRAY_APPEND(b->plan->cells, b->plan->n_cells) = cell;
}

/* The first repetition has its twins: one is enough for a price, paid by every matrix. */
static void add_twins(struct builder *b, struct point *p, unsigned int rep)
{
	bool traced = b->plan->config->trace.enabled;

	p->sample = sample_set_get(b->plan->samples, &b->plan->config->sample, p->policy->def,
				   p->workload->def);
	p->trace = trace_set_get(b->plan->traces, &b->plan->config->trace, p->policy->def,
				 p->workload->def, traced);
	add_cell(b, p, rep);
	if (b->plan->matrix->twins != TWINS_UNTRACED || rep > 1 || !traced)
		return;
	p->trace = trace_set_get(b->plan->traces, &b->plan->config->trace, p->policy->def,
				 p->workload->def, false);
	add_cell(b, p, rep);
}

/* Workloads × modes for one kernel and one variant of a policy. */
static void add_workloads(struct builder *b, struct point *p, unsigned int rep)
{
	const struct axes *a = &b->axes;

	for (size_t w = 0; w < a->n_workloads; w++) {
		p->workload = &a->workloads[w];
		for (size_t v = 0; v < p->workload->n_variants; v++) {
			p->workload_variant = &p->workload->variants[v];
			for (size_t m = 0; m < a->n_modes; m++) {
				p->mode = a->modes[m];
				add_twins(b, p, rep);
			}
		}
	}
}

static void add_policy(struct builder *b, size_t k, size_t policy, unsigned int rep)
{
	const struct axes *a = &b->axes;
	struct point p = {
		.kernel = &a->kernels[k],
		.policy = &a->policies[policy],
		.unsupported = a->unsupported[k * a->n_policies + policy],
	};

	for (size_t v = 0; v < p.policy->n_variants; v++) {
		p.policy_variant = &p.policy->variants[v];
		add_workloads(b, &p, rep);
	}
}

static void shuffle(const struct builder *b, size_t first, unsigned int rep)
{
	size_t n = b->plan->n_cells - first;
	struct cell *cells = b->plan->cells + first;
	_cleanup_free_ struct cell *copy = xcalloc(n, sizeof(*copy));
	_cleanup_free_ size_t *order = xcalloc(n, sizeof(*order));

	order_shuffle(order, n, b->plan->seed, rep);
	for (size_t i = 0; i < n; i++)
		copy[i] = cells[order[i]];
	for (size_t i = 0; i < n; i++)
		cells[i] = copy[i];
}

/* A drift of the host then falls on all cells of a repetition alike. */
static void add_rep(struct builder *b, unsigned int rep)
{
	size_t first = b->plan->n_cells;

	for (size_t k = 0; k < b->axes.n_kernels; k++) {
		for (size_t p = 0; p < b->axes.n_policies; p++)
			add_policy(b, k, p, rep);
	}
	shuffle(b, first, rep);
}

static void append_refused(struct builder *b)
{
	for (size_t i = 0; i < b->n_refused; i++)
		*ARRAY_APPEND(b->plan->cells, b->plan->n_cells) = b->refused[i];
	b->n_refused = 0;
}

static void make_campaign_id(struct plan *p)
{
	_cleanup_hash_ struct hash *h = hash_create();
	char hex[HASH_HEX];

	hash_str(h, "campaign");
	hash_str(h, p->matrix->name);
	hash_u64(h, p->seed);
	hash_u64(h, p->n_cells);
	for (size_t i = 0; i < p->n_cells; i++)
		hash_str(h, p->cells[i].id);
	hash_finish(h, hex);
	memcpy(p->campaign_id, hex, SHORT_ID - 1);
}

static int build(struct builder *b, const struct plan_filter *f, const struct plan_host *host,
		 struct error **err)
{
	const bool one_cpu = b->plan->machine.cpus > 1 && !host->counts_cpus;

	if (axes_init(&b->axes, b->plan->config, b->plan->matrix, f, host->auto_mode,
		      &b->plan->kernels, err) < 0 ||
	    image_agent_hash(b->agent, err) < 0)
		return -1;
	if (one_cpu)
		b->plan->sent_to_tcg = axes_send_to_tcg(&b->axes);
	for (unsigned int rep = 1; rep <= b->axes.reps; rep++)
		add_rep(b, rep);
	append_refused(b);
	make_campaign_id(b->plan);
	return 0;
}

struct plan *plan_create(const struct config *c, const struct matrix_def *m,
			 const struct plan_filter *f, const struct plan_host *host,
			 struct error **err)
{
	static const struct plan_filter everything;
	_cleanup_plan_ struct plan *p = xcalloc(1, sizeof(*p));
	cleanup(builder_deinit) struct builder b = { .plan = p };

	p->config = c;
	p->matrix = m;
	p->machine = c->machine;
	if (m->cpus)
		p->machine.cpus = m->cpus;
	p->seed = m->seed;
	p->traces = trace_set_create();
	p->samples = sample_set_create();
	if (build(&b, f ?: &everything, host, err) < 0)
		return NULL;
	return steal_ptr(&p);
}

bool plan_counts_cpus(const struct config *c, const struct matrix_def *m,
		      const struct plan_filter *f)
{
	bool counts = f && f->mode && streq(f->mode, mode_name(MODE_DETERMINISTIC));

	for (size_t i = 0; i < m->n_modes; i++)
		counts |= m->modes[i] == MODE_DETERMINISTIC;
	return counts && (m->cpus ?: c->machine.cpus) > 1;
}

static void cell_deinit(struct cell *cell)
{
	knob_values_free(cell->policy_knobs, cell->n_policy_knobs);
	knob_values_free(cell->workload_knobs, cell->n_workload_knobs);
	free(cell->refused);
}

void plan_keep(struct plan *p, bool (*keep)(const struct cell *, void *arg), void *arg)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_cells; i++) {
		if (keep(&p->cells[i], arg))
			p->cells[n++] = p->cells[i];
		else
			cell_deinit(&p->cells[i]);
	}
	p->n_cells = n;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_cells; i++)
		cell_deinit(&p->cells[i]);
	free(p->cells);
	kernel_set_deinit(&p->kernels);
	trace_set_free(p->traces);
	sample_set_free(p->samples);
	free(p);
}

void plan_estimate(struct plan *p, double (*estimate)(const struct cell *, void *arg), void *arg)
{
	for (size_t i = 0; i < p->n_cells; i++) {
		double s = estimate(&p->cells[i], arg);

		if (s >= 0)
			p->cells[i].estimate_s = s;
	}
}

double plan_total_s(const struct plan *p)
{
	double sum = 0;

	for (size_t i = 0; i < p->n_cells; i++)
		sum += p->cells[i].refused ? 0 : p->cells[i].estimate_s;
	return sum;
}

static int ambiguous(const char *id, const struct cell *a, const struct cell *b, struct error **err)
{
	_cleanup_free_ char *ta = cell_title(a), *tb = cell_title(b);

	return error_set(err, EXIT_INPUT, "cell \"%s\" could be %s (%s) or %s (%s), at least", id,
			 a->id, ta, b->id, tb);
}

const struct cell *plan_cell(const struct plan *p, const char *id, struct error **err)
{
	const struct cell *found = NULL;

	for (size_t i = 0; *id && i < p->n_cells; i++) {
		if (!str_starts(p->cells[i].id, id))
			continue;
		if (found) {
			ambiguous(id, found, &p->cells[i], err);
			return NULL;
		}
		found = &p->cells[i];
	}
	if (!found)
		error_set(err, EXIT_INPUT,
			  "matrix \"%s\" has no cell \"%s\"; `harness plan %s` lists them",
			  p->matrix->name, id, p->matrix->name);
	return found;
}
