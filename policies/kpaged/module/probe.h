/* SPDX-License-Identifier: GPL-2.0 */
/* Calls from the kernel's own tracepoints, which modules have to look for by name. */
#ifndef KP_PROBE_H
#define KP_PROBE_H

struct tracepoint;

struct kp_probe {
	const char *name;
	void *call;			/* void (*)(void *data, the event's arguments) */
	struct tracepoint *tp;
};

int kp_probe_start(struct kp_probe *probe);
void kp_probe_stop(struct kp_probe *probe);	/* nobody is in the call any more */

#endif
