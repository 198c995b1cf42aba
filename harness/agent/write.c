// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int write_text(const char *path, const char *text, struct error **err)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return error_errno(err, errno, "open %s", path);
	if (write(fd, text, strlen(text)) < 0)
		return error_errno(err, errno, "write \"%s\" to %s", text, path);
	return 0;
}
