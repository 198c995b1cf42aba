// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/cpus.h"

#include <unistd.h>

#include "agent/write.h"
#include "base/file.h"
#include "base/str.h"

#define CPU_DIR "/sys/devices/system/cpu"

/* The boot CPU has no such file on kernels that can't do without it. */
static int join(long cpu, struct error **err)
{
	_cleanup_free_ char *path = xasprintf(CPU_DIR "/cpu%ld/online", cpu);
	_cleanup_free_ char *state = NULL;

	if (access(path, F_OK) < 0)
		return 0;
	if (file_read(path, &state, NULL, err) < 0)
		return -1;
	return state[0] == '1' ? 0 : write_text(path, "1", err);
}

int cpus_join(struct error **err)
{
	for (long cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		if (join(cpu, err) < 0)
			return error_wrap(err, "bring up CPU %ld", cpu);
	}
	return 0;
}
