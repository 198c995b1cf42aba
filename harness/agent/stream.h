/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one way out of the guest: frames on a virtio port or a serial line.
 * Every call may be made from any thread.  A write that the host doesn't take
 * within a minute kills the stream: everything after it fails at once, so that
 * the agent ends instead of hanging.
 */
#ifndef AGENT_STREAM_H
#define AGENT_STREAM_H

#include "base/error.h"
#include "wire/wire.h"

struct stream;

/* `name` is a tty's path (put into raw mode) or a virtio port's name. */
struct stream *stream_open(const char *name, struct error **err);

int stream_frame(struct stream *s, enum wire_type type, const void *payload, size_t len);
int stream_text(struct stream *s, enum wire_type type, const char *text);
int stream_heartbeat(struct stream *s);
int stream_phase(struct stream *s, uint64_t ns, const char *name);
/* OUTCOME, once: later ones are dropped.  `detail` may be NULL. */
int stream_outcome(struct stream *s, const char *outcome, const char *detail);
/* BYE; returns when the host has had time to take everything and to end the machine. */
void stream_bye(struct stream *s);
/* The same wait without BYE, for a stream that can't become whole. */
void stream_linger(struct stream *s, unsigned int ms);

/*
 * From here on frames go to the device at `path` (wire/job.h, JOB_MAILBOX),
 * which takes them at once.  The host reads it when the machine is down.
 */
int stream_to_mailbox(struct stream *s, const char *path, struct error **err);

/* A file as frames: one at a time, by one thread. */
int stream_file_begin(struct stream *s, const char *path);
int stream_file_add(struct stream *s, const void *data, size_t len);
int stream_file_end(struct stream *s);
/* The three in one call. */
int stream_file(struct stream *s, const char *path, const void *data, size_t len);
int stream_file_text(struct stream *s, const char *path, const char *text);

#endif
