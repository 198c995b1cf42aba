/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In what two runs differ that should have been the same. */
#ifndef HARNESS_VERIFY_DIFF_H
#define HARNESS_VERIFY_DIFF_H

#include <stdio.h>

#include "base/error.h"

/*
 * Two run directories: the files below guest/ that differ, and of the traces
 * the first event that does, with what came before it in both and what follows
 * in each.
 */
int verify_diff(const char *a, const char *b, FILE *out, struct error **err);

#endif
