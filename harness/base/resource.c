// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/resource.h"

#include <limits.h>
#include <string.h>

#include "base/str.h"

/* The folder of the running program, without the slash at its end. */
static char *program_dir(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return xstrdup(".");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	return xstrdup(self);
}

/*
 * Installed programs stand in …/bin; anything else is a build folder, and
 * HARNESS_ROOT (set by tests that build elsewhere) or its parent is the tree.
 */
static char *locate(const char *installed, const char *rel, bool built)
{
	_cleanup_free_ char *dir = program_dir();
	const char *root = getenv("HARNESS_ROOT");

	if (str_ends(dir, "/bin"))
		return xasprintf("%.*s/%s/mm-harness/%s", (int)(strlen(dir) - 4), dir, installed,
				 rel);
	if (str_ends(dir, "/tests"))
		dir[strlen(dir) - strlen("/tests")] = '\0';
	if (built)
		return xasprintf("%s/%s", dir, rel);
	if (root)
		return xasprintf("%s/%s", root, rel);
	return xasprintf("%.*s/%s", (int)(strrchr(dir, '/') - dir), dir, rel);
}

char *resource_path(const char *rel)
{
	return locate("share", rel, false);
}

char *resource_built(const char *name)
{
	return locate("lib", name, true);
}
