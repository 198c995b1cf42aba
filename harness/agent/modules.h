/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel modules, uncompressed files in the initramfs. */
#ifndef AGENT_MODULES_H
#define AGENT_MODULES_H

#include <stdbool.h>

#include "base/error.h"

/* An error carries what the kernel said about it.  A module that is in already is fine. */
int module_load(const char *path, const char *params, struct error **err);
/* "/policy/a-b.ko" → "a_b", as the kernel calls it.  Caller frees. */
char *module_name(const char *path);
/* In /proc/modules, and live (neither coming nor going). */
bool module_live(const char *name);

#endif
