// SPDX-License-Identifier: GPL-2.0
/*
 * What kswapd does, from vmscan's trace events. They aren't exported by name,
 * but for_each_kernel_tracepoint() is.
 */
#include <linux/errno.h>
#include <linux/mmzone.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "boost.h"

/* TP_PROTO(int nid, int zid, int order) */
static void probe_wake(void *data, int nid, int zid, int order)
{
	wt_kswapd_busy(NODE_DATA(nid));
}

/* TP_PROTO(int nid) */
static void probe_sleep(void *data, int nid)
{
	boost_slept(NODE_DATA(nid));
	wt_kswapd_busy(NODE_DATA(nid));
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} probes[] = {
	{ .name = "mm_vmscan_kswapd_wake", .probe = probe_wake },
	{ .name = "mm_vmscan_kswapd_sleep", .probe = probe_sleep },
};

static void find(struct tracepoint *tp, void *data)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (!strcmp(tp->name, probes[i].name))
			probes[i].tp = tp;
	}
}

static void unregister_first(int n)
{
	while (n-- > 0)
		tracepoint_probe_unregister(probes[n].tp, probes[n].probe, NULL);
	/* No probe is running any more. */
	tracepoint_synchronize_unregister();
}

int probes_register(void)
{
	int i, ret;

	for_each_kernel_tracepoint(find, NULL);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		ret = -ENOENT;
		if (probes[i].tp)
			ret = tracepoint_probe_register(probes[i].tp, probes[i].probe, NULL);
		if (ret) {
			unregister_first(i);
			return ret;
		}
	}
	return 0;
}

void probes_unregister(void)
{
	unregister_first(ARRAY_SIZE(probes));
}
