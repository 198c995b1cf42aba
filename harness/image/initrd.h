/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The base initramfs: the agent as /init and the modules that its devices need. */
#ifndef HARNESS_INITRD_H
#define HARNESS_INITRD_H

#include "kernel/kernel.h"

struct initrd {
	char *cpio;     /* in the cache; its size is a multiple of 512 */
	char **modules; /* paths in the guest, in loading order */
};

/* From the cache, made if it isn't there.  zram: with the modules for swap on zram. */
int initrd_base(const struct kernel *k, bool zram, struct initrd *ret, struct error **err);
void initrd_deinit(struct initrd *i);
#define _cleanup_initrd_ cleanup(initrd_deinit)

#endif
