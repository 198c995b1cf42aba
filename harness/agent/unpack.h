/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel does with an initramfs, for one that comes later. */
#ifndef AGENT_UNPACK_H
#define AGENT_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Folders and files of a "newc" archive, below `root` (ending in "/"). */
int unpack_cpio(const uint8_t *data, size_t len, const char *root, struct error **err);

#endif
