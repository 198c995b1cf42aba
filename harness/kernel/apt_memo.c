// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/apt_memo.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/sha256.h"
#include "base/str.h"

#define PREFIX "answers-"

/* What apt reads before it answers.  For folders each entry counts. */
static const char *const inputs[] = {
	"/var/lib/apt/lists",      "/var/lib/dpkg/status", "/etc/apt/sources.list",
	"/etc/apt/sources.list.d", "/etc/apt/preferences", "/etc/apt/preferences.d",
	"/etc/apt/apt.conf",       "/etc/apt/apt.conf.d",
};

static void hash_stat(struct hash *h, const char *path)
{
	struct stat st = { 0 };

	hash_str(h, path);
	if (stat(path, &st) < 0)
		return;
	hash_u64(h, (unsigned long long)st.st_size);
	hash_u64(h, (unsigned long long)st.st_mtim.tv_sec);
	hash_u64(h, (unsigned long long)st.st_mtim.tv_nsec);
}

static void hash_input(struct hash *h, const char *path)
{
	_cleanup_strv_ char **names = NULL;

	hash_stat(h, path);
	if (!path_is_dir(path) || dir_list(path, &names, NULL) < 0)
		return;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *child = xasprintf("%s/%s", path, names[i]);

		/* The lock and the folder of downloads change without the lists changing. */
		if (!streq(names[i], "lock") && !streq(names[i], "partial"))
			hash_stat(h, child);
	}
}

/* DIR/answers-STATE: another state of the lists, another folder. */
static char *state_dir(const char *dir)
{
	_cleanup_hash_ struct hash *h = hash_create();
	char hex[HASH_HEX];

	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++)
		hash_input(h, inputs[i]);
	hash_finish(h, hex);
	return xasprintf("%s/" PREFIX "%.*s", dir, SHORT_ID - 1, hex);
}

static char *answer_path(const char *folder, char *const *words)
{
	_cleanup_hash_ struct hash *h = hash_create();
	char hex[HASH_HEX];

	for (size_t i = 0; words[i]; i++)
		hash_str(h, words[i]);
	hash_finish(h, hex);
	return xasprintf("%s/%.*s", folder, SHORT_ID - 1, hex);
}

char *apt_memo_get(const char *dir, char *const *words)
{
	_cleanup_free_ char *folder = state_dir(dir), *path = answer_path(folder, words);
	char *answer = NULL;

	return file_read(path, &answer, NULL, NULL) < 0 ? NULL : answer;
}

static void forget_others(const char *dir, const char *folder)
{
	_cleanup_strv_ char **names = NULL;

	if (dir_list(dir, &names, NULL) < 0)
		return;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *old = xasprintf("%s/%s", dir, names[i]);

		if (str_starts(names[i], PREFIX) && !streq(old, folder))
			dir_remove(old, NULL);
	}
}

void apt_memo_put(const char *dir, char *const *words, const char *answer)
{
	_cleanup_free_ char *folder = state_dir(dir), *path = answer_path(folder, words);

	if (!path_is_dir(folder))
		forget_others(dir, folder);
	if (dir_make(folder, NULL) == 0)
		file_puts(path, answer, NULL);
}
