// SPDX-License-Identifier: GPL-2.0
/*
 * The original's four lines, counters A to T, by SysRq-y. It had them in SysRq-M,
 * which is core code's and has lines of its own today.
 */
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sysrq.h>
#include <linux/vmstat.h>

#include "compat.h"
#include "kpaged.h"
#include "report.h"

#define KEY 'y'

static struct kp_report base;

/* Read-ahead is counted by core code, per CPU, after the page was added. */
static u64 readahead(void)
{
	unsigned long *events = kcalloc(NR_VM_EVENT_ITEMS, sizeof(*events), GFP_NOWAIT);
	u64 n = 0;

	if (events) {
		all_vm_events(events);
		n = events[SWAP_RA];
	}
	kfree(events);
	return n;
}

static void take(struct kp_report *ret)
{
	ret->readahead = readahead();
	policy_kpaged_swap_read(&ret->swap);
	ret->candidates = kp_candidates();
}

void kp_report_take(struct kp_report *ret)
{
	take(ret);
	ret->readahead -= base.readahead;
	ret->swap.added -= base.swap.added;
	ret->swap.added_kswapd -= base.swap.added_kswapd;
	ret->swap.deleted -= base.swap.deleted;
	ret->swap.lookups -= base.swap.lookups;
	ret->swap.hits -= base.swap.hits;
	ret->swap.hits_marked -= base.swap.hits_marked;
}

static s64 count(enum kp_counter what)
{
	return atomic64_read(&kp_counts[what]);
}

static void show_report(COMPAT_SYSRQ_KEY key)
{
	const struct policy_kpaged_swap *s;
	struct kp_report r;

	kp_report_take(&r);
	s = &r.swap;
	pr_info("Swap cache: add %llu [%llu-%llu], del %llu, find %llu/%llu [%llu] %llu%%\n",
		s->added, r.readahead, s->added_kswapd, s->deleted, s->hits, s->lookups,
		s->hits_marked, s->lookups ? div64_u64(s->hits * 100, s->lookups) : 0);
	/* No allocation waits, and no dirty page is deferred: the third and the last are 0. */
	pr_info("kswapd: total %lld overload %lld out of sync %d\n", count(KP_MARKED),
		count(KP_OVERLOAD), 0);
	pr_info("kswapd: wakeup %lld [g %lld y %lld o %lld r %lld] free %lld io %lld\n",
		count(KP_WAKEUPS), count(KP_GREEN), count(KP_YELLOW), count(KP_ORANGE),
		count(KP_RED), count(KP_ROUNDS), count(KP_TRIED));
	pr_info("kswapd: aged pages %ld dirty pages %d\n", r.candidates, 0);
}

static const struct sysrq_key_op op = {
	.handler = show_report,
	.help_msg = "kpaged-counters(y)",
	.action_msg = "kpaged's counters",
	.enable_mask = SYSRQ_ENABLE_DUMP,
};

int kp_report_register(void)
{
	take(&base);
	return register_sysrq_key(KEY, &op);
}

void kp_report_unregister(void)
{
	unregister_sysrq_key(KEY, &op);
}
