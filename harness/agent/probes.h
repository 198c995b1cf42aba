/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is traced beside the kernel's own events: kprobes and calls of
 * functions.  Each gives event types like all others; what a kernel doesn't
 * have is skipped and said so.
 */
#ifndef AGENT_PROBES_H
#define AGENT_PROBES_H

#include "agent/job.h"

/* Both add "system/name" of what is on to `events`, and what isn't there to `skipped`. */
int probes_kprobes(char *const *lines, char ***events, char ***skipped, struct error **err);
int probes_functions(char *const *globs, char ***events, char ***skipped, struct error **err);

#endif
