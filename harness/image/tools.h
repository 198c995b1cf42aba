/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tools image of a workload: a read-only root folder for its command.
 *
 *	/usr/bin/fio /lib/… /lib64/…	declared `programs` with their libraries
 *	/workloads/NAME/		the workload's folder, as far as the guest can use it
 *	/workloads/NAME/NAME		its `source`, built
 *	/proc /sys /dev /out /tmp	mount points
 *
 * One image a workload rather than one for all: a program that is missing stops
 * only the workloads that need it, an edited workload doesn't change the image
 * of another (and with it, the id of what was measured), and they stay small.
 */
#ifndef HARNESS_TOOLS_H
#define HARNESS_TOOLS_H

#include <stdint.h>

#include "base/sha256.h"
#include "config/config.h"

#define TOOLS_WORKLOADS "/workloads"

/* From the cache ($CACHE/tools/ID/tools.erofs), made if it isn't there.  Caller frees *ret. */
int tools_image(const struct workload_def *w, char **ret, uint64_t *ret_bytes, struct error **err);

/* The workload's own program, built statically: its path in the cache.  Caller frees. */
int tools_build(const struct workload_def *w, char **ret, struct error **err);

#endif
