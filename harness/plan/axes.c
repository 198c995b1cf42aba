// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/axes.h"

#include <fnmatch.h>
#include <string.h>

#include "base/str.h"
#include "image/image.h"
#include "kernel/kernel.h"
#include "plan/content.h"

/*
 * At 20 s a boot a plan of this size takes three weeks; beyond it a sweep has
 * a slip in it, and the plan would not fit into the memory that we promise.
 */
#define MAX_CELLS 100000

static bool matches(const char *glob, const char *name)
{
	return !glob || fnmatch(glob, name, 0) == 0;
}

/* The folder, and the daemon as it runs: another compiler makes another one. */
static int hash_policy(const struct policy_def *def, char ret[HASH_HEX], struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();

	if (content_hash(h, def->dir, err) < 0 || image_daemon_hash(def, h, err) < 0)
		return error_wrap(err, "policy \"%s\"", def->name);
	hash_finish(h, ret);
	return 0;
}

/*
 * The folder says what is asked for and read back, the tools what really runs:
 * another fio is another experiment.  What the host lacks is a reason against
 * this workload's cells, not against the plan.
 */
static int hash_workload(struct workload_axis *w, struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();
	_cleanup_error_ struct error *why = NULL;
	char tools[HASH_HEX] = "";

	if (image_tools_hash(w->def, tools, &why) < 0) {
		if (why->code == EXIT_INTERRUPTED)
			return error_propagate(err, steal_ptr(&why));
		w->unusable = xstrdup(why->msg);
	}
	hash_str(h, tools);
	if (content_hash(h, w->def->dir, err) < 0)
		return -1;
	hash_finish(h, w->hash);
	return 0;
}

static int nothing_matches(const struct matrix_def *m, const char *what, const char *glob,
			   char *const *names, struct error **err)
{
	struct strbuf list = { 0 };

	for (size_t i = 0; names[i]; i++)
		strbuf_printf(&list, "%s%s", i ? ", " : "", names[i]);
	error_set(err, EXIT_INPUT, "no %s of matrix \"%s\" matches \"%s\"; it has %s", what,
		  m->name, glob, list.data ?: "none");
	strbuf_deinit(&list);
	return -1;
}

static int add_kernel(struct axes *a, const struct kernel_def *def, struct error **err)
{
	struct kernel_axis *k = ARRAY_APPEND(a->kernels, a->n_kernels);

	k->def = def;
	if (kernel_identify(def, k->id, err) < 0)
		return error_wrap(err, "%s:%d:%d", def->pos.file, def->pos.line, def->pos.col);
	return 0;
}

static int kernels_mismatch(const struct matrix_def *m, const char *glob,
			    const struct kernel_set *set, struct error **err)
{
	_cleanup_strv_ char **names = xcalloc(1, sizeof(*names));

	for (size_t i = 0; i < set->n; i++)
		strv_add(&names, set->defs[i]->name);
	return nothing_matches(m, "kernel", glob, names, err);
}

