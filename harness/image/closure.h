/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host program with everything that it needs to run somewhere else. */
#ifndef HARNESS_CLOSURE_H
#define HARNESS_CLOSURE_H

#include "base/error.h"

/*
 * Adds the program and, when it is dynamic, its loader and libraries to
 * *paths, each once, as the absolute paths that the loader will look for.  What
 * a program opens by itself later (plugins, locales) isn't seen.
 */
int closure_add(const char *program, char ***paths, struct error **err);

/* The absolute path of a program in PATH; EXIT_HOST if there is none.  Caller frees. */
int closure_find(const char *program, char **ret, struct error **err);

/* What ldd printed, as paths.  Pure. */
int closure_parse_ldd(const char *program, char *text, char ***paths, struct error **err);

#endif
