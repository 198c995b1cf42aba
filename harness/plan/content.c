// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/content.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"

/* A link to a folder above itself would never end. */
#define MAX_DEPTH 16

static int hash_dir(struct hash *h, const char *dir, unsigned int depth, struct error **err);

static int hash_entry(struct hash *h, const char *path, unsigned int depth, struct error **err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_errno(err, errno, "stat %s", path);
	if (S_ISDIR(st.st_mode))
		return hash_dir(h, path, depth + 1, err);
	/* A FIFO would be waited for, and a device has no contents of its own. */
	if (!S_ISREG(st.st_mode))
		return error_set(err, EXIT_INPUT, "%s is neither a file nor a folder", path);
	hash_u64(h, st.st_mode & S_IXUSR);
	return hash_file(h, path, err);
}

static int hash_dir(struct hash *h, const char *dir, unsigned int depth, struct error **err)
{
	_cleanup_strv_ char **names = NULL;

	if (depth > MAX_DEPTH)
		return error_set(err, EXIT_INPUT, "%s: too deep; does a link lead back?", dir);
	if (dir_list(dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, names[i]);

		/* What is said about it: other words make no other experiment. */
		if (streq(names[i], "README.md") || streq(names[i], "claims.toml"))
			continue;
		hash_str(h, names[i]);
		if (hash_entry(h, path, depth, err) < 0)
			return -1;
	}
	hash_str(h, NULL); /* end of the folder */
	return 0;
}

int content_hash(struct hash *h, const char *dir, struct error **err)
{
	return hash_dir(h, dir, 0, err);
}
