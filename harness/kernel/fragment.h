/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel configuration: options as asked for in fragments or as granted in a .config. */
#ifndef HARNESS_KERNEL_FRAGMENT_H
#define HARNESS_KERNEL_FRAGMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/sha256.h"

struct option {
	char *name;  /* CONFIG_SMP */
	char *value; /* y, m, n ("is not set"), 16, "text" with its quotes */
	char *file;  /* where it was asked for */
	int line;
	size_t order; /* of reading */
};

/* Sorted by name; a later file's value replaces an earlier one's. */
struct fragment {
	struct option *options;
	size_t n;
};

/* Adds a file.  EXIT_INPUT with file:line for what is neither an option nor a comment. */
int fragment_read(struct fragment *f, const char *path, struct error **err);
/* The same from a text; `path` is for messages. */
int fragment_parse(struct fragment *f, const char *path, const char *text, struct error **err);
/* All of a NULL-terminated list (which may be NULL itself). */
int fragment_read_all(struct fragment *f, char *const *paths, struct error **err);
void fragment_deinit(struct fragment *f);
#define _cleanup_fragment_ cleanup(fragment_deinit)

/* y, m, n, …; "n" for an option that isn't there, as kconfig has it. */
const char *fragment_get(const struct fragment *f, const char *name);
/* Is it named at all, be it as "not set"? */
bool fragment_has(const struct fragment *f, const char *name);
/* As text that KCONFIG_ALLCONFIG reads.  Caller frees. */
char *fragment_text(const struct fragment *f);
void fragment_hash(const struct fragment *f, struct hash *h);

/* Options of `asked` that `granted` has otherwise.  Caller frees the array only. */
size_t fragment_refused(const struct fragment *asked, const struct fragment *granted,
			const struct option ***ret);
/*
 * EXIT_INPUT that names each refused option and the line that asks for it.
 * `reasons` are as many, each NULL if nobody knows.
 */
int fragment_refusal(const struct option *const *refused, size_t n, const struct fragment *granted,
		     char *const *reasons, struct error **err);

#endif