/* A git tree's revisions are points of the axis like any others. */
static int add_kernels(struct axes *a, const struct config *c, const struct matrix_def *m,
		       const char *glob, struct kernel_set *set, struct error **err)
{
	for (size_t i = 0; m->kernels[i]; i++) {
		const struct kernel_def *def = config_kernel(c, m->kernels[i], err);

		if (!def || kernel_expand(c, def, set, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < set->n; i++) {
		if (kernel_matches(set->defs[i], glob) && add_kernel(a, set->defs[i], err) < 0)
			return -1;
	}
	return a->n_kernels ? 0 : kernels_mismatch(m, glob, set, err);
}

static int add_policies(struct axes *a, const struct config *c, const struct matrix_def *m,
			const char *glob, struct error **err)
{
	_cleanup_strv_ char **names = strv_copy(m->policies);

	if (m->aa && !strv_has(names, PLAN_AGAIN))
		strv_add(&names, PLAN_AGAIN);
	for (size_t i = 0; names[i]; i++) {
		const struct policy_def *def = config_policy(c, names[i], err);
		struct policy_axis *p;

		if (!def)
			return -1;
		if (!matches(glob, def->name))
			continue;
		p = ARRAY_APPEND(a->policies, a->n_policies);
		p->def = def;
		p->n_variants = variants_count(m, def->name, def->knobs, def->n_knobs);
		if (hash_policy(def, p->hash, err) < 0)
			return -1;
	}
	return a->n_policies ? 0 : nothing_matches(m, "policy", glob, m->policies, err);
}

static int add_workloads(struct axes *a, const struct config *c, const struct matrix_def *m,
			 const char *glob, struct error **err)
{
	for (size_t i = 0; m->workloads[i]; i++) {
		const struct workload_def *def = config_workload(c, m->workloads[i], err);
		struct workload_axis *w;

		if (!def)
			return -1;
		if (!matches(glob, def->name))
			continue;
		w = ARRAY_APPEND(a->workloads, a->n_workloads);
		w->def = def;
		w->n_variants = variants_count(m, def->name, def->knobs, def->n_knobs);
		if (hash_workload(w, err) < 0)
			return error_wrap(err, "workload \"%s\"", def->name);
	}
	return a->n_workloads ? 0 : nothing_matches(m, "workload", glob, m->workloads, err);
}

/* ["auto", "tcg"] is one mode on a machine without KVM. */
static void add_mode(struct axes *a, enum mode mode, const char *glob)
{
	if (!matches(glob, mode_name(mode)))
		return;
	for (size_t i = 0; i < a->n_modes; i++) {
		if (a->modes[i] == mode)
			return;
	}
	*ARRAY_APPEND(a->modes, a->n_modes) = mode;
}

static int add_modes(struct axes *a, const struct matrix_def *m, const char *glob,
		     enum mode auto_mode, struct error **err)
{
	_cleanup_strv_ char **names = xcalloc(1, sizeof(*names));

	if (glob && streq(glob, mode_name(MODE_AUTO)))
		glob = NULL;
	for (enum mode mode = MODE_TCG; glob && mode <= MODE_DETERMINISTIC; mode++) {
		if (streq(glob, mode_name(mode)))
			auto_mode = mode;
	}
	for (size_t i = 0; i < m->n_modes; i++) {
		enum mode mode = m->modes[i] == MODE_AUTO ? auto_mode : m->modes[i];

		strv_add(&names, mode_name(mode));
		add_mode(a, mode, glob);
	}
	return a->n_modes ? 0 : nothing_matches(m, "mode", glob, names, err);
}

static int check_size(const struct axes *a, const struct matrix_def *m, struct error **err)
{
	double policies = 0, workloads = 0, cells;

	for (size_t i = 0; i < a->n_policies; i++)
		policies += (double)a->policies[i].n_variants;
	for (size_t i = 0; i < a->n_workloads; i++)
		workloads += (double)a->workloads[i].n_variants;
	cells = policies * workloads * (double)a->n_kernels * (double)a->n_modes * a->reps;
	if (cells > MAX_CELLS)
		return error_set(err, EXIT_INPUT,
				 "matrix \"%s\" has %.0f cells; the most that can be "
				 "planned are %d",
				 m->name, cells, MAX_CELLS);
	return 0;
}

static void add_variants(struct axes *a, const struct matrix_def *m)
{
	for (size_t i = 0; i < a->n_policies; i++) {
		struct policy_axis *p = &a->policies[i];

		variants_create(m, p->def->name, p->def->knobs, p->def->n_knobs, &p->variants,
				&p->n_variants);
	}
	for (size_t i = 0; i < a->n_workloads; i++) {
		struct workload_axis *w = &a->workloads[i];

		variants_create(m, w->def->name, w->def->knobs, w->def->n_knobs, &w->variants,
				&w->n_variants);
	}
}

static int ask_support(struct axes *a, struct error **err)
{
	a->unsupported = xcalloc(a->n_kernels * a->n_policies, sizeof(char *));
	for (size_t k = 0; k < a->n_kernels; k++) {
		for (size_t p = 0; p < a->n_policies; p++) {
			const struct kernel_def *kernel = a->kernels[k].def;
			const struct policy_def *policy = a->policies[p].def;

			if (kernel_supports(kernel, policy, &a->unsupported[k * a->n_policies + p],
					    err) < 0)
				return error_wrap(err, "kernel \"%s\", policy \"%s\"", kernel->name,
						  policy->name);
		}
	}
	return 0;
}

int axes_init(struct axes *a, const struct config *c, const struct matrix_def *m,
	      const struct plan_filter *f, enum mode auto_mode, struct kernel_set *set,
	      struct error **err)
{
	*a = (struct axes){ .reps = f->reps ?: m->reps };
	if (add_modes(a, m, f->mode, auto_mode, err) < 0 ||
	    add_policies(a, c, m, f->policy, err) < 0 ||
	    add_workloads(a, c, m, f->workload, err) < 0 ||
	    add_kernels(a, c, m, f->kernel, set, err) < 0 || ask_support(a, err) < 0 ||
	    check_size(a, m, err) < 0)
		return -1;
	add_variants(a, m);
	return 0;
}

bool axes_send_to_tcg(struct axes *a)
{
	bool has_tcg = false, sent = false;
	size_t n = 0;

	for (size_t i = 0; i < a->n_modes; i++)
		has_tcg |= a->modes[i] == MODE_TCG;
	for (size_t i = 0; i < a->n_modes; i++) {
		enum mode mode = a->modes[i];

		sent |= mode == MODE_DETERMINISTIC;
		if (mode != MODE_DETERMINISTIC)
			a->modes[n++] = mode;
		else if (!has_tcg)
			a->modes[n++] = MODE_TCG;
	}
	a->n_modes = n;
	return sent;
}

void axes_deinit(struct axes *a)
{
	for (size_t i = 0; i < a->n_policies; i++) {
		if (a->policies[i].variants)
			variants_free(a->policies[i].variants, a->policies[i].n_variants);
	}
	for (size_t i = 0; i < a->n_workloads; i++) {
		if (a->workloads[i].variants)
			variants_free(a->workloads[i].variants, a->workloads[i].n_variants);
		free(a->workloads[i].unusable);
	}
	for (size_t i = 0; a->unsupported && i < a->n_kernels * a->n_policies; i++)
		free(a->unsupported[i]);
	free(a->unsupported);
	free(a->kernels);
	free(a->policies);
	free(a->workloads);
	free(a->modes);
	*a = (struct axes){ 0 };
}
