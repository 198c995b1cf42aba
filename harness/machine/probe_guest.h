/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HARNESS_PROBE_GUEST_H
#define HARNESS_PROBE_GUEST_H

/* isa-debug-exit ends QEMU with status value * 2 + 1. */
#define PROBE_GUEST_PORT 0xf4
#define PROBE_GUEST_OK 0x15
#define PROBE_GUEST_WRONG 0x16
#define PROBE_GUEST_STATUS(value) ((value)*2 + 1)

/* Multiboot images for `qemu -kernel`: what a kernel does first, and a second CPU. */
extern const unsigned char probe_guest_begin[], probe_guest_end[];
extern const unsigned char probe_cpus_begin[], probe_cpus_end[];

#endif
