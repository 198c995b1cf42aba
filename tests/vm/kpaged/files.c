// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files on ext4: one that a loop device is over, and one that a process writes
 * under a limit of its own.
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
#include <unistd.h>

#define DISK "/dev/vdc"
#define FILES "/files"
#define GROUP "/group/limited"
#define MB (1ul << 20)
#define LOOP_MB 256ul

void files_mount(void)
{
	static bool mounted;

	if (mounted)
		return;
	mounted = true;
	mkdir(FILES, 0755);
	if (mount(DISK, FILES, "ext4", 0, NULL) < 0)
		give_up("mount " DISK ": %s", strerror(errno));
}

static int loop;

/* A device over a new file; where both are isn't seen from outside. */
const char *loop_attach(void)
{
	static char device[40];
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), fd, n;

	fd = open(FILES "/swap", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || posix_fallocate(fd, 0, LOOP_MB * MB) != 0)
		give_up("a file of %lu MB: %s", LOOP_MB, strerror(errno));
	n = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	if (n < 0)
		give_up("no loop device: %s", strerror(errno));
	snprintf(device, sizeof(device), "/dev/loop%d", n);
	loop = open(device, O_RDWR | O_CLOEXEC);
	if (loop < 0 || ioctl(loop, LOOP_SET_FD, fd) < 0)
		give_up("%s: %s", device, strerror(errno));
	close(fd);
	close(control);
	return device;
}

void loop_detach(void)
{
	ioctl(loop, LOOP_CLR_FD, 0);
	close(loop);
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

/* What there is at `at`, so that a piece that is another's doesn't pass for it. */
static void fill(uint64_t *buffer, uint64_t at)
{
	for (size_t i = 0; i < MB / sizeof(*buffer); i++)
		buffer[i] = at + i * 0x9e3779b97f4a7c15ull;
}

/* Exits with 0: all of it is there again when it is read from the disk. */
static void write_file(void)
{
	uint64_t *buffer = malloc(MB), *wanted = malloc(MB);
	int fd;

	join();
	fd = open(FILES "/written", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	for (unsigned int i = 0; i < group_mb; i++) {
		fill(buffer, i);
		if (write(fd, buffer, MB) != (ssize_t)MB)
			_exit(1);
	}
	if (fsync(fd) < 0)
		_exit(2);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	for (unsigned int i = 0; i < group_mb; i++) {
		fill(wanted, i);
		if (pread(fd, buffer, MB, (off_t)(i * MB)) != (ssize_t)MB ||
		    memcmp(buffer, wanted, MB) != 0)
			_exit(3);
	}
	_exit(0);
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
