// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/cpio.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"

struct cpio {
	struct archive *archive;
	char *path;
	int64_t next_ino; /* the kernel links entries of equal inode numbers together */
};

DEFINE_GUARD(entry, struct archive_entry *, archive_entry_free)

static int failed(struct cpio *c, struct error **err)
{
	return error_errno(err, archive_errno(c->archive), "write %s: %s", c->path,
			   archive_error_string(c->archive));
}

struct cpio *cpio_create(const char *path, struct error **err)
{
	_cleanup_cpio_ struct cpio *c = xcalloc(1, sizeof(*c));

	c->archive = archive_write_new();
	c->path = xstrdup(path);
	archive_write_set_format_cpio_newc(c->archive);
	/* 512: archives can be put one behind the other, the kernel wants them 4-aligned. */
	archive_write_set_bytes_in_last_block(c->archive, 512);
	if (archive_write_open_filename(c->archive, path) != ARCHIVE_OK) {
		failed(c, err);
		return NULL;
	}
	return steal_ptr(&c);
}

static struct archive_entry *entry(struct cpio *c, const char *name, unsigned int mode, size_t size)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name[0] == '/' ? &name[1] : name);
	archive_entry_set_mode(e, mode);
	archive_entry_set_size(e, (int64_t)size);
	archive_entry_set_ino64(e, c->next_ino++);
	archive_entry_set_nlink(e, 1);
	archive_entry_set_mtime(e, 0, 0);
	return e;
}

static int put(struct cpio *c, struct archive_entry *e, const void *data, size_t len,
	       struct error **err)
{
	if (archive_write_header(c->archive, e) != ARCHIVE_OK)
		return failed(c, err);
	if (len && archive_write_data(c->archive, data, len) != (la_ssize_t)len)
		return failed(c, err);
	return 0;
}

int cpio_dir(struct cpio *c, const char *name, struct error **err)
{
	cleanup(entry_guard) struct archive_entry *e = entry(c, name, S_IFDIR | 0755, 0);

	return put(c, e, NULL, 0, err);
}

int cpio_data(struct cpio *c, const char *name, unsigned int mode, const void *data, size_t len,
	      struct error **err)
{
	cleanup(entry_guard) struct archive_entry *e = entry(c, name, S_IFREG | mode, len);

	return put(c, e, data, len, err);
}

int cpio_file(struct cpio *c, const char *name, unsigned int mode, const char *from,
	      struct error **err)
{
	_cleanup_free_ char *data = NULL;
	size_t len;

	if (file_read(from, &data, &len, err) < 0)
		return -1;
	return cpio_data(c, name, mode, data, len, err);
}

int cpio_chardev(struct cpio *c, const char *name, unsigned int major, unsigned int minor,
		 struct error **err)
{
	cleanup(entry_guard) struct archive_entry *e = entry(c, name, S_IFCHR | 0600, 0);

	archive_entry_set_rdevmajor(e, major);
	archive_entry_set_rdevminor(e, minor);
	return put(c, e, NULL, 0, err);
}

int cpio_finish(struct cpio *c, struct error **err)
{
	if (archive_write_close(c->archive) != ARCHIVE_OK)
		return failed(c, err);
	return 0;
}

void cpio_destroy(struct cpio *c)
{
	if (!c)
		return;
	archive_write_free(c->archive);
	free(c->path);
	free(c);
}
