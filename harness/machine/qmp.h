/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of QEMU's machine protocol as a supervisor needs: a clean end,
 * QEMU's own view of what happened to the guest, and checkpoints.
 */
#ifndef HARNESS_QMP_H
#define HARNESS_QMP_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"

struct qmp {
	int fd;            /* -1: closed; owned */
	struct strbuf in;  /* an unfinished line */
	char status[32];   /* "running", "internal-error" …; empty: not known (yet) */
	char shutdown[32]; /* why the guest went down: "guest-reset", "guest-shutdown" … */
	bool stopped;      /* the guest has stopped the machine at its checkpoint */
	char refused[128]; /* what QEMU said of the last command that it didn't carry out */
	unsigned int asked, answered;
};

/* Takes the (non-blocking) socket and leaves QEMU's negotiation mode. */
void qmp_init(struct qmp *q, int fd);
void qmp_deinit(struct qmp *q);
/* Never blocks.  Reads what is there; closes on end of file or on anything that isn't QMP. */
void qmp_read(struct qmp *q);
/* The answer arrives in q->status through a later qmp_read(). */
void qmp_ask_status(struct qmp *q);
void qmp_quit(struct qmp *q);
/*
 * Says a command (one JSON object) and waits for QEMU's answer, for at most
 * `timeout_s`.  A descriptor `fd` >= 0 goes with it.
 */
int qmp_do(struct qmp *q, const char *command, int fd, double timeout_s, struct error **err);
/* Asks for "status" with `command` until it is `want`; `never` is a state without hope. */
int qmp_wait_status(struct qmp *q, const char *command, const char *want, const char *never,
		    double timeout_s, struct error **err);

#endif
