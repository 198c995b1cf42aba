/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules of a kernel must be loaded, and in which order. */
#ifndef HARNESS_MODULES_H
#define HARNESS_MODULES_H

#include "kernel/kernel.h"

/*
 * `name` and what it depends on, soft dependencies included, in loading order,
 * as paths below k->modules: empty when it is built in.  EXIT_INPUT when the
 * kernel has neither.  NULL-terminated; strv_free().
 */
int modules_resolve(const struct kernel *k, const char *name, char ***ret, struct error **err);

/* The same for all that the guest's devices need, each module once. */
int modules_for_devices(const struct kernel *k, bool zram, char ***ret, struct error **err);

#endif
