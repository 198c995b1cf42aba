/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host did while a guest ran: stored with each run, since it explains outliers. */
#ifndef HARNESS_HOST_H
#define HARNESS_HOST_H

#include <jansson.h>

struct host_state {
	double load1;
	double steal_s, busy_s; /* since the host's boot, over all its CPUs */
};

/* Zeroes where the host doesn't say. */
void host_look(struct host_state *ret);
/* The manifest's "host" object; the caller owns it. */
json_t *host_json(const struct host_state *before, const struct host_state *after);

#endif
