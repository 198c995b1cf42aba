/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that belong to the program.  Run from a checkout (ROOT/build/harness)
 * they are in ROOT; installed (PREFIX/bin/harness) in PREFIX/share/mm-harness.
 */
#ifndef HARNESS_RESOURCE_H
#define HARNESS_RESOURCE_H

/* "analysis/reports/default.sql" → its path; it need not exist.  Caller frees. */
char *resource_path(const char *rel);
/* What the build makes: "agent" → ROOT/build/agent or PREFIX/lib/mm-harness/agent.  Caller frees. */
char *resource_built(const char *name);

#endif
