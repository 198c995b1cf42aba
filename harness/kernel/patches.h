/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A patch queue: a folder with a file `series` that names one patch a line,
 * in order, as quilt has it.  A patch may say in its description which hook
 * for policies it provides:
 *
 *	Policy-Hook: watermark
 *
 * A file `config` beside `series` is a fragment with the options that the
 * patches add; a kernel without the queue could not grant them.
 */
#ifndef HARNESS_KERNEL_PATCHES_H
#define HARNESS_KERNEL_PATCHES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/sha256.h"

struct patch {
	char *path;
	char *text;
	size_t body; /* where the description ends and the diff starts */
};

struct patch_queue {
	struct patch *patches;
	size_t n;
	char *config; /* path of the fragment, or NULL */
	char **hooks; /* of all patches; NULL-terminated, or NULL */
};

/* An absent folder or series (and dir == NULL) is an empty queue. */
int queue_read(struct patch_queue *q, const char *dir, struct error **err);
void queue_deinit(struct patch_queue *q);
#define _cleanup_queue_ cleanup(queue_deinit)

bool queue_has_hook(const struct patch_queue *q, const char *hook);
/* Diffs in their order; descriptions don't change a kernel. */
void queue_hash(const struct patch_queue *q, struct hash *h);
/* Onto a source tree.  EXIT_INPUT that names patch, file and hunk if one doesn't apply. */
int queue_apply(const struct patch_queue *q, const char *tree, struct error **err);

#endif
