/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a [kernel.NAME] stands for now, before anything is fetched. */
#ifndef HARNESS_KERNEL_IDENTITY_H
#define HARNESS_KERNEL_IDENTITY_H

#include "kernel/fragment.h"
#include "kernel/kernel.h"
#include "kernel/patches.h"

/* Part of every kernel's id: another number makes every cached kernel again. */
#define KERNEL_LAYOUT 1

struct identity {
	char id[HASH_HEX];
	char *package;  /* meta packages resolved; path of a prebuilt image or of a git tree */
	char *version;  /* of the package; commit, "-dirty" if it is; "" for prebuilt kernels */
	char *compiler; /* debian-source, git: compiler and linker */
};

int identity_find(const struct kernel_def *def, struct identity *ret, struct error **err);
void identity_deinit(struct identity *i);
#define _cleanup_identity_ cleanup(identity_deinit)

/* Is it compiled here? */
bool kernel_is_built(const struct kernel_def *def);

/* debian-source, git: the patch queue, and the options of all fragments, the queue's last. */
int source_inputs(const struct kernel_def *def, struct fragment *ret_options,
		  struct patch_queue *ret_queue, struct error **err);

/* First lines of `gcc --version` and `ld --version`.  Caller frees. */
int compiler_version(char **ret, struct error **err);

#endif
