// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/mounts.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "agent/log.h"
#include "base/str.h"
#include "wire/job.h"

struct mount_row {
	const char *type, *path, *options;
	bool needed;
};

/*
 * /out is bounded: its pages are memory of the guest, and a workload that
 * writes without end must not become the measurement.
 */
static const struct mount_row rows[] = {
	{ "proc", "/proc", NULL, true },
	{ "sysfs", "/sys", NULL, true },
	{ "devtmpfs", "/dev", NULL, true },
	{ "tmpfs", "/dev/shm", NULL, false },
	{ "tmpfs", "/tmp", "size=16m", true },
	{ "tmpfs", JOB_OUT_DIR, "size=32m", true },
	{ "tracefs", "/sys/kernel/tracing", NULL, false },
	{ "debugfs", "/sys/kernel/debug", NULL, false },
	{ "cgroup2", "/sys/fs/cgroup", NULL, false },
};

/* EBUSY: the kernel has mounted devtmpfs by itself (CONFIG_DEVTMPFS_MOUNT). */
static int mount_row(const struct mount_row *m, struct error **err)
{
	mkdir(m->path, 0755);
	if (mount(m->type, m->path, m->type, 0, m->options) == 0 || errno == EBUSY)
		return 0;
	return error_errno(err, errno, "mount %s on %s", m->type, m->path);
}

int mounts_kernel(struct error **err)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_error_ struct error *e = NULL;

		if (mount_row(&rows[i], &e) == 0)
			continue;
		if (rows[i].needed)
			return error_propagate(err, steal_ptr(&e));
		log_line("%s", e->msg);
	}
	return 0;
}

/* The folders have to be in the image: it is read-only. */
static int bind_into_tools(struct error **err)
{
	static const char *const dirs[] = { "/proc", "/sys", "/dev", "/tmp", JOB_OUT_DIR };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		_cleanup_free_ char *to = xasprintf(TOOLS_DIR "%s", dirs[i]);

		if (mount(dirs[i], to, NULL, MS_BIND | MS_REC, NULL) < 0)
			return error_errno(err, errno, "bind %s into the tools image", dirs[i]);
	}
	return 0;
}

/*
 * Not DAX: libnvdimm gives no page structs to an NFIT range without a
 * namespace label (6.1, 6.12), so EROFS would fall back to the page cache
 * anyway, with a warning.
 */
int mounts_tools(const char *device, struct error **err)
{
	mkdir(TOOLS_DIR, 0755);
	if (mount(device, TOOLS_DIR, "erofs", MS_RDONLY, NULL) < 0)
		return error_errno(err, errno, "mount the tools image %s", device);
	return bind_into_tools(err);
}
