/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HARNESS_PROBE_GUEST_H
#define HARNESS_PROBE_GUEST_H

/* isa-debug-exit ends QEMU with status value * 2 + 1. */
#define PROBE_GUEST_PORT 0xf4
#define PROBE_GUEST_OK 0x15
#define PROBE_GUEST_WRONG 0x16
#define PROBE_GUEST_STATUS(value) ((value)*2 + 1)

/* A Multiboot image for `qemu -kernel`. */
extern const unsigned char probe_guest_begin[], probe_guest_end[];

#endif
