/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_VALUE_H
#define AGENT_VALUE_H

#include <stdbool.h>

/*
 * Does what a kernel file gives back mean what was written into it?  Compared
 * word by word: equal text; equal numbers (decimal, 0x…, with K/M/G);
 * booleans (1 Y y on against 0 N n off); and, for a file that lists choices
 * such as "always [madvise] never", the word in brackets.
 */
bool value_equal(const char *wanted, const char *got);

#endif
