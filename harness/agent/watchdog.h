/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that sends the heartbeats and watches the agent itself: a step that
 * takes longer than it was given (a module whose init never returns, a file
 * that blocks its reader) is named on the stream, and the machine switched off.
 */
#ifndef AGENT_WATCHDOG_H
#define AGENT_WATCHDOG_H

#include "agent/stream.h"

int watchdog_start(struct stream *s, unsigned int heartbeat_ms, struct error **err);
/* What the agent does now, the outcome if it isn't over in time, and how long it may take
 * (0: as long as it likes).  The texts must stay. */
void watchdog_step(const char *what, const char *outcome, unsigned int seconds);

#endif
