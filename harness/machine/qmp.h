/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of QEMU's machine protocol as a supervisor needs: a clean end, and
 * QEMU's own view of what happened to the guest.  Never blocks.
 */
#ifndef HARNESS_QMP_H
#define HARNESS_QMP_H

#include <stdbool.h>

#include "base/str.h"

struct qmp {
	int fd;            /* -1: closed; owned */
	struct strbuf in;  /* an unfinished line */
	char status[32];   /* "running", "internal-error" …; empty: not known (yet) */
	char shutdown[32]; /* why the guest went down: "guest-reset", "guest-shutdown" … */
};

/* Takes the (non-blocking) socket and leaves QEMU's negotiation mode. */
void qmp_init(struct qmp *q, int fd);
void qmp_deinit(struct qmp *q);
/* Reads what is there; closes on end of file or on anything that isn't QMP. */
void qmp_read(struct qmp *q);
/* The answer arrives in q->status through a later qmp_read(). */
void qmp_ask_status(struct qmp *q);
void qmp_quit(struct qmp *q);

#endif
