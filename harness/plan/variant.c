// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/variant.h"

#include "base/str.h"

static const struct sweep_def *find_sweep(const struct matrix_def *m, const char *owner,
					  const char *knob)
{
	for (size_t i = 0; i < m->n_sweeps; i++) {
		if (streq(m->sweeps[i].owner, owner) && streq(m->sweeps[i].knob, knob))
			return &m->sweeps[i];
	}
	return NULL;
}

/* Variant number `index` is read as a number with one digit a knob, each to its own base. */
static void fill(const struct matrix_def *m, const char *owner, const struct knob_def *knobs,
		 size_t index, struct variant *v)
{
	for (size_t i = v->n_knobs; i-- > 0;) {
		const struct sweep_def *s = find_sweep(m, owner, knobs[i].name);
		size_t n = s ? strv_len(s->values) : 1;

		v->knobs[i].def = &knobs[i];
		v->knobs[i].swept = s != NULL;
		v->knobs[i].value = xstrdup(s ? s->values[index % n] : knobs[i].def);
		index /= n;
	}
}

size_t variants_count(const struct matrix_def *m, const char *owner, const struct knob_def *knobs,
		      size_t n_knobs)
{
	size_t n = 1;

	for (size_t i = 0; i < n_knobs; i++) {
		const struct sweep_def *s = find_sweep(m, owner, knobs[i].name);

		if (s && __builtin_mul_overflow(n, strv_len(s->values), &n))
			return SIZE_MAX;
	}
	return n;
}

void variants_create(const struct matrix_def *m, const char *owner, const struct knob_def *knobs,
		     size_t n_knobs, struct variant **ret, size_t *ret_n)
{
	size_t n = variants_count(m, owner, knobs, n_knobs);

	*ret = xcalloc(n, sizeof(**ret));
	*ret_n = n;
	for (size_t i = 0; i < n; i++) {
		(*ret)[i].knobs = xcalloc(n_knobs, sizeof(struct knob_value));
		(*ret)[i].n_knobs = n_knobs;
		fill(m, owner, knobs, i, &(*ret)[i]);
	}
}

struct knob_value *knob_values_copy(const struct variant *v)
{
	struct knob_value *copy = xcalloc(v->n_knobs, sizeof(*copy));

	for (size_t i = 0; i < v->n_knobs; i++) {
		copy[i] = v->knobs[i];
		copy[i].value = xstrdup(v->knobs[i].value);
	}
	return copy;
}

void knob_values_free(struct knob_value *knobs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(knobs[i].value);
	free(knobs);
}

void variants_free(struct variant *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		knob_values_free(v[i].knobs, v[i].n_knobs);
	free(v);
}
