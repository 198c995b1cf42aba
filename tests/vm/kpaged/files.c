// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What kswapd may have to wait for: swap on a loop device whose file is on ext4,
 * and a process that writes files under a limit of its own.
 */
#include "kpaged.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DISK "/dev/vdc"
#define FILES "/files"
#define GROUP "/group/limited"
#define MB (1ul << 20)

void files_mount(void)
{
	mkdir(FILES, 0755);
	if (mount(DISK, FILES, "ext4", 0, NULL) < 0)
		give_up("mount " DISK ": %s", strerror(errno));
}

/* A device over a new file; where both are isn't seen from outside. */
const char *loop_attach(unsigned int mb)
{
	static char device[40];
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), fd, loop, n;

	fd = open(FILES "/swap", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || posix_fallocate(fd, 0, (off_t)(mb * MB)) != 0)
		give_up("a file of %u MB: %s", mb, strerror(errno));
	n = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	if (n < 0)
		give_up("no loop device: %s", strerror(errno));
	snprintf(device, sizeof(device), "/dev/loop%d", n);
	loop = open(device, O_RDWR | O_CLOEXEC);
	if (loop < 0 || ioctl(loop, LOOP_SET_FD, fd) < 0)
		give_up("%s: %s", device, strerror(errno));
	close(fd);
	close(control);
	return device; /* loop stays open: it goes with its last user */
}

/* --- a group with a limit ------------------------------------------------------------ */

static unsigned int group_mb;

bool group_make(unsigned int limit_mb)
{
	char text[32];

	mkdir("/group", 0755);
	if (mount("group", "/group", "cgroup2", 0, NULL) < 0 && errno != EBUSY)
		return false;
	put("/group/cgroup.subtree_control", "+memory");
	mkdir(GROUP, 0755);
	snprintf(text, sizeof(text), "%lu", limit_mb * MB);
	return put(GROUP "/memory.max", text);
}

static void join(void)
{
	put(GROUP "/cgroup.procs", "0");
}

static void write_file(void)
{
	char *buffer = malloc(MB);
	int fd;

	join();
	fd = open(FILES "/written", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	memset(buffer, 'w', MB);
	for (unsigned int i = 0; i < group_mb; i++) {
		if (write(fd, buffer, MB) != (ssize_t)MB)
			_exit(1);
	}
	_exit(fsync(fd) < 0);
}

static void use_memory(void)
{
	char *p;

	join();
	p = mmap(NULL, group_mb * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		_exit(1);
	memset(p, 1, group_mb * MB);
	_exit(0);
}

pid_t group_writes(unsigned int mb)
{
	group_mb = mb;
	return spawn(write_file);
}

pid_t group_uses(unsigned int mb)
{
	group_mb = mb;
	return spawn(use_memory);
}

/* Whether it comes to its end, and to a good one. */
bool comes_to_end(pid_t pid, unsigned int seconds)
{
	uint64_t end = now_ms() + seconds * 1000;
	int status = -1;
	pid_t ended = 0;

	while (!ended && now_ms() < end) {
		sleep_ms(50);
		ended = waitpid(pid, &status, WNOHANG);
	}
	if (!ended)
		reap(pid);
	return ended == pid && status == 0;
}
