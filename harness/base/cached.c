// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cached.h"

#include "base/file.h"
#include "base/str.h"

int cached_dir(const char *kind, const char *id, cached_make_fn make, void *arg, char **ret,
	       struct error **err)
{
	_cleanup_free_ char *base = NULL, *dir = NULL, *tmp = NULL, *lock = NULL;
	_cleanup_close_ int fd = -1;

	if (cache_dir(kind, &base, err) < 0)
		return -1;
	dir = xasprintf("%s/%s", base, id);
	tmp = xasprintf("%s.tmp", dir);
	lock = xasprintf("%s.lock", dir);
	if (!path_is_dir(dir)) {
		if (lock_take(lock, true, &fd, err) < 0)
			return -1;
		/* Someone else may have made it while we waited; or been killed in the middle. */
		if (!path_is_dir(dir) &&
		    (dir_remove(tmp, err) < 0 || dir_make(tmp, err) < 0 ||
		     make(tmp, arg, err) < 0 || dir_publish(tmp, dir, err) < 0)) {
			dir_remove(tmp, NULL);
			return -1;
		}
	}
	*ret = steal_ptr(&dir);
	return 0;
}
