/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict on a claim, from the values of its runs.
 *
 * A claim says: the policy lies at least `least` away from `against`, in one
 * direction.  The 95 % interval of the effect decides: wholly at or beyond
 * `least` it is reproduced, wholly short of it refuted, else inconclusive.
 */
#ifndef ANALYSIS_CLAIM_H
#define ANALYSIS_CLAIM_H

#include "analysis/effect.h"

enum claim_verdict {
	CLAIM_REPRODUCED,
	CLAIM_REFUTED,
	CLAIM_INCONCLUSIVE,
	CLAIM_UPSTREAM, /* reproduced, and a rival from mainline does as well */
};
/* "reproduced", "refuted", "inconclusive", "already upstream" */
const char *claim_verdict_name(enum claim_verdict v);

/* An effect that matters: in percent of the base, or in the metric's unit. */
struct claim_amount {
	double x;
	bool percent;
};
/* "10%" or "5", as claims.toml has been checked to have. */
struct claim_amount claim_amount(const char *text);

struct claim_values {
	double *x; /* a boot each; sorted in place */
	size_t n;
};

struct claim_rival {
	struct claim_values values;
	struct effect from_base; /* against → rival */
	struct effect to_policy; /* rival → policy */
	bool as_good;
};

struct claim_case {
	/* given */
	bool higher; /* the direction that is claimed */
	bool deterministic;
	struct claim_amount least;
	struct claim_values policy, against;
	struct claim_rival *rivals;
	size_t n_rivals;
	/* the metric in which both sides have to agree; empty: none */
	struct claim_values equal_policy, equal_against;
	double within; /* percent */
	/* found */
	enum claim_verdict verdict;
	struct effect effect;
	double gain, gain_lo, gain_hi; /* in the direction that is claimed */
	struct effect equal;
	size_t more; /* inconclusive: so many more boots a side would likely decide; 0: nobody knows */
	char *why;
};

/* Fills in what is found; sides may be empty. */
void claim_judge(struct claim_case *c);
void claim_case_deinit(struct claim_case *c);

#endif
