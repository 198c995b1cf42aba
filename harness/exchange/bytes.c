// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "exchange/internal.h"

#define COPY_MAX (64u << 10)

int write_all(int fd, const void *data, size_t n, struct error **err)
{
	return fd_write(fd, data, n) < 0 ? error_errno(err, errno, "write") : 0;
}

/* By hand, where the kernel can't copy between these two files. */
static int copy_through(int from, uint64_t at, uint64_t n, int to, struct error **err)
{
	_cleanup_free_ char *buffer = xmalloc(COPY_MAX);

	while (n) {
		ssize_t got = pread(from, buffer, n < COPY_MAX ? n : COPY_MAX, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_errno(err, got ? errno : EIO, "read");
		if (write_all(to, buffer, got, err) < 0)
			return -1;
		at += got;
		n -= got;
	}
	return 0;
}

int copy_bytes(int from, uint64_t at, uint64_t n, int to, struct error **err)
{
	uint64_t direct = copy_direct(from, at, n, to);
	off_t where = (off_t)(at + direct);

	n -= direct;
	while (n) {
		ssize_t got = copy_file_range(from, &where, to, NULL, n, 0);

		if (got <= 0)
			return copy_through(from, where, n, to, err);
		n -= got;
	}
	return 0;
}
