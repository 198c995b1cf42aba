/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the supervisor and the probes share about QEMU.  x86-64 stands here and in qemu.c. */
#ifndef HARNESS_QEMU_H
#define HARNESS_QEMU_H

#define QEMU_PROGRAM "qemu-system-x86_64"

/* Descriptors that a QEMU started by us inherits. */
enum { QEMU_FD_FRAMES = 3, QEMU_FD_CONSOLE = 4, QEMU_FD_QMP = 5, QEMU_FD_MAILBOX = 6 };

/* Program, no devices, no network, no display, no reboot, seccomp sandbox. */
void qemu_add_base(char ***v);
/* Acceleration and CPU as measuring guests under KVM get them. */
void qemu_add_kvm(char ***v);
/* The same for guests whose time is a count of instructions. */
void qemu_add_counted(char ***v);

#endif
