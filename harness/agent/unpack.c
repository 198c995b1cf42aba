// SPDX-License-Identifier: GPL-2.0-or-later
/* The format: Documentation/driver-api/early-userspace/buffer-format.rst of the kernel. */
#include "agent/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"

#define MAGIC "070701"
#define DIGITS 8 /* hexadecimal, a field */
#define HEADER (sizeof(MAGIC) - 1 + 13 * (size_t)DIGITS)
#define TRAILER "TRAILER!!!"

enum field { MODE = 1, SIZE = 6, NAME_SIZE = 11 };

struct entry {
	const char *name; /* with its NUL */
	const uint8_t *data;
	size_t size, whole; /* of the data; of header, name, data and padding */
	unsigned int mode;
};

static size_t field(const uint8_t *header, enum field which)
{
	char text[DIGITS + 1] = { 0 };

	memcpy(text, header + sizeof(MAGIC) - 1 + (size_t)which * DIGITS, DIGITS);
	return strtoul(text, NULL, 16);
}

static size_t padded(size_t n)
{
	return (n + 3) / 4 * 4;
}

/* false: not an entry, or not a whole one. */
static bool read_entry(const uint8_t *p, size_t left, struct entry *ret)
{
	size_t name_size, data_at;

	if (left < HEADER || memcmp(p, MAGIC, sizeof(MAGIC) - 1) != 0)
		return false;
	name_size = field(p, NAME_SIZE);
	data_at = padded(HEADER + name_size);
	*ret = (struct entry){
		.name = (const char *)p + HEADER,
		.data = p + data_at,
		.size = field(p, SIZE),
		.whole = data_at + padded(field(p, SIZE)),
		.mode = (unsigned int)field(p, MODE),
	};
	return name_size && ret->whole <= left && ret->name[name_size - 1] == '\0';
}

static int put_file(const struct entry *e, const char *path, struct error **err)
{
	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, e->mode & 07777);

	if (fd < 0 || fd_write(fd, e->data, e->size) < 0)
		return error_errno(err, errno, "unpack %s", path);
	return 0;
}

static int put(const struct entry *e, const char *root, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s%s", root, e->name);

	if (!S_ISDIR(e->mode))
		return put_file(e, path, err);
	if (mkdir(path, e->mode & 07777) < 0 && errno != EEXIST)
		return error_errno(err, errno, "make folder %s", path);
	return 0;
}

int unpack_cpio(const uint8_t *data, size_t len, const char *root, struct error **err)
{
	struct entry e;

	for (size_t at = 0; read_entry(data + at, len - at, &e); at += e.whole) {
		if (streq(e.name, TRAILER))
			return 0;
		if (put(&e, root, err) < 0)
			return -1;
	}
	return error_set(err, EXIT_FAULT, "an archive of %zu bytes is broken off", len);
}
