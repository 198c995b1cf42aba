// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *policy;

int module_load_with(const char *path, const char *params)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long r;

	if (fd < 0)
		return -errno;
	r = syscall(SYS_finit_module, fd, params, 0) < 0 ? -errno : 0;
	close(fd);
	return (int)r;
}

int module_load(const char *path)
{
	return module_load_with(path, "");
}

int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) < 0 ? -errno : 0;
}

void policy_load(void)
{
	int r = module_load("/policy.ko");

	if (r)
		give_up("the module doesn't load: %s", strerror(-r));
}

void policy_unload(void)
{
	char name[80];
	int r;

	snprintf(name, sizeof(name), "policy_%s", policy);
	r = module_unload(name);
	if (r)
		give_up("the module doesn't unload: %s", strerror(-r));
}

static const char *knob_path(const char *knob)
{
	static char path[160];

	snprintf(path, sizeof(path), "/proc/sys/vm/policy_%s/%s", policy, knob);
	return path;
}

bool knob_put(const char *knob, unsigned int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	return put(knob_path(knob), text);
}

unsigned int knob_get(const char *knob)
{
	char *text = get(knob_path(knob));
	unsigned int value = text ? (unsigned int)strtoul(text, NULL, 10) : ~0u;

	free(text);
	return value;
}

void counters_show(void)
{
	char path[100], *text, *line, *rest;

	snprintf(path, sizeof(path), "/proc/policy/%s", policy);
	text = rest = get(path);
	while (text && (line = strsep(&rest, "\n")))
		say("# %s", line);
	free(text);
}

uint64_t counter(const char *name)
{
	char path[100], *text, *line, *rest;
	uint64_t value = 0;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/policy/%s", policy);
	text = rest = get(path);
	while (text && !found && (line = strsep(&rest, "\n"))) {
		size_t len = strlen(name);

		found = !strncmp(line, name, len) && line[len] == ' ';
		if (found)
			value = strtoull(line + len, NULL, 10);
	}
	free(text);
	if (!found && !strchr(name, '.'))
		give_up("%s has no counter %s", path, name);
	return value;
}
