// SPDX-License-Identifier: GPL-2.0
/* Coming and going. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "defer.h"
#include "kpaged.h"
#include "swapcache.h"
#include "symbols.h"

#define CREATE_TRACE_POINTS
#include "kp_trace.h"

/* Whoever comes later uses what came before; kswapds leave before what they use goes. */
static const struct part {
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ kp_symbols_find, NULL },
	{ kp_swapcache_init, kp_swapcache_exit },
	{ kp_age_init, kp_age_exit },
	{ kp_defer_init, kp_defer_exit },
	{ kp_round_init, kp_round_exit },
	{ kp_wait_init, kp_wait_exit },
	{ kp_readahead_init, kp_readahead_exit },
	{ kp_stats_register, kp_stats_unregister },
	{ kp_knobs_register, kp_knobs_unregister },
	{ kp_report_register, kp_report_unregister },
};

static void exit_parts(unsigned int n)
{
	while (n) {
		if (parts[--n].exit)
			parts[n].exit();
	}
}

static int __init kp_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		int ret = parts[i].init();

		if (ret) {
			pr_err("not loaded: %pe\n", ERR_PTR(ret));
			exit_parts(i);
			return ret;
		}
	}
	return 0;
}

static void __exit kp_exit(void)
{
	exit_parts(ARRAY_SIZE(parts));
}

module_init(kp_init);
module_exit(kp_exit);

MODULE_DESCRIPTION("kpaged: ages pages in idle time, for kswapd to take");
MODULE_LICENSE("GPL");
