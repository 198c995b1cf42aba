// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/machine.h"
#include "base/str.h"

static const struct {
	const char *name;
	const char *help;
} outcomes[] = {
#define X(e, name, help) [OUTCOME_##e] = { name, help },
	OUTCOMES(X)
#undef X
};

const char *outcome_name(enum outcome o)
{
	return outcomes[o].name;
}

const char *outcome_help(enum outcome o)
{
	return outcomes[o].help;
}

bool outcome_from_name(const char *name, enum outcome *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		if (streq(outcomes[i].name, name)) {
			*ret = (enum outcome)i;
			return true;
		}
	}
	return false;
}

static const struct incident *incident_of(const struct machine_result *m, enum incident_kind kind)
{
	for (size_t i = 0; i < m->n_incidents; i++) {
		if (m->incidents[i].kind == kind)
			return &m->incidents[i];
	}
	return NULL;
}

static enum outcome decided(const struct incident *why, enum outcome o, const char **ret_detail)
{
	*ret_detail = why->title;
	return o;
}

enum outcome outcome_decide(const struct machine_result *m, const struct guest_state *g,
			    const char **ret_detail)
{
	const struct incident *i;

	*ret_detail = m->detail;
	/* A guest that ran into "no killable processes" panics, but memory is what it died of. */
	if ((i = incident_of(m, INCIDENT_OOM_PANIC)))
		return decided(i, OUTCOME_OOM, ret_detail);
	if ((i = incident_of(m, INCIDENT_PANIC)))
		return decided(i, OUTCOME_KERNEL_PANIC, ret_detail);
	if (m->outcome == OUTCOME_INTERRUPTED)
		return OUTCOME_INTERRUPTED;
	if ((i = incident_of(m, INCIDENT_OOPS)) || (i = incident_of(m, INCIDENT_DEBUG)))
		return decided(i, OUTCOME_KERNEL_OOPS, ret_detail);
	if (m->outcome != OUTCOME_OK)
		return m->outcome;
	*ret_detail = NULL;
	/* Workloads may live with a killed child; one that failed after a kill failed of it. */
	if (g->claimed == OUTCOME_WORKLOAD_FAILED && (i = incident_of(m, INCIDENT_OOM)))
		return decided(i, OUTCOME_OOM, ret_detail);
	return g->claimed;
}
