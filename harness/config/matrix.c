// SPDX-License-Identifier: GPL-2.0-or-later
/* What a matrix says about other tables: the names that it multiplies, and its sweeps. */
#include <string.h>

#include "base/str.h"
#include "config/keys.h"
#include "config/names.h"

/* The knobs of whoever has this name.  Policies and workloads share one namespace (config.c). */
struct owner {
	const struct knob_def *knobs;
	size_t n_knobs;
};

static bool find_owner(const struct config *c, const char *name, struct owner *ret)
{
	for (size_t i = 0; i < c->n_policies; i++) {
		if (streq(c->policies[i].name, name)) {
			*ret = (struct owner){ c->policies[i].knobs, c->policies[i].n_knobs };
			return true;
		}
	}
	for (size_t i = 0; i < c->n_workloads; i++) {
		if (streq(c->workloads[i].name, name)) {
			*ret = (struct owner){ c->workloads[i].knobs, c->workloads[i].n_knobs };
			return true;
		}
	}
	return false;
}

static int unknown_owner(const struct reader *r, const struct toml_node *at, const char *name,
			 struct error **err)
{
	const struct config *c = r->config;
	size_t n = c->n_policies + c->n_workloads;
	_cleanup_free_ const char **names = xcalloc(n, sizeof(*names));
	_cleanup_free_ char *hint = NULL;

	for (size_t i = 0; i < c->n_policies; i++)
		names[i] = c->policies[i].name;
	for (size_t i = 0; i < c->n_workloads; i++)
		names[c->n_policies + i] = c->workloads[i].name;
	hint = config_suggest(name, names, n);
	return config_error_key(r, at, err, "no policy or workload is named \"%s\"%s", name, hint);
}

static const struct knob_def *find_knob(const struct owner *o, const char *name)
{
	for (size_t i = 0; i < o->n_knobs; i++) {
		if (streq(o->knobs[i].name, name))
			return &o->knobs[i];
	}
	return NULL;
}

static int unknown_knob(const struct reader *r, const struct toml_node *at, const char *owner,
			const struct owner *o, const char *name, struct error **err)
{
	_cleanup_free_ const char **names = xcalloc(o->n_knobs, sizeof(*names));
	_cleanup_free_ char *hint = NULL;

	for (size_t i = 0; i < o->n_knobs; i++)
		names[i] = o->knobs[i].name;
	hint = config_suggest(name, names, o->n_knobs);
	return config_error_key(r, at, err, "\"%s\" has no knob \"%s\"%s", owner, name,
				o->n_knobs ? hint : ": it has none at all");
}

