/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine whose emulator mishandles code that changes under another CPU
 * boots with one of its CPUs (machine/qemu.c says which and why): the others
 * join when the policy is applied and the events are switched on.
 */
#ifndef AGENT_CPUS_H
#define AGENT_CPUS_H

#include "base/error.h"

/* Brings every CPU up that is there and off.  With all of them up already, nothing happens. */
int cpus_join(struct error **err);

#endif
