// SPDX-License-Identifier: GPL-2.0
/* Coming and going. Knobs and files come last, since they reach all the rest. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "kmempowerd.h"

#define CREATE_TRACE_POINTS
#include "km_trace.h"

static const struct {
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ km_nodes_init, km_nodes_exit },
	{ km_targets_init, km_targets_exit },
	{ km_probes_register, km_probes_unregister },
	{ km_hold_init, km_hold_exit },
	{ km_hotplug_init, km_hotplug_exit },
	{ km_stats_register, km_stats_unregister },
	{ km_map_register, km_map_unregister },
	{ km_request_register, km_request_unregister },
	{ km_knobs_register, km_knobs_unregister },
};

static void exit_first(int n)
{
	while (n-- > 0)
		parts[n].exit();
}

static int __init km_init(void)
{
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		ret = parts[i].init();
		if (ret) {
			pr_err("not loaded: %pe\n", ERR_PTR(ret));
			exit_first(i);
			return ret;
		}
	}
	return 0;
}

static void __exit km_exit(void)
{
	exit_first(ARRAY_SIZE(parts));
}

module_init(km_init);
module_exit(km_exit);
