// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/str.h"

int file_read(const char *path, char **ret, size_t *ret_len, struct error **err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_strbuf_ struct strbuf b = { 0 };
	char chunk[64 * 1024];
	ssize_t n;

	if (fd < 0)
		return error_errno(err, errno, "open %s", path);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, errno, "read %s", path);
		strbuf_add(&b, chunk, (size_t)n);
	}
	if (ret_len)
		*ret_len = b.len;
	*ret = strbuf_steal(&b);
	return 0;
}

int fd_write(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_write(const char *path, const void *data, size_t len, struct error **err)
{
	_cleanup_free_ char *tmp = xasprintf("%s.tmp.%d", path, getpid());
	_cleanup_close_ int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return error_errno(err, errno, "create %s", tmp);
	if (fd_write(fd, data, len) < 0 || fsync(fd) < 0 || rename(tmp, path) < 0) {
		error_errno(err, errno, "write %s", path);
		unlink(tmp);
		return -1;
	}
	return 0;
}

int file_puts(const char *path, const char *text, struct error **err)
{
	return file_write(path, text, strlen(text), err);
}

static int copy_bytes(int in, int out, off_t size)
{
	if (ioctl(out, FICLONE, in) == 0)
		return 0;
	while (size > 0) {
		ssize_t n = sendfile(out, in, NULL, (size_t)size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		size -= n;
	}
	return 0;
}

int file_copy(const char *from, const char *to, struct error **err)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		return error_errno(err, errno, "open %s", from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, st.st_mode & 0777);
	if (out < 0)
		return error_errno(err, errno, "create %s", to);
	if (copy_bytes(in, out, st.st_size) < 0)
		return error_errno(err, errno, "copy %s to %s", from, to);
	return 0;
}

bool file_unchanged(const char *path, const struct stat *before)
{
	struct stat now;

	return stat(path, &now) == 0 && now.st_dev == before->st_dev &&
	       now.st_ino == before->st_ino && now.st_size == before->st_size &&
	       now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

bool path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool path_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int dir_make(const char *path, struct error **err)
{
	_cleanup_free_ char *p = xstrdup(path);

	for (char *slash = p + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(p, 0755) < 0 && errno != EEXIST)
			return error_errno(err, errno, "create folder %s", p);
		*slash = '/';
	}
	if (mkdir(p, 0755) < 0 && errno != EEXIST)
		return error_errno(err, errno, "create folder %s", p);
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int dir_remove(const char *path, struct error **err)
{
	if (nftw(path, remove_entry, 32, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		return error_errno(err, errno, "remove %s", path);
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int dir_list(const char *path, char ***ret, struct error **err)
{
	_cleanup_closedir_ DIR *d = opendir(path);
	_cleanup_strv_ char **names = xcalloc(1, sizeof(char *));
	struct dirent *e;

	if (!d)
		return error_errno(err, errno, "open folder %s", path);
	while ((e = readdir(d))) {
		if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
			strv_add(&names, e->d_name);
	}
	qsort(names, strv_len(names), sizeof(char *), by_bytes);
	*ret = steal_ptr(&names);
	return 0;
}

static int sync_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	int fd, r;

	(void)st, (void)ftw;
	if (type != FTW_F && type != FTW_DP)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? 0 : -1;
	r = fsync(fd);
	close(fd);
	return r;
}

int dir_publish(const char *tmp, const char *path, struct error **err)
{
	if (nftw(tmp, sync_entry, 32, FTW_DEPTH | FTW_PHYS) < 0)
		return error_errno(err, errno, "flush %s", tmp);
	if (rename(tmp, path) < 0)
		return error_errno(err, errno, "rename %s to %s", tmp, path);
	return 0;
}

int lock_take(const char *path, bool wait, int *ret_fd, struct error **err)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return error_errno(err, errno, "open lock %s", path);
	while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) < 0) {
		if (errno == EINTR && wait)
			continue;
		return error_errno(err, errno, "lock %s", path);
	}
	*ret_fd = steal_fd(&fd);
	return 0;
}

int cache_dir(const char *sub, char **ret, struct error **err)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	_cleanup_free_ char *path = NULL;

	if (xdg && *xdg)
		path = xasprintf("%s/mm-harness/%s", xdg, sub);
	else if (home && *home)
		path = xasprintf("%s/.cache/mm-harness/%s", home, sub);
	else
		return error_set(err, EXIT_HOST, "neither XDG_CACHE_HOME nor HOME is set");
	if (dir_make(path, err) < 0)
		return -1;
	*ret = steal_ptr(&path);
	return 0;
}
