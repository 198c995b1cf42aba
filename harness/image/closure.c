// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/closure.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/proc.h"
#include "base/str.h"

int closure_find(const char *program, char **ret, struct error **err)
{
	_cleanup_free_ char *path = xstrdup(getenv("PATH") ?: "/usr/bin:/bin");
	char *save = NULL;

	for (char *dir = strtok_r(path, ":", &save); dir; dir = strtok_r(NULL, ":", &save)) {
		_cleanup_free_ char *file = xasprintf("%s/%s", dir, program);

		if (*dir == '/' && access(file, X_OK) == 0) {
			*ret = steal_ptr(&file);
			return 0;
		}
	}
	return error_set(err, EXIT_HOST, "the program %s isn't installed", program);
}

static void add_once(char ***paths, const char *path)
{
	for (char **p = *paths; p && *p; p++) {
		if (streq(*p, path))
			return;
	}
	strv_add(paths, path);
}

/*
 *	linux-vdso.so.1 (0x…)				the kernel's
 *	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)
 *	libx.so.1 => not found
 *	/lib64/ld-linux-x86-64.so.2 (0x…)
 *	statically linked
 */
int closure_parse_ldd(const char *program, char *text, char ***paths, struct error **err)
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *path = strchr(line, '/');

		if (strstr(line, "=> not found"))
			return error_set(err, EXIT_HOST, "%s: %s", program,
					 line + strspn(line, " \t"));
		if (!path)
			continue;
		path[strcspn(path, " ")] = '\0';
		add_once(paths, path);
	}
	return 0;
}

/* ELF with a loader named in it?  -1 when it isn't ELF at all. */
static int is_dynamic(const char *path, struct error **err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf64_Ehdr e;
	Elf64_Phdr p;

	if (fd < 0)
		return error_errno(err, errno, "open %s", path);
	if (pread(fd, &e, sizeof(e), 0) != sizeof(e) || memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 ||
	    e.e_ident[EI_CLASS] != ELFCLASS64)
		return error_set(
			err, EXIT_INPUT,
			"%s is not a 64-bit ELF program: the guest has no interpreter for it",
			path);
	for (int i = 0; i < e.e_phnum; i++) {
		if (pread(fd, &p, sizeof(p), (off_t)(e.e_phoff + i * sizeof(p))) != sizeof(p))
			return error_set(err, EXIT_INPUT, "%s: program headers are cut off", path);
		if (p.p_type == PT_INTERP)
			return 1;
	}
	return 0;
}

int closure_add(const char *program, char ***paths, struct error **err)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	int dynamic;

	if (closure_find(program, &path, err) < 0)
		return -1;
	dynamic = is_dynamic(path, err);
	if (dynamic < 0)
		return -1;
	add_once(paths, path);
	if (!dynamic)
		return 0;
	if (proc_output((char *const[]){ "ldd", path, NULL }, &text, err) < 0)
		return -1;
	return closure_parse_ldd(program, text, paths, err);
}
