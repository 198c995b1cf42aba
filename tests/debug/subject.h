/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the campaign has to know of a policy. */
#ifndef DEBUG_SUBJECT_H
#define DEBUG_SUBJECT_H

#include "../vm/policy/guest.h"

struct knob {
	const char *name;
	unsigned int good[3]; /* the last one is left set */
	unsigned int bad;     /* out of its range */
};

struct subject {
	const char *name;  /* what the policy's name begins with */
	const char *alive; /* the counter that moves */
	const struct knob *knobs;
	size_t n_knobs;
	size_t n_texts;                   /* knobs that aren't numbers, which vary() changes */
	void (*setup)(void);              /* before there is pressure; or NULL */
	void (*vary)(unsigned int round); /* sets what is to differ from round to round */
	void (*work)(void);               /* with the module loaded, after the cycles; or NULL */
};

extern const struct subject subject_watermark_timer, subject_kmempowerd, subject_pps,
	subject_kpaged;

unsigned int option(const char *name, unsigned int def); /* on the kernel's command line */

#endif
