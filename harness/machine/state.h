/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a machine that its guest has stopped (machine/checkpoint.h), as a
 * file: QEMU's migration stream, without the memory that it shares with us.
 */
#ifndef HARNESS_STATE_H
#define HARNESS_STATE_H

#include "machine/qmp.h"

int state_save(struct qmp *q, const char *path, struct error **err);
/* Of a machine that has waited for it since its start; the guest goes on. */
int state_restore(struct qmp *q, const char *path, struct error **err);

#endif
