// SPDX-License-Identifier: GPL-2.0
/* Tracepoints, by name. */
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "probe.h"

static void look_for(struct tracepoint *tp, void *data)
{
	struct kp_probe *probe = data;

	if (!strcmp(tp->name, probe->name))
		probe->tp = tp;
}

int kp_probe_start(struct kp_probe *probe)
{
	for_each_kernel_tracepoint(look_for, probe);
	return probe->tp ? tracepoint_probe_register(probe->tp, probe->call, NULL) : -ENOENT;
}

void kp_probe_stop(struct kp_probe *probe)
{
	tracepoint_probe_unregister(probe->tp, probe->call, NULL);
	tracepoint_synchronize_unregister();
}
