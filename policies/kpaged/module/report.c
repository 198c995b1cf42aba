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
#include "defer.h"
#include "kpaged.h"
#include "report.h"
#include "swapcache.h"

#define KEY 'y'

static u64 readahead_before;

static s64 count(enum kp_counter what)
{
	return atomic64_read(&kp_counts[what]);
}

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

/*
 * What was deleted is what was added and isn't there any more. The gauge lags by
 * what each CPU still has of it.
 */
void kp_report_take(struct kp_report *ret)
{
	ret->readahead = readahead() - readahead_before;
	ret->deleted = max(count(KP_CACHE_ADDS) - kp_swapcache_grown(), 0LL);
	ret->candidates = kp_candidates();
}

static void show_report(COMPAT_SYSRQ_KEY key)
{
	s64 hits = count(KP_SWAP_HITS), faults = count(KP_SWAP_FAULTS);
	struct kp_report r;

	kp_report_take(&r);
	pr_info("Swap cache: add %lld [%llu-%lld], del %lld, find %lld/%lld [%lld] %lld%%\n",
		count(KP_CACHE_ADDS), r.readahead, count(KP_CACHE_ADDS_KSWAPD), r.deleted, hits,
		faults, count(KP_SWAP_HITS_MARKED), faults ? div64_s64(hits * 100, faults) : 0);
	pr_info("kswapd: total %lld overload %lld out of sync %lld\n", count(KP_MARKED),
		count(KP_OVERLOAD), count(KP_WAITS));
	pr_info("kswapd: wakeup %lld [g %lld y %lld o %lld r %lld] free %lld io %lld\n",
		count(KP_WAKEUPS), count(KP_GREEN), count(KP_YELLOW), count(KP_ORANGE),
		count(KP_RED), count(KP_ROUNDS), count(KP_TRIED));
	pr_info("kswapd: aged pages %ld dirty pages %u\n", r.candidates, kp_deferred());
}

static const struct sysrq_key_op op = {
	.handler = show_report,
	.help_msg = "kpaged-counters(y)",
	.action_msg = "kpaged's counters",
	.enable_mask = SYSRQ_ENABLE_DUMP,
};

int kp_report_register(void)
{
	readahead_before = readahead();
	return register_sysrq_key(KEY, &op);
}

void kp_report_unregister(void)
{
	unregister_sysrq_key(KEY, &op);
}
