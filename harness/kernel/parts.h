/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of making a kernel, each in a file of its own.  `dir` is the
 * temporary folder that becomes $CACHE/kernels/ID.
 */
#ifndef HARNESS_KERNEL_PARTS_H
#define HARNESS_KERNEL_PARTS_H

#include "kernel/identity.h"
#include "kernel/store.h"

/* image.c: debian-image */
int make_debian_image(const struct identity *id, const char *dir, struct kernel_record *ret,
		      struct error **err);
/* build.c: debian-source, git */
int make_built(const struct kernel_def *def, const struct identity *id, const char *dir,
	       struct kernel_record *ret, struct error **err);
/* The same without any objects from before, and none are kept. */
int make_from_nothing(const struct kernel_def *def, const struct identity *id, const char *dir,
		      struct kernel_record *ret, struct error **err);
/* prebuilt.c */
int make_prebuilt(const struct kernel_def *def, const char *dir, struct kernel_record *ret,
		  struct error **err);

/*
 * modtree.c: takes the folder lib/modules/RELEASE at `from` as DIR/modules:
 * decompressed, and with the indexes that modprobe reads.
 */
int modtree_install(const char *from, const char *release, const char *dir, struct error **err);

/* headers.c: DIR/build from Debian's header packages; DIR has none if there are no such. */
int headers_install(const struct identity *id, const char *release, const char *dir,
		    struct error **err);

/* source.c: the folder of the unpacked, unpatched source.  Caller frees. */
int source_get(const struct kernel_def *def, const struct identity *id, char **ret,
	       struct error **err);

/* kernel.c: the time of a folder of the cache says when it was last used. */
void mark_used(const char *dir);

/* kernel.c: the objects of an unpatched kernel, built if they aren't there.  Caller frees. */
int kernel_objects(const struct kernel_def *def, char **ret, struct error **err);

/* bzimage.c: the release that a bzImage names in its header.  Caller frees. */
int bzimage_release(const char *path, char **ret, struct error **err);

/* make.c: make(1) with an environment that holds nothing of ours or of an outer make. */
struct make_opts {
	const char *what;        /* for the progress line */
	const char *log;         /* NULL: none */
	unsigned int total;      /* steps to expect, 0: unknown */
	unsigned int *ret_steps; /* NULL: too short to show or count them */
	bool dry;                /* count the steps and take none: make -n */
	char *const *env;        /* "NAME=value" */
};

int make_run(const char *dir, char *const *words, const struct make_opts *opts, struct error **err);

#endif
