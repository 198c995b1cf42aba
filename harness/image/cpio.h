/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpio archives in the form that the kernel unpacks (newc), with equal bytes
 * for equal contents: no times, no owners, inode numbers in order of entry.
 * The caller adds entries in a fixed order, folders before what is in them, by
 * their paths in the guest, with or without the first slash.
 */
#ifndef HARNESS_CPIO_H
#define HARNESS_CPIO_H

#include "base/error.h"

struct cpio;

struct cpio *cpio_create(const char *path, struct error **err);
int cpio_dir(struct cpio *c, const char *name, struct error **err);
int cpio_data(struct cpio *c, const char *name, unsigned int mode, const void *data, size_t len,
	      struct error **err);
/* The contents of the file at `from`. */
int cpio_file(struct cpio *c, const char *name, unsigned int mode, const char *from,
	      struct error **err);
int cpio_chardev(struct cpio *c, const char *name, unsigned int major, unsigned int minor,
		 struct error **err);
/* Writes the trailer; without it the archive is not whole. */
int cpio_finish(struct cpio *c, struct error **err);
void cpio_destroy(struct cpio *c);
DEFINE_GUARD(cpio, struct cpio *, cpio_destroy)
#define _cleanup_cpio_ cleanup(cpio_guard)

#endif
