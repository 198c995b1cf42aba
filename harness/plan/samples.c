// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/samples.h"

#include "base/str.h"

struct entry {
	const struct policy_def *policy;
	const struct workload_def *workload;
	struct sample_config *sample; /* its list of files is its own */
};

struct sample_set {
	struct entry *entries;
	size_t n;
};

struct sample_set *sample_set_create(void)
{
	return xcalloc(1, sizeof(struct sample_set));
}

void sample_set_free(struct sample_set *s)
{
	for (size_t i = 0; s && i < s->n; i++) {
		strv_free(s->entries[i].sample->wishes.files);
		free(s->entries[i].sample);
	}
	if (s)
		free(s->entries);
	free(s);
}

/* 0 is no wish. */
static unsigned int least(unsigned int a, unsigned int b)
{
	if (!a || !b)
		return a ?: b;
	return a < b ? a : b;
}

static void add(struct sample_wishes *to, const struct sample_wishes *from)
{
	to->every_ms = least(to->every_ms, from->every_ms);
	to->region_mb = least(to->region_mb, from->region_mb);
	for (char **file = from->files; file && *file; file++) {
		if (!strv_has(to->files, *file))
			strv_add(&to->files, *file);
	}
}

const struct sample_config *sample_set_get(struct sample_set *s, const struct sample_config *base,
					   const struct policy_def *policy,
					   const struct workload_def *workload)
{
	struct sample_config *sample;

	for (size_t i = 0; i < s->n; i++) {
		if (s->entries[i].policy == policy && s->entries[i].workload == workload)
			return s->entries[i].sample;
	}
	sample = xcalloc(1, sizeof(*sample));
	sample->buffer_kb = base->buffer_kb;
	add(&sample->wishes, &base->wishes);
	add(&sample->wishes, &policy->sample);
	add(&sample->wishes, &workload->sample);
	*ARRAY_APPEND(s->entries, s->n) = (struct entry){ policy, workload, sample };
	return sample;
}
