/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot files of one cell are made from, all of it found or made in the caches. */
#ifndef HARNESS_INPUTS_H
#define HARNESS_INPUTS_H

#include "image/image.h"
#include "image/initrd.h"

/* A module of the policy: /policy/NAME.ko in the guest. */
struct policy_file {
	char *from;   /* on the host */
	char *guest;  /* path in the guest */
	char *params; /* "key=value key=value" or "" */
};

/* The policy's daemon in the guest. */
#define POLICY_DAEMON "/policy/daemon"

/* The disks' driver in the guest; /dev/simdisk0 is the swap, if there is one, or the data. */
#define SIMDISK_DIR "/devices"
#define SIMDISK_MODULE SIMDISK_DIR "/simdisk.ko"
#define SIMDISK_DEVICE "/dev/simdisk"

struct image_inputs {
	const struct cell *cell;
	struct memory_layout layout;
	struct initrd initrd;
	char *tools;
	uint64_t tools_bytes, mailbox_bytes;
	char *program;              /* argv[0]: where the tools image has it */
	struct policy_file *policy; /* in loading order */
	size_t n_policy;
	char *simdisk; /* simdisk.ko on the host, or NULL */
	char *daemon;  /* the policy's program on the host, or NULL */
};

int image_inputs_init(struct image_inputs *in, const struct cell *cell, const struct kernel *k,
		      struct error **err);
void image_inputs_deinit(struct image_inputs *in);
#define _cleanup_image_inputs_ cleanup(image_inputs_deinit)

/* The job's text.  Pure; EXIT_INPUT when a ${name} is unknown.  Caller frees *ret. */
int job_text(const struct image_inputs *in, char **ret, struct error **err);

/* The kernel's command line.  Pure; caller frees. */
char *kernel_cmdline(const struct memory_layout *l);

#endif
