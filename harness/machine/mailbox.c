// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/mailbox.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "wire/mailbox.h"

int mailbox_create(uint64_t bytes, int *ret_fd, struct error **err)
{
	_cleanup_close_ int fd = memfd_create("mailbox", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0)
		return error_errno(err, errno, "memory for the guest's mailbox");
	*ret_fd = steal_fd(&fd);
	return 0;
}

static bool write_at(int fd, const void *data, size_t len, off_t at)
{
	return pwrite(fd, data, len, at) == (ssize_t)len;
}

int mailbox_put_job(int fd, const char *archive, struct error **err)
{
	uint8_t head[MAILBOX_HEAD];
	_cleanup_free_ char *data = NULL;
	size_t len;

	if (file_read(archive, &data, &len, err) < 0)
		return -1;
	mailbox_head_put(head, MAILBOX_TRAY, len);
	if (!write_at(fd, data, len, MAILBOX_START) || !write_at(fd, head, sizeof(head), 0))
		return error_errno(err, errno, "put the job into the mailbox");
	return 0;
}

/* Bytes of the stream; 0 without a mark or with a number that can't be true. */
static uint64_t length(int fd)
{
	uint8_t head[MAILBOX_HEAD];
	struct stat st;
	uint64_t n;

	if (fstat(fd, &st) < 0 || pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    !mailbox_head_get(head, MAILBOX_MAIL, &n))
		return 0;
	return n <= (uint64_t)st.st_size - MAILBOX_START ? n : 0;
}

int mailbox_read(int fd, int (*take)(void *arg, const void *data, size_t len), void *arg)
{
	uint64_t left = length(fd);
	off_t at = MAILBOX_START;
	char chunk[64 * 1024];

	while (left) {
		ssize_t n = pread(fd, chunk, left < sizeof(chunk) ? left : sizeof(chunk), at);

		if (n <= 0 || take(arg, chunk, (size_t)n) < 0)
			return -1;
		at += n;
		left -= (uint64_t)n;
	}
	return 0;
}
