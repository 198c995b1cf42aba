// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "artifact/internal.h"
#include "base/file.h"

int capped_open(struct capped *c, const char *path, uint64_t max, struct error **err)
{
	*c = (struct capped){ .max = max };
	c->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (c->fd < 0)
		return error_errno(err, errno, "create %s", path);
	return 0;
}

int capped_write(struct capped *c, const void *data, size_t len)
{
	uint64_t room = c->max - c->len;
	size_t n = len < room ? len : (size_t)room;

	if (fd_write(c->fd, data, n) < 0)
		return -1;
	c->len += n;
	c->dropped += len - n;
	return 0;
}

void capped_close(struct capped *c)
{
	if (c->fd < 0)
		return;
	if (c->dropped)
		dprintf(c->fd, "\n[harness: cut here, %llu bytes dropped]\n",
			(unsigned long long)c->dropped);
	close(c->fd);
	c->fd = -1;
}
