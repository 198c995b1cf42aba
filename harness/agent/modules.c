// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/file.h"
#include "base/str.h"

/* Kernel messages since the fd was put at their end, joined by "; ". */
static char *kernel_words(int kmsg)
{
	struct strbuf b = { 0 };
	char record[1024];
	ssize_t n;

	while ((n = read(kmsg, record, sizeof(record) - 1)) > 0) {
		char *text;

		record[n] = '\0';
		text = strchr(record, ';'); /* "priority,sequence,time,flags;text\n" */
		if (!text || b.len > 1000)
			continue;
		text[strcspn(text, "\n")] = '\0';
		strbuf_printf(&b, "%s%s", b.len ? "; " : "", text + 1);
	}
	return strbuf_steal(&b);
}

int module_load(const char *path, const char *params, struct error **err)
{
	_cleanup_close_ int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *words = NULL;
	int e;

	if (fd < 0)
		return error_errno(err, errno, "open %s", path);
	lseek(kmsg, 0, SEEK_END);
	if (syscall(SYS_finit_module, fd, params, 0) == 0 || errno == EEXIST)
		return 0;
	e = errno;
	words = kernel_words(kmsg);
	if (*words)
		return error_errno(err, e, "load %s (the kernel: %s)", path, words);
	return error_errno(err, e, "load %s", path);
}

char *module_name(const char *path)
{
	const char *base = strrchr(path, '/');
	char *name = xstrdup(base ? base + 1 : path);

	name[strcspn(name, ".")] = '\0';
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

/* "name size refcount users state address" */
bool module_live(const char *name)
{
	_cleanup_free_ char *text = NULL;
	size_t len = strlen(name);
	char *save = NULL;

	if (file_read("/proc/modules", &text, NULL, NULL) < 0)
		return false;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, name, len) == 0 && line[len] == ' ')
			return strstr(line, " Live ") != NULL;
	return false;
}