static int add_value(const struct reader *r, const struct knob_def *knob,
		     const struct toml_node *value, struct sweep_def *s, struct error **err)
{
	size_t n = strv_len(s->values);

	s->values = xrealloc(s->values, (n + 2) * sizeof(char *));
	s->values[n] = s->values[n + 1] = NULL;
	if (config_knob_text(r, knob, value, &s->values[n], err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (streq(s->values[i], s->values[n]))
			return config_error_value(r, value, err, "%s is in the list twice",
						  s->values[n]);
	}
	return 0;
}

static int read_values(const struct reader *r, const struct knob_def *knob,
		       const struct toml_node *node, struct sweep_def *s, struct error **err)
{
	if (node->type != TOML_ARRAY)
		return add_value(r, knob, node, s, err);
	if (!node->n_children)
		return config_error_value(r, node, err, "a sweep needs at least one value");
	for (size_t i = 0; i < node->n_children; i++) {
		if (add_value(r, knob, &node->children[i], s, err) < 0)
			return -1;
	}
	return 0;
}

static int add_sweep(const struct reader *r, struct matrix_def *m, const struct toml_node *node,
		     const char *owner, const char *knob, struct error **err)
{
	const struct knob_def *def;
	struct sweep_def *s;
	struct owner o;

	if (!find_owner(r->config, owner, &o))
		return unknown_owner(r, node, owner, err);
	def = find_knob(&o, knob);
	if (!def)
		return unknown_knob(r, node, owner, &o, knob, err);
	for (size_t i = 0; i < m->n_sweeps; i++) {
		if (streq(m->sweeps[i].owner, owner) && streq(m->sweeps[i].knob, knob))
			return config_error_key(r, node, err,
						"\"%s.%s\" is swept already, at line "
						"%d",
						owner, knob, m->sweeps[i].pos.line);
	}
	s = ARRAY_APPEND(m->sweeps, m->n_sweeps);
	s->pos = (struct position){ r->file, node->key_line, node->key_col };
	s->owner = xstrdup(owner);
	s->knob = xstrdup(knob);
	return read_values(r, def, node, s, err);
}

/* Names may have dots in them: the owner is the longest name that there is. */
static int add_quoted_sweep(const struct reader *r, struct matrix_def *m,
			    const struct toml_node *node, struct error **err)
{
	_cleanup_free_ char *owner = xstrdup(node->key);
	struct owner o;
	char *dot = strrchr(owner, '.');

	if (!dot)
		return config_error_key(r, node, err,
					"a sweep is \"OWNER.KNOB\" = [values], and "
					"\"%s\" has no dot",
					node->key);
	for (; dot; dot = strrchr(owner, '.')) {
		*dot = '\0';
		if (find_owner(r->config, owner, &o))
			return add_sweep(r, m, node, owner, node->key + (dot - owner) + 1, err);
	}
	free(owner);
	owner = xstrndup(node->key, (size_t)(strrchr(node->key, '.') - node->key));
	return unknown_owner(r, node, owner, err);
}

/* Without quotes TOML makes a table of the owner: the same sweep, so it is taken as such. */
static int add_dotted_sweeps(const struct reader *r, struct matrix_def *m,
			     const struct toml_node *node, struct error **err)
{
	for (size_t i = 0; i < node->n_children; i++) {
		const struct toml_node *knob = &node->children[i];

		if (add_sweep(r, m, knob, node->key, knob->key, err) < 0)
			return -1;
	}
	return 0;
}

int config_read_sweeps(const struct reader *r, const struct toml_node *node, struct matrix_def *m,
		       struct error **err)
{
	if (node->type != TOML_TABLE)
		return config_error_value(r, node, err,
					  "\"sweep\" takes a table of \"OWNER.KNOB\" = "
					  "[values], not %s",
					  toml_type_name(node->type));
	for (size_t i = 0; i < node->n_children; i++) {
		const struct toml_node *child = &node->children[i];

		if (child->type == TOML_TABLE ? add_dotted_sweeps(r, m, child, err) < 0
					      : add_quoted_sweep(r, m, child, err) < 0)
			return -1;
	}
	return 0;
}

void config_sweeps_free(struct matrix_def *m)
{
	for (size_t i = 0; i < m->n_sweeps; i++) {
		free(m->sweeps[i].owner);
		free(m->sweeps[i].knob);
		strv_free(m->sweeps[i].values);
	}
	free(m->sweeps);
}

/* A name twice would plan the same cell twice; a wrong one gets the nearest right one. */
static int check_names(const struct reader *r, const struct toml_node *list, const char *what,
		       const char *const *names, size_t n, struct error **err)
{
	for (size_t i = 0; i < list->n_children; i++) {
		const struct toml_node *item = &list->children[i];
		_cleanup_free_ char *hint = NULL;
		size_t k = 0;

		for (size_t j = 0; j < i; j++) {
			if (streq(list->children[j].string, item->string))
				return config_error_value(r, item, err,
							  "%s \"%s\" is in the list "
							  "twice",
							  what, item->string);
		}
		while (k < n && !streq(names[k], item->string))
			k++;
		if (k < n)
			continue;
		hint = config_suggest(item->string, names, n);
		return config_error_value(r, item, err, "unknown %s \"%s\"%s", what, item->string,
					  hint);
	}
	return 0;
}

/* The names of an array of definitions, whose first member is the name. */
#define NAMES_OF(array, n)                                           \
	({                                                           \
		const char **_names = xcalloc((n), sizeof(*_names)); \
		for (size_t _i = 0; _i < (n); _i++)                  \
			_names[_i] = (array)[_i].name;               \
		_names;                                              \
	})

static int check_axes(const struct reader *r, const struct toml_node *node, struct error **err)
{
	const struct config *c = r->config;
	_cleanup_free_ const char **kernels = NAMES_OF(c->kernels, c->n_kernels);
	_cleanup_free_ const char **policies = NAMES_OF(c->policies, c->n_policies);
	_cleanup_free_ const char **workloads = NAMES_OF(c->workloads, c->n_workloads);
	const struct toml_node *modes = toml_get(node, "modes");

	if (check_names(r, toml_get(node, "kernels"), "kernel", kernels, c->n_kernels, err) < 0 ||
	    check_names(r, toml_get(node, "policies"), "policy", policies, c->n_policies, err) <
		    0 ||
	    check_names(r, toml_get(node, "workloads"), "workload", workloads, c->n_workloads,
			err) < 0)
		return -1;
	if (!modes)
		return 0;
	if (!modes->n_children)
		return config_error_value(r, modes, err, "\"modes\" is empty");
	return check_names(r, modes, "mode", mode_names, MODE_DETERMINISTIC + 1, err);
}

static bool is_listed(char *const *list, const char *name)
{
	for (size_t i = 0; list[i]; i++) {
		if (streq(list[i], name))
			return true;
	}
	return false;
}

static int check_sweep_used(const struct matrix_def *m, const struct sweep_def *s,
			    struct error **err)
{
	const struct reader at = { .file = s->pos.file };

	if (is_listed(m->policies, s->owner) || is_listed(m->workloads, s->owner))
		return 0;
	return config_error_at(&at, s->pos.line, s->pos.col, err,
			       "\"%s.%s\" is swept, but \"%s\" isn't in matrix \"%s\"", s->owner,
			       s->knob, s->owner, m->name);
}

static bool is_swept(const struct matrix_def *m, const char *owner, const char *knob)
{
	for (size_t i = 0; i < m->n_sweeps; i++) {
		if (streq(m->sweeps[i].owner, owner) && streq(m->sweeps[i].knob, knob))
			return true;
	}
	return false;
}

static int check_values_known(const struct reader *r, const struct toml_node *list,
			      const struct matrix_def *m, struct error **err)
{
	for (size_t i = 0; i < list->n_children; i++) {
		const struct toml_node *item = &list->children[i];
		struct owner o = { 0 };

		find_owner(r->config, item->string, &o);
		for (size_t k = 0; k < o.n_knobs; k++) {
			const char *knob = o.knobs[k].name;

			if (!o.knobs[k].def && !is_swept(m, item->string, knob))
				return config_error_value(r, item, err,
							  "knob \"%s\" of \"%s\" has "
							  "no default: give it values in "
							  "[matrix.%s.sweep]",
							  knob, item->string, m->name);
		}
	}
	return 0;
}

/* ${name} must mean one thing in a cell, and the database has one row a knob. */
static int check_knobs_apart(const struct reader *r, const struct toml_node *node,
			     const struct matrix_def *m, struct error **err)
{
	for (size_t p = 0; m->policies[p]; p++) {
		struct owner policy = { 0 };

		find_owner(r->config, m->policies[p], &policy);
		for (size_t w = 0; m->workloads[w]; w++) {
			struct owner workload = { 0 };

			find_owner(r->config, m->workloads[w], &workload);
			for (size_t k = 0; k < policy.n_knobs; k++) {
				if (!find_knob(&workload, policy.knobs[k].name))
					continue;
				return config_error_value(
					r, node, err,
					"policy \"%s\" and workload "
					"\"%s\" both have a knob \"%s\": one must be renamed",
					m->policies[p], m->workloads[w], policy.knobs[k].name);
			}
		}
	}
	return 0;
}

static int check_aa(const struct reader *r, const struct toml_node *node,
		    const struct matrix_def *m, struct error **err)
{
	if (!m->aa || strv_has(m->policies, "stock"))
		return 0;
	return config_error_key(
		r, toml_get(node, "aa"), err,
		"aa = true compares \"stock\" with itself, and \"policies\" lacks it");
}

int config_check_matrix(const struct reader *r, const struct toml_node *node, void *base,
			struct error **err)
{
	const struct matrix_def *m = base;

	if (check_axes(r, node, err) < 0 || check_aa(r, node, m, err) < 0)
		return -1;
	for (size_t i = 0; i < m->n_sweeps; i++) {
		if (check_sweep_used(m, &m->sweeps[i], err) < 0)
			return -1;
	}
	if (check_values_known(r, toml_get(node, "policies"), m, err) < 0 ||
	    check_values_known(r, toml_get(node, "workloads"), m, err) < 0)
		return -1;
	return check_knobs_apart(r, node, m, err);
}
