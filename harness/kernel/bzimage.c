// SPDX-License-Identifier: GPL-2.0-or-later
/* The setup header of a bzImage (Documentation/x86/boot.rst). */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "kernel/parts.h"

#define HEADER_MAGIC 0x202   /* "HdrS" */
#define HEADER_VERSION 0x20e /* u16: where the version text is, less 0x200 */
#define HEADER_END 0x210
#define SETUP_MAX (64 * 1024) /* the setup part is at most 64 KiB */

int bzimage_release(const char *path, char **ret, struct error **err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *setup = xcalloc(1, SETUP_MAX + 1);
	ssize_t n;
	size_t at;

	if (fd < 0)
		return error_errno(err, errno, "open %s", path);
	n = read(fd, setup, SETUP_MAX);
	if (n < 0)
		return error_errno(err, errno, "read %s", path);
	if (n < HEADER_END || memcmp(setup + HEADER_MAGIC, "HdrS", 4) != 0)
		return error_set(err, EXIT_INPUT, "%s is not a bzImage", path);
	at = (size_t)((uint8_t)setup[HEADER_VERSION] | (uint8_t)setup[HEADER_VERSION + 1] << 8) +
	     0x200;
	if (at == 0x200 || at >= (size_t)n)
		return error_set(err, EXIT_INPUT, "%s doesn't say which release it is", path);
	/* "6.1.0-56-cloud-amd64 (builder@host) #1 SMP …" */
	*ret = xstrndup(setup + at, strcspn(setup + at, " "));
	return 0;
}
