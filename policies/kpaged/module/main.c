// SPDX-License-Identifier: GPL-2.0
/* Coming and going. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/policy_kpaged.h>

#include "kpaged.h"

#define CREATE_TRACE_POINTS
#include "kp_trace.h"

static const struct policy_kpaged_ops ops = {
	.round = kp_round,
	.discard = kp_discard,
};

static int __init kp_init(void)
{
	int ret = kp_age_init();

	if (ret)
		goto fail;
	ret = policy_kpaged_attach(&ops);
	if (ret)
		goto exit_age;
	ret = kp_stats_register();
	if (ret)
		goto detach;
	ret = kp_knobs_register();
	if (ret)
		goto unregister_stats;
	ret = kp_report_register();
	if (ret)
		goto unregister_knobs;
	return 0;

unregister_knobs:
	kp_knobs_unregister();
unregister_stats:
	kp_stats_unregister();
detach:
	policy_kpaged_detach();
exit_age:
	kp_age_exit();
fail:
	pr_err("not loaded: %pe\n", ERR_PTR(ret));
	return ret;
}

/* Kswapds leave before the thread does, which owns the mappings. */
static void __exit kp_exit(void)
{
	kp_report_unregister();
	kp_knobs_unregister();
	kp_stats_unregister();
	policy_kpaged_detach();
	kp_age_exit();
}

module_init(kp_init);
module_exit(kp_exit);

MODULE_DESCRIPTION("kpaged: ages pages in idle time, for kswapd to take");
MODULE_LICENSE("GPL");
