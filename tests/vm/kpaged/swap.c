// SPDX-License-Identifier: GPL-2.0-or-later
#include "kpaged.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

/* 0 pages: all. As mkswap leaves it: version and last page at 1024, the magic at the page's end. */
void swap_on_pages(const char *device, unsigned long pages)
{
	char page[4096] = { 0 };
	int fd = open(device, O_RDWR | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	uint32_t info[2] = { 1, (uint32_t)(pages ? pages : (unsigned long)size / 4096 - 1) };

	if (size <= 0)
		give_up("%s: %s", device, strerror(errno));
	memcpy(page + 1024, info, sizeof(info));
	memcpy(page + sizeof(page) - 10, "SWAPSPACE2", 10);
	if (pwrite(fd, page, sizeof(page), 0) != (ssize_t)sizeof(page) || fsync(fd) < 0 ||
	    close(fd) < 0 || swapon(device, 0) < 0)
		give_up("swap on %s: %s", device, strerror(errno));
}

void swap_on(const char *device)
{
	swap_on_pages(device, 0);
}

void swap_off(const char *device)
{
	if (swapoff(device) < 0)
		give_up("swap off: %s", strerror(errno));
}

static uint64_t number_of(const char *path, const char *name)
{
	char *text = get(path), *at = text;
	size_t len = strlen(name);
	uint64_t value = 0;

	for (; at && *at; at = strchr(at, '\n'), at += at != NULL) {
		if (!strncmp(at, name, len) && (at[len] == ' ' || at[len] == ':')) {
			value = strtoull(at + len + 1, NULL, 10);
			break;
		}
	}
	free(text);
	return value;
}

uint64_t vmstat(const char *name)
{
	return number_of("/proc/vmstat", name);
}

uint64_t slab_objects(const char *name)
{
	char path[80];

	/* What each CPU keeps for later isn't told from what is in use. */
	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", name);
	put(path, "1");
	return number_of("/proc/slabinfo", name);
}

uint64_t free_mb(void)
{
	return number_of("/proc/meminfo", "MemFree") >> 10;
}
