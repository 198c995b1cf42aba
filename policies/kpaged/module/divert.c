// SPDX-License-Identifier: GPL-2.0
/*
 * Who is diverted is counted before the way splits, where ftrace has preemption
 * off, so that an end that waits for ftrace and then for the count to be 0 misses
 * nobody. A task that has counted itself out is still in our text for a few
 * instructions: RCU tasks waits for these.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "compat.h"
#include "divert.h"
#include "symbols.h"

static void notrace divert(unsigned long ip, unsigned long parent, struct ftrace_ops *ops,
			   struct ftrace_regs *regs)
{
	struct kp_divert *divert = container_of(ops, struct kp_divert, ops);

	/* Our own call of the original. */
	if (within_module(parent, THIS_MODULE) || (divert->wanted && !divert->wanted()))
		return;
	atomic_inc(&divert->inside);
	compat_ftrace_set_ip(regs, (unsigned long)divert->to);
}

int kp_divert_start(struct kp_divert *d)
{
	int ret;

	d->original = (void *)kp_symbol(d->name);
	if (!d->original)
		return -ENOENT;
	d->ops.func = divert;
	d->ops.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY;
	ret = ftrace_set_filter(&d->ops, (unsigned char *)d->name, strlen(d->name), 1);
	if (!ret)
		ret = register_ftrace_function(&d->ops);
	if (ret)
		ftrace_free_filter(&d->ops);
	return ret;
}

void kp_divert_stop(struct kp_divert *d)
{
	unregister_ftrace_function(&d->ops);
	ftrace_free_filter(&d->ops);
	while (atomic_read(&d->inside))
		msleep(20);
	synchronize_rcu_tasks();
}
