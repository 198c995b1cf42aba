// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own table of symbols isn't exported either, but a probe may be
 * put at the function that reads it, and then has its address.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/printk.h>
#include <asm/cpufeature.h>

#include "symbols.h"

struct kp_symbols kp_kernel;

static unsigned long (*lookup)(const char *name);

static int find_lookup(void)
{
	/* Never armed: to disarm one takes memory, and without it the kernel keeps it. */
	struct kprobe probe = {
		.symbol_name = "kallsyms_lookup_name",
		.flags = KPROBE_FLAG_DISABLED,
	};
	int ret = register_kprobe(&probe);

	if (ret)
		return ret;
	lookup = (void *)probe.addr;
	unregister_kprobe(&probe);
	return 0;
}

unsigned long kp_symbol(const char *name)
{
	unsigned long addr = lookup(name);

	if (!addr)
		pr_err("this kernel has no %s\n", name);
	return addr;
}

/* Into a member of kp_kernel of the same name. */
#define FIND(name) ((kp_kernel.name = (void *)kp_symbol(#name)) != NULL)

static int find_all(void)
{
	bool found = FIND(folio_isolate_lru) && FIND(reclaim_pages) &&
		     FIND(swap_cache_get_folio) && FIND(get_swap_device) &&
		     FIND(read_swap_cache_async) && FIND(lru_add_drain) &&
		     FIND(wakeup_kswapd);

	return found ? 0 : -ENOENT;
}

int kp_symbols_find(void)
{
	int ret;

	/* What nobody calls by its address isn't a place to jump to any more: ibt=off. */
	if (cpu_feature_enabled(X86_FEATURE_IBT))
		return -EOPNOTSUPP;
	ret = find_lookup();
	if (ret)
		return ret;
	return find_all();
}
