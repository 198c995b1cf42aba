// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"

#define LOCK_POLL_NS (200 * 1000 * 1000)

int store_lock(const char *dir, const char *name, int *ret_fd, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/.lock-%s", dir, name);
	const struct timespec pause = { .tv_nsec = LOCK_POLL_NS };

	/* Polling, since a wait inside flock() would not see Ctrl-C. */
	for (;;) {
		_cleanup_error_ struct error *why = NULL;

		if (lock_take(path, false, ret_fd, &why) == 0)
			return 0;
		if (why->errnum != EWOULDBLOCK)
			return error_propagate(err, steal_ptr(&why));
		if (proc_interrupted())
			return error_set(err, EXIT_INTERRUPTED, "interrupted");
		progress("wait: another harness is making %s", name);
		nanosleep(&pause, NULL);
	}
}

int store_publish(const char *tmp, const char *path, struct error **err)
{
	_cleanup_close_ int fd = open(tmp, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syncfs(fd) < 0)
		return error_errno(err, errno, "flush %s", tmp);
	if (rename(tmp, path) < 0)
		return error_errno(err, errno, "rename %s to %s", tmp, path);
	return 0;
}

int store_check_space(const char *dir, unsigned long long need, const char *what,
		      struct error **err)
{
	struct statvfs st;
	unsigned long long have;

	if (statvfs(dir, &st) < 0)
		return error_errno(err, errno, "look at the free space of %s", dir);
	have = (unsigned long long)st.f_bavail * st.f_frsize;
	if (have >= need)
		return 0;
	return error_set(err, EXIT_HOST,
			 "%s needs %s of disk space and %s has %s left; free some, or set "
			 "XDG_CACHE_HOME to a folder on a larger disk",
			 what, size_to_str(need), dir, size_to_str(have));
}

int store_blame_space(struct error **err)
{
	if (!err || !*err || (*err)->code == EXIT_HOST || !strstr((*err)->msg, strerror(ENOSPC)))
		return -1;
	(*err)->code = EXIT_HOST;
	return error_wrap(err, "the cache's disk is full (XDG_CACHE_HOME can name another)");
}

int store_kernel_dir(const char id[HASH_HEX], char **ret, struct error **err)
{
	_cleanup_free_ char *kernels = NULL;

	if (cache_dir("kernels", &kernels, err) < 0)
		return -1;
	*ret = xasprintf("%s/%.*s", kernels, SHORT_ID - 1, id);
	return 0;
}
