/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's end of a mailbox (wire/job.h): memory of ours that a guest sees as
 * an nvdimm and leaves the end of its stream in.  It has no file and is gone
 * with its last descriptor.
 */
#ifndef HARNESS_MAILBOX_H
#define HARNESS_MAILBOX_H

#include <stdint.h>

#include "base/error.h"

int mailbox_create(uint64_t bytes, int *ret_fd, struct error **err);

/* The job's archive, for a guest that takes it when it has booted. */
int mailbox_put_job(int fd, const char *archive, struct error **err);

/*
 * What the guest left, piece by piece; nothing if it left no mark.  The guest
 * may write what it likes: no more than the mailbox is read, and what the bytes
 * say is up to the stream's rules.  -1 when `take` gives -1.
 */
int mailbox_read(int fd, int (*take)(void *arg, const void *data, size_t len), void *arg);

#endif
