/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One module source for the kernel lines 6.1 and 6.12: what differs, found by
 * feature and not by version. compat.mk looks for what the preprocessor can't
 * see.
 */
#ifndef POLICY_COMPAT_H
#define POLICY_COMPAT_H

#include <linux/sysctl.h>

/* Handlers can't change their table any more (6.11). */
#ifdef COMPAT_CONST_CTL_TABLE
#define COMPAT_CTL_TABLE const struct ctl_table
#else
#define COMPAT_CTL_TABLE struct ctl_table
#endif

/*
 * Where register_sysctl() is a macro, it counts the array, and the empty entry
 * that marks the end for older kernels must not be among those counted (6.11).
 */
#ifdef register_sysctl
#define compat_register_sysctl(path, table) \
	register_sysctl_sz(path, table, ARRAY_SIZE(table) - 1)
#else
#define compat_register_sysctl(path, table) register_sysctl(path, table)
#endif

#endif /* POLICY_COMPAT_H */
