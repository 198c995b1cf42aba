// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions to one cell: its words, its knobs, ${name} in its texts. */
#include <string.h>

#include "base/str.h"
#include "plan/plan.h"

static int by_name(const void *a, const void *b)
{
	const struct knob_value *const *ka = a, *const *kb = b;

	return strcmp((*ka)->def->name, (*kb)->def->name);
}

static void add_knobs(struct strbuf *b, const struct knob_value *knobs, size_t n, bool only_swept)
{
	_cleanup_free_ const struct knob_value **sorted = xcalloc(n, sizeof(*sorted));
	bool first = true;

	for (size_t i = 0; i < n; i++)
		sorted[i] = &knobs[i];
	qsort(sorted, n, sizeof(*sorted), by_name);
	for (size_t i = 0; i < n; i++) {
		if (only_swept && !sorted[i]->swept)
			continue;
		strbuf_printf(b, "%s%s=%s", first ? "" : " ", sorted[i]->def->name,
			      sorted[i]->value);
		first = false;
	}
}

static void add_owner(struct strbuf *b, const char *name, const struct knob_value *knobs, size_t n)
{
	_cleanup_strbuf_ struct strbuf swept = { 0 };

	add_knobs(&swept, knobs, n, true);
	strbuf_printf(b, swept.len ? " %s(%s)" : " %s", name, swept.data);
}

char *cell_title(const struct cell *cell)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, cell->kernel->name);
	add_owner(&b, cell->policy->name, cell->policy_knobs, cell->n_policy_knobs);
	add_owner(&b, cell->workload->name, cell->workload_knobs, cell->n_workload_knobs);
	strbuf_printf(&b, " %s #%u%s", mode_name(cell->mode), cell->rep,
		      cell->twin ? " untraced" : "");
	return strbuf_steal(&b);
}

char *cell_knobs(const struct cell *cell)
{
	struct strbuf b = { 0 };

	add_knobs(&b, cell->policy_knobs, cell->n_policy_knobs, false);
	return strbuf_steal(&b);
}

char *cell_workload_knobs(const struct cell *cell)
{
	struct strbuf b = { 0 };

	add_knobs(&b, cell->workload_knobs, cell->n_workload_knobs, false);
	return strbuf_steal(&b);
}

static const char *find_knob(const struct knob_value *knobs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (streq(knobs[i].def->name, name))
			return knobs[i].value;
	}
	return NULL;
}

const char *cell_knob(const struct cell *cell, const char *name)
{
	/* The configuration sees to it that no name is in both. */
	return find_knob(cell->policy_knobs, cell->n_policy_knobs, name)
		       ?: find_knob(cell->workload_knobs, cell->n_workload_knobs, name);
}

static const char *find_var(char *const *vars, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; vars && vars[i]; i++) {
		if (strncmp(vars[i], name, len) == 0 && vars[i][len] == '=')
			return vars[i] + len + 1;
	}
	return NULL;
}

char *cell_expand(const struct cell *cell, const char *text, char *const *vars, struct error **err)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };
	const char *start;

	while ((start = strstr(text, "${"))) {
		const char *end = strchr(start, '}');
		_cleanup_free_ char *name = NULL;
		const char *value;

		if (!end) {
			error_set(err, EXIT_INPUT, "\"${\" without \"}\" in \"%s\"", text);
			return NULL;
		}
		name = xstrndup(start + 2, (size_t)(end - start) - 2);
		value = find_var(vars, name) ?: cell_knob(cell, name);
		if (!value) {
			error_set(err, EXIT_INPUT, "unknown variable ${%s}", name);
			return NULL;
		}
		strbuf_add(&b, text, (size_t)(start - text));
		strbuf_puts(&b, value);
		text = end + 1;
	}
	strbuf_puts(&b, text);
	return strbuf_steal(&b);
}
