/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems: the kernel's own, the output folder, the workload's root. */
#ifndef AGENT_MOUNTS_H
#define AGENT_MOUNTS_H

#include "base/error.h"

#define TOOLS_DIR "/tools"

int mounts_kernel(struct error **err);
/* The EROFS image on `device` becomes TOOLS_DIR, with what the workload needs bound into it. */
int mounts_tools(const char *device, struct error **err);

#endif
