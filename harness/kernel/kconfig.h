/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why an option isn't as it was asked for, by the kernel's own parser: its
 * objects in TREE/obj/scripts/kconfig, linked with a main() of ours.
 */
#ifndef HARNESS_KERNEL_KCONFIG_H
#define HARNESS_KERNEL_KCONFIG_H

#include "kernel/build.h"

/*
 * A reason for each refused option, in its order: "needs NUMA, which is n".
 * NULL where there is none, for all if the parser can't be asked: the caller's
 * message is about the options, not about us.
 */
char **kconfig_explain(const struct build *b, const struct option *const *refused, size_t n);

#endif
