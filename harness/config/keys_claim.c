// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of policies/NAME/claims.toml. */
#include <math.h>
#include <stdlib.h>

#include "base/str.h"
#include "config/keys.h"
#include "config/names.h"

static const struct config_key claim_keys[] = {
	{
		.key = "name",
		.type = KEY_NAME,
		.offset = offsetof(struct claim_def, name),
		.required = true,
		.help = "called POLICY/NAME",
	},
	{
		.key = "source",
		.type = KEY_STRING,
		.offset = offsetof(struct claim_def, source),
		.required = true,
		.help = "where it was claimed",
	},
	{
		.key = "says",
		.type = KEY_STRING,
		.offset = offsetof(struct claim_def, says),
		.required = true,
		.help = "what, in short",
	},
	{
		.key = "hypothesis",
		.type = KEY_STRING,
		.offset = offsetof(struct claim_def, hypothesis),
		.required = true,
		.help = "what the runs are to show",
	},
	{
		.key = "metric",
		.type = KEY_STRING,
		.offset = offsetof(struct claim_def, metric),
		.required = true,
		.help = "in which metric",
	},
	{
		.key = "direction",
		.type = KEY_ENUM,
		.offset = offsetof(struct claim_def, direction),
		.required = true,
		.names = better_names,
		.help = "where the policy is to lie",
	},
	{
		.key = "least",
		.type = KEY_STRING,
		.offset = offsetof(struct claim_def, least),
		.required = true,
		.help = "least effect that matters: \"10%\" of the base, or \"5\" in the metric's unit",
	},
	{
		.key = "kernels",
		.type = KEY_STRINGS,
		.offset = offsetof(struct claim_def, kernels),
		.required = true,
		.help = "each is judged by itself",
	},
	{
		.key = "workload",
		.type = KEY_STRING,
		.offset = offsetof(struct claim_def, workload),
		.required = true,
		.help = "what runs",
	},
	{
		.key = "mode",
		.type = KEY_ENUM,
		.offset = offsetof(struct claim_def, mode),
		.def = "auto",
		.names = mode_names,
		.help = "as in a matrix",
	},
	{
		.key = "cpus",
		.type = KEY_UINT,
		.offset = offsetof(struct claim_def, cpus),
		.min = 1,
		.max = 255,
		.help = "virtual CPUs, instead of [machine] cpus",
	},
	{
		.key = "knobs",
		.type = KEY_STRINGS,
		.offset = offsetof(struct claim_def, knobs),
		.def = "",
		.help = "\"OWNER.KNOB=VALUE\" of the policies and the workload",
	},
	{
		.key = "against",
		.type = KEY_STRING,
		.offset = offsetof(struct claim_def, against),
		.def = "stock",
		.help = "policy to compare with",
	},
	{
		.key = "rivals",
		.type = KEY_STRINGS,
		.offset = offsetof(struct claim_def, rivals),
		.def = "",
		.help = "mainline's own means: if one does as well, the claim is already upstream",
	},
	{
		.key = "equal",
		.type = KEY_STRING,
		.offset = offsetof(struct claim_def, equal),
		.help = "metric in which both sides have to agree",
	},
	{
		.key = "within",
		.type = KEY_STRING,
		.offset = offsetof(struct claim_def, within),
		.def = "10%",
		.help = "how closely",
	},
	{
		.key = "reps",
		.type = KEY_UINT,
		.offset = offsetof(struct claim_def, reps),
		.def = "10",
		.min = 1,
		.max = 10000,
		.help = "boots of each side",
	},
};

/* "10%" or "5"; names of kernels, policies and knobs wait until all of them are known. */
static int check_amount(const struct reader *r, const struct toml_node *node, const char *key,
			const char *text, bool percent_only, struct error **err)
{
	const struct toml_node *value = toml_get(node, key);
	char *end;
	double x = strtod(text, &end);
	bool percent = *end == '%';

	if (end > text && isfinite(x) && x >= 0 && !end[percent] && (percent || !percent_only))
		return 0;
	return config_error_value(r, value ?: node, err, "\"%s\" takes %s, not \"%s\"", key,
				  percent_only
					  ? "a percentage such as \"10%\""
					  : "\"10%\" of the base or \"5\" in the metric's unit",
				  text);
}

static int check_claim(const struct reader *r, const struct toml_node *node, void *base,
		       struct error **err)
{
	const struct claim_def *c = base;

	if (check_amount(r, node, "least", c->least, false, err) < 0 ||
	    check_amount(r, node, "within", c->within, true, err) < 0)
		return -1;
	if (!c->kernels[0])
		return config_error_value(r, toml_get(node, "kernels"), err,
					  "a claim needs a kernel to be judged on");
	return 0;
}

static const struct config_table claim_table = {
	.title = "[[claim]]",
	.file = "policies/NAME/claims.toml",
	.help = "Something that was claimed of the policy, and how to find out.",
	.keys = claim_keys,
	.n_keys = ARRAY_SIZE(claim_keys),
	.size = sizeof(struct claim_def),
	.pos = offsetof(struct claim_def, pos),
	.name = offsetof(struct claim_def, name),
	.check = check_claim,
};

static const struct config_key claims_keys[] = {
	{
		.key = "claim",
		.type = KEY_TABLES,
		.offset = offsetof(struct policy_def, claims),
		.count = offsetof(struct policy_def, n_claims),
		.sub = &claim_table,
		.help = "what is claimed",
	},
};

/* The struct of policy.toml, the rest of it. */
const struct config_table claims_table = {
	.title = "claims.toml",
	.file = "policies/NAME/claims.toml",
	.help = "What is claimed of a policy.",
	.keys = claims_keys,
	.n_keys = ARRAY_SIZE(claims_keys),
	.size = sizeof(struct policy_def),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
};
