/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changed from A to B in one metric, and whether the runs show it.  One
 * value is one boot: samples within a boot share its luck and are no repetition.
 */
#ifndef ANALYSIS_EFFECT_H
#define ANALYSIS_EFFECT_H

#include <stdbool.h>
#include <stddef.h>

#define EFFECT_LEVEL 0.95
#define EFFECT_FDR 0.05
#define EFFECT_POWER 0.8

struct effect {
	size_t n_a, n_b;
	double median_a, median_b;
	/*
	 * diff, lo and hi are in percent of A, unless A's median is 0 or a value is
	 * negative: then they are in the metric's unit.
	 */
	bool percent;
	double diff;   /* of the medians */
	double lo, hi; /* its interval */
	double level;  /* confidence: EFFECT_LEVEL, or the most that so few runs allow */
	double shift;  /* Hodges-Lehmann, in the metric's unit */
	double p;      /* Mann-Whitney, two-sided */
	/*
	 * The least effect, as large as `diff` is written, that so many runs with this
	 * spread would have shown 4 times out of 5; NaN when they can't show any.
	 */
	double least;
	bool constant; /* no spread within A nor within B */
};

/* n_a, n_b >= 1; both are sorted in place. */
void effect_compute(double *a, size_t n_a, double *b, size_t n_b, struct effect *ret);
/* The same, in the metric's unit throughout. */
void effect_compute_unit(double *a, size_t n_a, double *b, size_t n_b, struct effect *ret);

/* Fewest runs a side whose complete separation is rarer than `p` by chance. */
size_t effect_runs_needed(double p);

enum verdict {
	/* In the order of what they are worth. */
	VERDICT_SAME,     /* every value of both sides is the same */
	VERDICT_NONE,     /* "~": the interval contains 0 */
	VERDICT_SINGLE,   /* a side has one run only: nothing can be said */
	VERDICT_UNPROVEN, /* "?": 0 is outside, but chance is not excluded: too few runs, or
				 * too many metrics looked at */
	VERDICT_SHOWN,    /* a difference */
	VERDICT_EXACT,    /* deterministic runs whose bits differ: a fact, not an estimate */
};

/*
 * q is p corrected for the metrics of the report (or p itself).  `deterministic`
 * says that repetitions of a side can't differ, so that one run is the truth.
 */
enum verdict effect_verdict(const struct effect *e, double q, bool deterministic);
/* "same", "none", "single", "unproven", "shown", "exact" */
const char *verdict_name(enum verdict v);
/* Could these runs have proved anything at all? Such rows are what a correction counts. */
bool effect_testable(const struct effect *e);

#endif
