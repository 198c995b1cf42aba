// SPDX-License-Identifier: GPL-2.0-or-later
/* From the words of a claim to cells. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cmd/claim.h"

/* A claim is the same experiment for whoever repeats it. */
#define SEED 1

static int at(const struct claim_def *c, struct error **err)
{
	return error_wrap(err, "%s:%d:%d: claim \"%s\"", c->pos.file, c->pos.line, c->pos.col,
			  c->name);
}

static bool takes(const struct knob_def *k, const char *value)
{
	char *end;
	long long x;

	if (k->type == KNOB_STRING)
		return true;
	x = strtoll(value, &end, 10);
	if (end == value || *end)
		return false;
	return k->type == KNOB_BOOL ? x == 0 || x == 1 : x >= k->min && x <= k->max;
}

/* Of the policy or workload with this name; NULL if it has none. */
static const struct knob_def *knobs_of(const struct config *c, const char *owner, size_t *ret_n)
{
	const struct policy_def *p = config_policy(c, owner, NULL);
	const struct workload_def *w = p ? NULL : config_workload(c, owner, NULL);

	*ret_n = p ? p->n_knobs : w ? w->n_knobs : 0;
	return p ? p->knobs : w ? w->knobs : NULL;
}

static const struct knob_def *find_knob(const struct config *c, const char *owner, const char *name)
{
	size_t n;
	const struct knob_def *knobs = knobs_of(c, owner, &n);

	for (size_t i = 0; i < n; i++) {
		if (streq(knobs[i].name, name))
			return &knobs[i];
	}
	return NULL;
}

/* "OWNER.KNOB=VALUE"; names of owners may have dots in them. */
static int add_knob(struct claim_matrix *cm, const struct config *c, const char *text,
		    struct error **err)
{
	_cleanup_free_ char *owner = xstrdup(text);
	char *value = strchr(owner, '='), *name;
	const struct knob_def *knob;
	struct sweep_def *s;

	if (value)
		*value++ = '\0';
	name = strrchr(owner, '.');
	if (!value || !name)
		return error_set(err, EXIT_INPUT, "a knob is \"OWNER.KNOB=VALUE\", not \"%s\"",
				 text);
	*name++ = '\0';
	if (!strv_has(cm->m.policies, owner) && !strv_has(cm->m.workloads, owner))
		return error_set(err, EXIT_INPUT,
				 "\"%s\" is neither of its policies nor its workload", owner);
	knob = find_knob(c, owner, name);
	if (!knob)
		return error_set(err, EXIT_INPUT, "\"%s\" has no knob \"%s\"", owner, name);
	if (!takes(knob, value))
		return error_set(err, EXIT_INPUT, "knob \"%s.%s\" doesn't take \"%s\"", owner, name,
				 value);
	s = ARRAY_APPEND(cm->m.sweeps, cm->m.n_sweeps);
	*s = (struct sweep_def){ .owner = xstrdup(owner), .knob = xstrdup(name) };
	strv_add(&s->values, value);
	return 0;
}

static bool is_set(const struct claim_matrix *cm, const char *owner, const char *knob)
{
	for (size_t i = 0; i < cm->m.n_sweeps; i++) {
		if (streq(cm->m.sweeps[i].owner, owner) && streq(cm->m.sweeps[i].knob, knob))
			return true;
	}
	return false;
}

static int check_values(const struct claim_matrix *cm, const struct config *c, char *const *owners,
			struct error **err)
{
	for (size_t i = 0; owners[i]; i++) {
		size_t n;
		const struct knob_def *knobs = knobs_of(c, owners[i], &n);

		for (size_t k = 0; k < n; k++) {
			if (!knobs[k].def && !is_set(cm, owners[i], knobs[k].name))
				return error_set(err, EXIT_INPUT,
						 "knob \"%s.%s\" has no default; give it a value in"
						 " \"knobs\"",
						 owners[i], knobs[k].name);
		}
	}
	return 0;
}

static int check_names(const struct claim_matrix *cm, const struct config *c, struct error **err)
{
	for (size_t i = 0; cm->m.policies[i]; i++) {
		if (!config_policy(c, cm->m.policies[i], err))
			return -1;
	}
	for (size_t i = 0; cm->m.kernels[i]; i++) {
		if (!config_kernel(c, cm->m.kernels[i], err))
			return -1;
	}
	return config_workload(c, cm->m.workloads[0], err) ? 0 : -1;
}

static void add_policies(struct claim_matrix *cm, const struct policy_def *policy,
			 const struct claim_def *claim)
{
	strv_add(&cm->m.policies, policy->name);
	if (!strv_has(cm->m.policies, claim->against))
		strv_add(&cm->m.policies, claim->against);
	for (size_t i = 0; claim->rivals[i]; i++) {
		if (!strv_has(cm->m.policies, claim->rivals[i]))
			strv_add(&cm->m.policies, claim->rivals[i]);
	}
}

static int fill(struct claim_matrix *cm, const struct config *config, const struct claim_def *claim,
		struct error **err)
{
	if (streq(cm->m.policies[0], claim->against))
		return error_set(err, EXIT_INPUT, "it is compared with itself");
	if (check_names(cm, config, err) < 0)
		return -1;
	for (size_t i = 0; claim->knobs[i]; i++) {
		if (add_knob(cm, config, claim->knobs[i], err) < 0)
			return -1;
	}
	if (check_values(cm, config, cm->m.policies, err) < 0)
		return -1;
	return check_values(cm, config, cm->m.workloads, err);
}

int claim_matrix_init(struct claim_matrix *cm, const struct config *config,
		      const struct policy_def *policy, const struct claim_def *claim,
		      unsigned int reps, struct error **err)
{
	*cm = (struct claim_matrix){
		.m = { .name = claim->name,
		       .pos = claim->pos,
		       .kernels = claim->kernels,
		       .n_modes = 1,
		       .reps = reps ?: claim->reps,
		       .seed = SEED,
		       .cpus = claim->cpus },
		.workloads = { claim->workload },
		.modes = { claim->mode },
	};
	cm->m.workloads = cm->workloads;
	cm->m.modes = cm->modes;
	add_policies(cm, policy, claim);
	return fill(cm, config, claim, err) < 0 ? at(claim, err) : 0;
}

void claim_matrix_deinit(struct claim_matrix *cm)
{
	for (size_t i = 0; i < cm->m.n_sweeps; i++) {
		free(cm->m.sweeps[i].owner);
		free(cm->m.sweeps[i].knob);
		strv_free(cm->m.sweeps[i].values);
	}
	free(cm->m.sweeps);
	strv_free(cm->m.policies);
}
