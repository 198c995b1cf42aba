// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/snapshot.h"

#include <ctype.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"

static const struct {
	const char *path, *name;
} files[N_SNAPSHOT_FILES] = {
	[SNAPSHOT_VMSTAT] = { "/proc/vmstat", "vmstat" },
	[SNAPSHOT_INTERRUPTS] = { "/proc/interrupts", "interrupts" },
	[SNAPSHOT_MEMINFO] = { "/proc/meminfo", "meminfo" },
	[SNAPSHOT_BUDDYINFO] = { "/proc/buddyinfo", "buddyinfo" },
	[SNAPSHOT_ZONEINFO] = { "/proc/zoneinfo", "zoneinfo" },
	[SNAPSHOT_SOFTIRQS] = { "/proc/softirqs", "softirqs" },
	[SNAPSHOT_PRESSURE_CPU] = { "/proc/pressure/cpu", "pressure_cpu" },
	[SNAPSHOT_PRESSURE_MEMORY] = { "/proc/pressure/memory", "pressure_memory" },
	[SNAPSHOT_PRESSURE_IO] = { "/proc/pressure/io", "pressure_io" },
};

void snapshot_take(struct snapshot *ret)
{
	for (size_t i = 0; i < N_SNAPSHOT_FILES; i++) {
		free(ret->text[i]);
		ret->text[i] = NULL;
		file_read(files[i].path, &ret->text[i], NULL, NULL);
	}
}

int snapshot_send(const struct snapshot *s, const char *dir, struct stream *to)
{
	for (size_t i = 0; i < N_SNAPSHOT_FILES; i++) {
		_cleanup_free_ char *name = xasprintf("%s/%s", dir, files[i].name);

		if (s->text[i] && stream_file_text(to, name, s->text[i]) < 0)
			return -1;
	}
	return 0;
}

bool text_number(const char *text, const char *name, uint64_t *ret)
{
	size_t len = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n'), line += line != NULL) {
		const char *value = line + len;

		if (strncmp(line, name, len) != 0 ||
		    (*value != ' ' && *value != ':' && *value != '\t'))
			continue;
		value += strspn(value, ": \t");
		if (!isdigit((unsigned char)*value))
			return false;
		*ret = strtoull(value, NULL, 10);
		return true;
	}
	return false;
}

bool text_is_number(const char *text, uint64_t *ret)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || text[digits + strspn(text + digits, "\n")])
		return false;
	*ret = strtoull(text, NULL, 10);
	return true;
}

uint64_t snapshot_number(const struct snapshot *s, enum snapshot_file file, const char *name)
{
	uint64_t v = 0;

	if (s->text[file])
		text_number(s->text[file], name, &v);
	return v;
}
