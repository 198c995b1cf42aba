// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"

struct hash {
	EVP_MD_CTX *ctx;
};

struct hash *hash_create(void)
{
	struct hash *h = xcalloc(1, sizeof(*h));

	h->ctx = EVP_MD_CTX_new();
	if (!h->ctx || !EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL))
		abort();
	return h;
}

void hash_destroy(struct hash *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

static void hash_raw(struct hash *h, const void *data, size_t len)
{
	if (!EVP_DigestUpdate(h->ctx, data, len))
		abort();
}

void hash_u64(struct hash *h, unsigned long long v)
{
	unsigned char le[8];

	for (int i = 0; i < 8; i++)
		le[i] = (unsigned char)(v >> (8 * i));
	hash_raw(h, le, sizeof(le));
}

void hash_add(struct hash *h, const void *data, size_t len)
{
	hash_u64(h, len);
	hash_raw(h, data, len);
}

void hash_str(struct hash *h, const char *s)
{
	if (s)
		hash_add(h, s, strlen(s));
	else
		hash_u64(h, UINT64_MAX);
}

int hash_file(struct hash *h, const char *path, struct error **err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[64 * 1024];
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "open %s", path);
	hash_u64(h, (unsigned long long)st.st_size);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno != EINTR)
			return error_errno(err, errno, "read %s", path);
		if (n > 0)
			hash_raw(h, chunk, (size_t)n);
	}
	return 0;
}

static bool is_skipped(const char *name, const char *const *skip)
{
	for (size_t i = 0; skip && skip[i]; i++) {
		if (streq(name, skip[i]))
			return true;
	}
	return false;
}

static int hash_link(struct hash *h, const char *path, struct error **err)
{
	char target[4096];
	ssize_t n = readlink(path, target, sizeof(target));

	if (n < 0)
		return error_errno(err, errno, "read link %s", path);
	hash_add(h, target, (size_t)n);
	return 0;
}

static int hash_entry(struct hash *h, const char *path, const char *const *skip, struct error **err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return error_errno(err, errno, "stat %s", path);
	/* Of the mode only what a checkout keeps, so that the umask doesn't matter. */
	hash_u64(h, (st.st_mode & S_IFMT) | (st.st_mode & S_IXUSR));
	if (S_ISDIR(st.st_mode))
		return hash_tree(h, path, skip, err);
	if (S_ISLNK(st.st_mode))
		return hash_link(h, path, err);
	return hash_file(h, path, err);
}

int hash_tree(struct hash *h, const char *path, const char *const *skip, struct error **err)
{
	_cleanup_strv_ char **names = NULL;

	if (dir_list(path, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *child = xasprintf("%s/%s", path, names[i]);

		if (is_skipped(names[i], skip))
			continue;
		hash_str(h, names[i]);
		if (hash_entry(h, child, skip, err) < 0)
			return -1;
	}
	hash_u64(h, 0); /* end of the folder */
	return 0;
}

void hash_finish(struct hash *h, char ret[HASH_HEX])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	if (!EVP_DigestFinal_ex(h->ctx, digest, &len) || len != 32)
		abort();
	for (unsigned int i = 0; i < len; i++)
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}
