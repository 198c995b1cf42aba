/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of building kernels depends on the architecture. */
#ifndef HARNESS_KERNEL_ARCH_H
#define HARNESS_KERNEL_ARCH_H

#define ARCH_SOURCE "x86" /* below arch/ */
#define ARCH_IMAGE_TARGET "bzImage"
#define ARCH_IMAGE "arch/x86/boot/bzImage"

#endif
