/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in a policy's or workload's folder, as part of an id. */
#ifndef HARNESS_CONTENT_H
#define HARNESS_CONTENT_H

#include "base/sha256.h"

/*
 * Names, executable bits and contents, in sorted order.  Unlike hash_tree() it
 * looks behind symbolic links: policies share source files through them, and a
 * change there changes the policy.  README.md is left out at any depth: words
 * about an experiment can be mended without making its results worthless.
 */
int content_hash(struct hash *h, const char *dir, struct error **err);

#endif
