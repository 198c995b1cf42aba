/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as people read them.  All return text that the caller frees. */
#ifndef ANALYSIS_FORMAT_H
#define ANALYSIS_FORMAT_H

#include "analysis/comparison.h"

/* A unit that keeps the larger of two values short: 12345678 ns are 12.35 ms. */
struct unit_scale {
	const char *unit; /* to be printed */
	double factor;    /* value * factor is in it */
};
struct unit_scale unit_scale(const char *unit, double a, double b);

/* `factor` is unit_scale()'s: differences that are no percentages are in that unit. */
char *format_number(double x);                                      /* 1,234,567  12.35  0.00123 */
char *format_change(const struct comparison_row *r, double factor); /* "~", "=", "-26.1 %", "+12" */
char *format_interval(const struct comparison_row *r, double factor); /* "-30.2 … -21.0 %" */
char *format_least(const struct comparison_row *r, double factor);    /* "5.2 %", "" if none */
const char *format_verdict(const struct comparison_row *r); /* "better", "worse?", ""; static */
const char *format_alarm(const struct comparison_row *r);   /* between equals: "false alarm", "" */

#endif
