/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How full memory is, region by region: aligned ranges of page frames, by the
 * kernel's own /proc/kpageflags, which every kernel with
 * CONFIG_PROC_PAGE_MONITOR has.
 */
#ifndef AGENT_REGIONS_H
#define AGENT_REGIONS_H

#include "base/error.h"

struct regions;

struct regions *regions_open(const char *path, unsigned int region_mb, struct error **err);
/*
 * A line of names, then one a region with memory in it; returns the length, or
 * 0 if it can't be read or doesn't fit.  Nothing is allocated.
 */
size_t regions_read(struct regions *r, char *to, size_t room);
void regions_close(struct regions *r);

#endif
