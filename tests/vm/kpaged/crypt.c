// SPDX-License-Identifier: GPL-2.0-or-later
/* A device that encrypts what goes to the swap disk, as cryptsetup makes it. */
#include "kpaged.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CONTROL "/dev/mapper/control"

struct request {
	struct dm_ioctl dm;
	struct dm_target_spec target;
	char params[256];
};

static struct request request_for(const char *name)
{
	struct request r = {
		.dm = {
			.version = { DM_VERSION_MAJOR, 0, 0 },
			.data_size = sizeof(r),
			.data_start = sizeof(r.dm),
		},
	};

	strncpy(r.dm.name, name, sizeof(r.dm.name) - 1);
	return r;
}

static void ask(int control, unsigned long what, struct request *r)
{
	if (ioctl(control, what, r) < 0)
		give_up("device mapper, %s: %s", r->dm.name, strerror(errno));
}

static uint64_t sectors(const char *device)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	uint64_t bytes = 0;

	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &bytes) < 0)
		give_up("%s: %s", device, strerror(errno));
	close(fd);
	return bytes / 512;
}

const char *crypt_attach(void)
{
	static char path[40];
	int control = open(CONTROL, O_RDWR | O_CLOEXEC);
	struct request r = request_for("crypt");
	char key[129];

	if (control < 0)
		give_up(CONTROL ": %s", strerror(errno));
	memset(key, 'a', 64);
	memset(key + 64, 'b', 64); /* the two halves must differ */
	key[128] = '\0';

	ask(control, DM_DEV_CREATE, &r);
	/* What makedev() has in other places: 8 bits of the minor, the major, the rest. */
	snprintf(path, sizeof(path), "/dev/dm-%llu",
		 (unsigned long long)((r.dm.dev & 0xff) | (r.dm.dev >> 12 & 0xfff00)));
	r = request_for("crypt");
	r.dm.target_count = 1;
	r.target.length = sectors(SWAP_DISK);
	strcpy(r.target.target_type, "crypt");
	snprintf(r.params, sizeof(r.params), "aes-xts-plain64 %s 0 %s 0", key, SWAP_DISK);
	ask(control, DM_TABLE_LOAD, &r);
	r = request_for("crypt");
	ask(control, DM_DEV_SUSPEND, &r); /* without the flag for it: it resumes */
	close(control);
	return path;
}

void crypt_detach(void)
{
	int control = open(CONTROL, O_RDWR | O_CLOEXEC);
	struct request r = request_for("crypt");

	ask(control, DM_DEV_REMOVE, &r);
	close(control);
}
