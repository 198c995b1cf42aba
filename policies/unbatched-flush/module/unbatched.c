// SPDX-License-Identifier: GPL-2.0
/*
 * Each page that reclaim unmaps is flushed by itself: TTU_BATCH_FLUSH is taken
 * out of the flags of try_to_unmap() on its way in.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/rmap.h>

#include "policy_proc.h"

static atomic64_t pages;
static struct proc_dir_entry *proc;

/* try_to_unmap(folio, flags): by the ABI, the second argument is in si. */
static int unbatch(struct kprobe *probe, struct pt_regs *regs)
{
	if (!(regs->si & TTU_BATCH_FLUSH))
		return 0;
	regs->si &= ~(unsigned long)TTU_BATCH_FLUSH;
	atomic64_inc(&pages);
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "try_to_unmap",
	.pre_handler = unbatch,
};

static int show(struct seq_file *m, void *data)
{
	seq_printf(m, "pages %lld\n", (s64)atomic64_read(&pages));
	return 0;
}

static int __init unbatched_init(void)
{
	int ret = register_kprobe(&probe);

	if (ret)
		goto fail;
	ret = -ENOMEM;
	proc = policy_proc_create("unbatched_flush", show);
	if (proc)
		return 0;
	unregister_kprobe(&probe);
fail:
	pr_err("not loaded: %pe\n", ERR_PTR(ret));
	return ret;
}

static void __exit unbatched_exit(void)
{
	policy_proc_remove(proc);
	unregister_kprobe(&probe);
}

module_init(unbatched_init);
module_exit(unbatched_exit);
MODULE_DESCRIPTION("Reclaim without batched TLB flushes");
MODULE_LICENSE("GPL");
