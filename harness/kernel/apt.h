/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debian's package lists and archive, through apt's own programs: they know
 * the sources, the signatures and the proxies of this machine.  Nothing is
 * installed and no root is needed.
 */
#ifndef HARNESS_KERNEL_APT_H
#define HARNESS_KERNEL_APT_H

#include "base/error.h"

/* The version that would be fetched now.  EXIT_INPUT with the nearest name if there is none. */
int apt_candidate(const char *package, char **ret, struct error **err);
/* The same, but NULL for a package that isn't there. */
int apt_candidate_maybe(const char *package, char **ret, struct error **err);

struct apt_dep {
	char *name;
	char *version; /* of an exact "(= VERSION)", or NULL */
};

struct apt_deps {
	struct apt_dep *deps;
	size_t n;
};

/* What a package depends on, alternatives included; empty for an unknown package. */
int apt_depends(const char *package, struct apt_deps *ret, struct error **err);
void apt_deps_deinit(struct apt_deps *d);
#define _cleanup_apt_deps_ cleanup(apt_deps_deinit)

/* The .deb in the cache, fetched if it isn't there.  Caller frees the path. */
int apt_fetch(const char *package, const char *version, char **ret, struct error **err);
/* Unpacks a .deb's files below `dir`. */
int apt_unpack(const char *deb, const char *dir, struct error **err);

/* The parsers, apart from the programs. */
char *apt_parse_candidate(const char *policy_output);
void apt_parse_depends(const char *depends_output, struct apt_deps *ret);

#endif
