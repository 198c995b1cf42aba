/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One module source for the kernel lines 6.1 and 6.12: what differs, found by
 * feature and not by version. compat.mk looks for what the preprocessor can't
 * see.
 */
#ifndef POLICY_COMPAT_H
#define POLICY_COMPAT_H

#include <linux/ftrace.h>
#include <linux/mmzone.h>
#include <linux/sysctl.h>

/* Handlers can't change their table any more (6.11). */
#ifdef COMPAT_CONST_CTL_TABLE
#define COMPAT_CTL_TABLE const struct ctl_table
#else
#define COMPAT_CTL_TABLE struct ctl_table
#endif

/*
 * `n` entries and an empty one, which marks the end for older kernels and must
 * not be among those counted for newer ones. Those have register_sysctl() as a
 * macro, which counts the array (6.5).
 */
#ifdef register_sysctl
#define compat_register_sysctl(path, table, n) register_sysctl_sz(path, table, n)
#else
#define compat_register_sysctl(path, table, n) ((void)(n), register_sysctl(path, table))
#endif

/* What the handler of a SysRq key is given (6.9). */
#ifdef COMPAT_SYSRQ_U8
#define COMPAT_SYSRQ_KEY u8
#else
#define COMPAT_SYSRQ_KEY int
#endif

/* Where a function that ftrace watches goes on (renamed in 6.3). */
#ifdef ftrace_regs_set_instruction_pointer
#define compat_ftrace_set_ip(regs, ip) ftrace_regs_set_instruction_pointer(regs, ip)
#else
#define compat_ftrace_set_ip(regs, ip) ftrace_instruction_pointer_set(regs, ip)
#endif

/*
 * What watermark checks leave out of a zone's free pages for the sake of atomic
 * high orders: the blocks kept for them, or only what is free of those (6.13,
 * and stable releases of 6.12).
 */
static inline unsigned long compat_highatomic_pages(const struct zone *zone)
{
#ifdef COMPAT_FREE_HIGHATOMIC
	return READ_ONCE(zone->nr_free_highatomic);
#else
	return READ_ONCE(zone->nr_reserved_highatomic);
#endif
}

#endif /* POLICY_COMPAT_H */
