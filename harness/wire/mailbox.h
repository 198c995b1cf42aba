/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mailbox: memory that host and guest share (an nvdimm).  Its first page
 * begins with a mark and the length of what follows that page, and whoever reads
 * it copies no more than the device has.
 *
 * The host's tray: a guest without /job stops its machine when it has booted
 * (agent/checkpoint.h).  When it goes on, there or in a machine that was
 * restored from it, the mailbox holds a cpio archive with /job and what goes
 * with it.
 *
 * The guest's mail: the stream goes on in it from the start of the send phase,
 * since a UART would take minutes.  The head is written when all that it stands
 * for is there, and then the guest goes down.
 */
#ifndef HARNESS_WIRE_MAILBOX_H
#define HARNESS_WIRE_MAILBOX_H

#include <stdbool.h>
#include <string.h>

#include "wire/le.h"

#define MAILBOX_TRAY "jobtray1"
#define MAILBOX_MAIL "mailbox1"

#define MAILBOX_START 4096
#define MAILBOX_MARK_LEN 8
#define MAILBOX_HEAD (MAILBOX_MARK_LEN + 8)

static inline void mailbox_head_put(uint8_t *head, const char *mark, uint64_t bytes)
{
	memcpy(head, mark, MAILBOX_MARK_LEN);
	put_le(head + MAILBOX_MARK_LEN, bytes, 8);
}

/* false: something else, or nothing, is in the mailbox. */
static inline bool mailbox_head_get(const uint8_t *head, const char *mark, uint64_t *ret_bytes)
{
	*ret_bytes = get_le(head + MAILBOX_MARK_LEN, 8);
	return memcmp(head, mark, MAILBOX_MARK_LEN) == 0;
}

#endif
