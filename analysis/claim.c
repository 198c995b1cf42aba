// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/claim.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/str.h"

/* Beyond this the estimate says no more than "very many". */
#define MAX_MORE 10000

const char *claim_verdict_name(enum claim_verdict v)
{
	static const char *const names[] = {
		[CLAIM_REPRODUCED] = "reproduced",
		[CLAIM_REFUTED] = "refuted",
		[CLAIM_INCONCLUSIVE] = "inconclusive",
		[CLAIM_UPSTREAM] = "already upstream",
	};

	return names[v];
}

struct claim_amount claim_amount(const char *text)
{
	char *end;
	double x = strtod(text, &end);

	return (struct claim_amount){ x, *end == '%' };
}

/* From a to b, on the scale of the claim; false if it can't be had. */
static bool compute(const struct claim_case *c, struct claim_values *a, struct claim_values *b,
		    struct effect *ret)
{
	if (!a->n || !b->n)
		return false;
	if (!c->least.percent)
		effect_compute_unit(a->x, a->n, b->x, b->n, ret);
	else
		effect_compute(a->x, a->n, b->x, b->n, ret);
	return ret->percent == c->least.percent;
}

/* What is gained from a to b: positive in the direction that is claimed. */
struct gain {
	double at, lo, hi;
	bool certain; /* enough runs for an interval that holds in 95 %, or a fact */
};

/* One deterministic run is a fact about its seed, and a claim is not about a seed. */
static struct gain gain_of(const struct claim_case *c, const struct effect *e)
{
	bool exact = c->deterministic && e->constant && e->n_a > 1 && e->n_b > 1;
	double lo = exact ? e->diff : e->lo, hi = exact ? e->diff : e->hi;

	return (struct gain){
		.at = c->higher ? e->diff : -e->diff,
		.lo = c->higher ? lo : -hi,
		.hi = c->higher ? hi : -lo,
		.certain = exact || e->level >= EFFECT_LEVEL,
	};
}

/* An effect of nothing at all isn't one, so a least effect of 0 has to be exceeded. */
static bool reaches(const struct claim_case *c, struct gain g)
{
	return g.certain && g.lo >= c->least.x && g.lo > 0;
}

static bool falls_short(const struct claim_case *c, struct gain g)
{
	return g.certain && (g.hi < c->least.x || g.hi <= 0);
}

/* How far beyond half an interval the least effect has to lie for a verdict 4 times in 5. */
static double with_luck(void)
{
	return 1 + gsl_cdf_ugaussian_Pinv(EFFECT_POWER) /
			   gsl_cdf_ugaussian_Qinv((1 - EFFECT_LEVEL) / 2);
}

/* Intervals shrink with the root of the number of runs. */
static size_t more_runs(const struct claim_case *c, struct gain g)
{
	size_t n = c->policy.n < c->against.n ? c->policy.n : c->against.n;
	size_t least = effect_runs_needed(EFFECT_FDR);
	double away = fabs(g.at - c->least.x), half, wanted;

	if (!g.certain)
		return least - n;
	half = g.at >= c->least.x ? g.at - g.lo : g.hi - g.at;
	wanted = ceil((double)n * pow(with_luck() * half / away, 2));
	if (!(away > 0) || wanted - (double)n > MAX_MORE)
		return 0;
	return wanted > (double)n ? (size_t)wanted - n : 1;
}

/* Both sides have to pay the same for a comparison to be fair. */
static bool is_fair(struct claim_case *c)
{
	struct claim_values *a = &c->equal_against, *b = &c->equal_policy;

	if (!a->n || !b->n)
		return true;
	effect_compute(a->x, a->n, b->x, b->n, &c->equal);
	if (c->equal.percent && fabs(c->equal.diff) <= c->within)
		return true;
	c->why = xasprintf(
		"the sides differ by %+.1f%s in what they have to agree in, within %g %%: "
		"other knobs are needed",
		c->equal.diff, c->equal.percent ? " %" : "", c->within);
	return false;
}

/* A rival is as good where it does what is claimed and the policy adds nothing that matters. */
static bool is_upstream(struct claim_case *c)
{
	bool any = false;

	for (size_t i = 0; i < c->n_rivals; i++) {
		struct claim_rival *r = &c->rivals[i];

		if (!compute(c, &c->against, &r->values, &r->from_base) ||
		    !compute(c, &r->values, &c->policy, &r->to_policy))
			continue;
		r->as_good = reaches(c, gain_of(c, &r->from_base)) &&
			     falls_short(c, gain_of(c, &r->to_policy));
		any |= r->as_good;
	}
	return any;
}

static void inconclusive(struct claim_case *c, const char *why)
{
	c->verdict = CLAIM_INCONCLUSIVE;
	c->why = xstrdup(why);
}

static void decide(struct claim_case *c, struct gain g)
{
	bool upstream = is_upstream(c);

	if (reaches(c, g)) {
		c->verdict = upstream ? CLAIM_UPSTREAM : CLAIM_REPRODUCED;
		c->why = xstrdup(
			upstream ? "the effect is there, and mainline's own means give as much"
				 : "the whole interval is at or beyond the least effect");
	} else if (falls_short(c, g)) {
		c->verdict = CLAIM_REFUTED;
		c->why = xstrdup(g.hi < 0 ? "the whole interval lies on the other side"
					  : "the whole interval is short of the least effect");
	} else {
		inconclusive(c, g.certain ? "the interval holds the least effect"
					  : "too few runs for an interval that holds in 95 %");
		c->more = more_runs(c, g);
	}
}

void claim_judge(struct claim_case *c)
{
	struct gain g;

	if (!c->policy.n || !c->against.n)
		return inconclusive(c, "there are no usable runs on both sides");
	if (!compute(c, &c->against, &c->policy, &c->effect))
		return inconclusive(
			c, "the base is 0, or values change their sign: nothing is a "
			   "percentage of that; give the least effect in the metric's unit");
	g = gain_of(c, &c->effect);
	c->gain = g.at;
	c->gain_lo = g.lo;
	c->gain_hi = g.hi;
	c->verdict = CLAIM_INCONCLUSIVE;
	if (is_fair(c))
		decide(c, g);
}

void claim_case_deinit(struct claim_case *c)
{
	for (size_t i = 0; i < c->n_rivals; i++)
		free(c->rivals[i].values.x);
	free(c->rivals);
	free(c->policy.x);
	free(c->against.x);
	free(c->equal_policy.x);
	free(c->equal_against.x);
	free(c->why);
	*c = (struct claim_case){ 0 };
}
