// SPDX-License-Identifier: GPL-2.0-or-later
/* A verdict that fits into a mail. */
#include <jansson.h>
#include <string.h>

#include "analysis/format.h"
#include "base/str.h"
#include "cmd/claim.h"

/* "-12.3 %" or "+4 stalls": on the scale of the claim. */
static char *amount(const struct claim_case *c, double x)
{
	_cleanup_free_ char *number = NULL;

	if (c->least.percent)
		return xasprintf("%+.1f %%", x);
	number = format_number(x);
	return xasprintf("%s%s", x > 0 ? "+" : "", number);
}

static void print_effect(const struct claim_case *c, const char *a, const char *b,
			 const struct effect *e, FILE *out)
{
	_cleanup_free_ char *from = format_number(e->median_a), *to = format_number(e->median_b),
			    *diff = amount(c, e->diff), *lo = amount(c, e->lo),
			    *hi = amount(c, e->hi);

	fprintf(out, "    %s %s, %s %s: %s (%s … %s at %.0f %%; %zu+%zu boots)\n", a, from, b, to,
		diff, lo, hi, 100 * e->level, e->n_a, e->n_b);
}

static void print_rivals(const struct claim_result *r, const struct claim_case *c, FILE *out)
{
	for (size_t i = 0; i < c->n_rivals; i++) {
		const struct claim_rival *rival = &c->rivals[i];

		if (rival->from_base.n_b)
			print_effect(c, r->claim->against, r->claim->rivals[i], &rival->from_base,
				     out);
		if (rival->to_policy.n_b)
			print_effect(c, r->claim->rivals[i], r->policy->name, &rival->to_policy,
				     out);
	}
}

static void print_fingerprints(const struct claim_trial *t, FILE *out)
{
	const char *p = t->fingerprints;

	while (p && *p) {
		size_t len = strcspn(p, "\n");

		fprintf(out, "    fingerprint of cell %.*s\n", (int)len, p);
		p += len + (p[len] == '\n');
	}
}

static void print_trial(const struct claim_result *r, const struct claim_trial *t, FILE *out)
{
	const struct claim_case *c = &t->found;

	fprintf(out, "  %s on %s: %s", claim_verdict_name(c->verdict), t->where, c->why);
	if (c->more)
		fprintf(out, "; about %zu more boots a side would decide", c->more);
	fputc('\n', out);
	if (c->effect.n_b)
		print_effect(c, r->claim->against, r->policy->name, &c->effect, out);
	if (c->equal.n_b)
		fprintf(out, "    %s: %+.1f%s\n", r->claim->equal, c->equal.diff,
			c->equal.percent ? " %" : "");
	print_rivals(r, c, out);
	if (t->voids)
		fprintf(out, "    %zu of its cells have no usable run\n", t->voids);
	print_fingerprints(t, out);
}

static void print_one(const struct claim_result *r, FILE *out)
{
	const struct claim_def *c = r->claim;

	fprintf(out, "%s/%s: %s\n", r->policy->name, c->name, c->says);
	fprintf(out, "  source: %s\n  hypothesis: %s\n", c->source, c->hypothesis);
	fprintf(out, "  %s is %s than with %s by %s at least", c->metric, better_name(c->direction),
		c->against, c->least);
	if (c->equal)
		fprintf(out, ", at equal %s (within %s)", c->equal, c->within);
	fputc('\n', out);
	for (size_t i = 0; i < r->n_trials; i++)
		print_trial(r, &r->trials[i], out);
	fprintf(out, "  to repeat: harness claim %s/%s --reps %u\n", r->policy->name, c->name,
		r->reps);
}

void claim_print(const struct claim_result *results, size_t n, FILE *out)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			fputc('\n', out);
		print_one(&results[i], out);
	}
}

static json_t *effect_json(const struct effect *e)
{
	if (!e->n_b)
		return json_null();
	return json_pack("{s:I, s:I, s:f, s:f, s:s, s:f, s:f, s:f, s:f}", "n_against",
			 (json_int_t)e->n_a, "n", (json_int_t)e->n_b, "median_against", e->median_a,
			 "median", e->median_b, "scale", e->percent ? "percent" : "unit", "diff",
			 e->diff, "lo", e->lo, "hi", e->hi, "level", e->level);
}

static json_t *trial_json(const struct claim_result *r, const struct claim_trial *t)
{
	const struct claim_case *c = &t->found;
	json_t *rivals = json_array();

	for (size_t i = 0; i < c->n_rivals; i++)
		json_array_append_new(
			rivals, json_pack("{s:s, s:o, s:o, s:b}", "policy", r->claim->rivals[i],
					  "from_against", effect_json(&c->rivals[i].from_base),
					  "to_policy", effect_json(&c->rivals[i].to_policy),
					  "as_good", c->rivals[i].as_good));
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:s?}", "kernel", t->kernel,
			 "where", t->where, "verdict", claim_verdict_name(c->verdict), "why",
			 c->why, "more", (json_int_t)c->more, "void", (json_int_t)t->voids,
			 "effect", effect_json(&c->effect), "equal", effect_json(&c->equal),
			 "rivals", rivals, "fingerprints", t->fingerprints);
}

void claim_print_json(const struct claim_result *results, size_t n, FILE *out)
{
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct claim_result *r = &results[i];
		const struct claim_def *c = r->claim;
		json_t *trials = json_array();

		for (size_t j = 0; j < r->n_trials; j++)
			json_array_append_new(trials, trial_json(r, &r->trials[j]));
		json_array_append_new(
			all, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:o}",
				       "policy", r->policy->name, "claim", c->name, "says", c->says,
				       "source", c->source, "hypothesis", c->hypothesis, "metric",
				       c->metric, "direction", better_name(c->direction), "least",
				       c->least, "against", c->against, "reps", (int)r->reps,
				       "trials", trials));
	}
	json_dumpf(all, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(all);
}
