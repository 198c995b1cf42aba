/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the actions of `harness kernel` share. */
#ifndef HARNESS_CMD_KERNEL_H
#define HARNESS_CMD_KERNEL_H

#include "config/config.h"
#include "kernel/expand.h"
#include "kernel/kernel.h"

struct kernel_options {
	const struct config *config;
	bool json, help, check, diff, fresh, dry_run;
	const char *other; /* --diff=OTHER */
	unsigned int days;
	int argc;
	char **argv; /* the action and what follows it */
	char **names;
	size_t n_names;
	char **command; /* of shell, NULL-terminated, or NULL */
};

/* kernel_tree.c */
int kernel_cmd_config(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		      struct error **err);
int kernel_cmd_shell(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		     struct error **err);
int kernel_cmd_prune(const struct kernel_options *o, struct kernel_def *const *defs, size_t n,
		     struct error **err);

#endif
