// SPDX-License-Identifier: GPL-2.0-or-later
/* What of the cache has not been used for long. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "kernel/store.h"

#define DAY (24 * 3600)

/*
 * Folders of folders, whose times say when they were used last.  Others are
 * small, and in shells/ there may be somebody's work.
 */
static const char *const kinds[] = { "kernels", "objects", "sources", "builds" };

/* builds/ID.PID: rubbish as soon as its process is gone. */
static bool is_orphan(const char *name)
{
	const char *dot = strrchr(name, '.');
	pid_t pid = dot ? (pid_t)strtol(dot + 1, NULL, 10) : 0;

	return pid > 0 && kill(pid, 0) < 0 && errno == ESRCH;
}

static unsigned long long tree_bytes(const char *path)
{
	char *argv[] = { "du", "-sk", (char *)path, NULL };
	_cleanup_free_ char *text = NULL;

	return proc_output(argv, &text, NULL) < 0 ? 0 : strtoull(text, NULL, 10) * 1024;
}

static void look_at(const char *kind, const char *dir, const char *name, unsigned int days,
		    struct stale **list, size_t *n)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	struct stat st;
	struct stale *s;
	time_t age;

	if (*name == '.' || lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return;
	age = time(NULL) - st.st_mtime;
	if (streq(kind, "builds") ? !is_orphan(name) : age < (time_t)days * DAY)
		return;
	s = ARRAY_APPEND(*list, *n);
	s->bytes = tree_bytes(path);
	s->path = steal_ptr(&path);
	s->days = age > 0 ? (unsigned int)(age / DAY) : 0;
}

int kernel_stale(unsigned int days, struct stale **ret, size_t *ret_n, struct error **err)
{
	struct stale *list = NULL;
	size_t n = 0;

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		_cleanup_free_ char *dir = NULL;
		_cleanup_strv_ char **names = NULL;

		if (cache_dir(kinds[k], &dir, err) < 0 || dir_list(dir, &names, err) < 0) {
			stale_free(list, n);
			return -1;
		}
		for (size_t i = 0; names[i]; i++)
			look_at(kinds[k], dir, names[i], days, &list, &n);
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

/* Renamed first: half a kernel must not look like one, whatever ends us in between. */
bool kernel_evict(const struct stale *s)
{
	const char *name = strrchr(s->path, '/') + 1;
	_cleanup_free_ char *dir = xstrndup(s->path, (size_t)(name - 1 - s->path));
	_cleanup_free_ char *lock_name = xasprintf("%s/.lock-%s", dir, name);
	_cleanup_free_ char *tmp = xasprintf("%s/.tmp-%s", dir, name);
	_cleanup_close_ int lock = -1;

	if (lock_take(lock_name, false, &lock, NULL) < 0 || dir_remove(tmp, NULL) < 0 ||
	    rename(s->path, tmp) < 0)
		return false;
	return dir_remove(tmp, NULL) == 0;
}

void stale_free(struct stale *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(s[i].path);
	free(s);
}
