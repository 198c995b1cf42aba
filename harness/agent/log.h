/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for people: the console always, the run's log once there is a stream. */
#ifndef AGENT_LOG_H
#define AGENT_LOG_H

#include "agent/stream.h"

void log_attach(struct stream *s);
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
