/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program of this project's own for the guest, built on the host. */
#ifndef HARNESS_PROGRAM_H
#define HARNESS_PROGRAM_H

#include "base/error.h"

struct program {
	const char *name;   /* of the program */
	const char *dir;    /* with the source, and maybe headers */
	const char *source; /* relative to dir */
};

/* Statically, from the cache or into it: the program's path there.  Caller frees. */
int program_build(const struct program *p, char **ret, struct error **err);

#endif
