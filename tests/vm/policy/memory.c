// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK (1ul << 20)

struct zone {
	char name[40];
	unsigned long free, min, low, managed;
	unsigned long reserved; /* blocks for atomic high orders: free, but not for a watermark */
};

static unsigned long reserved_of(const char *zone)
{
	char *text = get("/proc/pagetypeinfo"), name[16], at_name[16];
	char *pages = text ? strstr(text, "Pages per block:") : NULL;
	char *line = text ? strstr(text, "Number of blocks type") : NULL;
	unsigned long blocks, found = 0;
	unsigned int node, at_node;

	if (!pages || !line || sscanf(zone, "Node %u, zone %15s", &node, name) != 2)
		give_up("/proc/pagetypeinfo can't be read");
	while ((line = strchr(line, '\n')) && sscanf(++line, "Node %u, zone %15s %*u %*u %*u %lu",
						     &at_node, at_name, &blocks) == 3) {
		if (at_node == node && !strcmp(at_name, name))
			found = blocks * strtoul(pages + strlen("Pages per block:"), NULL, 10);
	}
	free(text);
	return found;
}

/* The next zone that has memory, of what is left of /proc/zoneinfo. */
static bool next_zone(char **rest, struct zone *z)
{
	char *line;

	*z = (struct zone){ 0 };
	while ((line = strsep(rest, "\n"))) {
		if (!strncmp(line, "Node", 4))
			snprintf(z->name, sizeof(z->name), "%s", line);
		sscanf(line, " pages free %lu", &z->free);
		sscanf(line, " min %lu", &z->min);
		sscanf(line, " low %lu", &z->low);
		if (sscanf(line, " managed %lu", &z->managed) == 1 && z->managed) {
			z->reserved = reserved_of(z->name);
			return true;
		}
	}
	return false;
}

static unsigned long missing(const struct zone *z, unsigned int mult)
{
	unsigned long lots = z->min + mult * (z->low - z->min);

	return z->free <= lots + z->reserved ? lots + z->reserved + 1 - z->free : 0;
}

unsigned long memory_lots(unsigned int mult)
{
	char *text = get("/proc/zoneinfo"), *rest = text;
	unsigned long sum = 0;
	struct zone z;

	while (next_zone(&rest, &z))
		sum += missing(&z, mult);
	free(text);
	return sum;
}

void memory_show(unsigned int mult)
{
	char *text = get("/proc/zoneinfo"), *rest = text;
	struct zone z;

	while (next_zone(&rest, &z))
		say("# %s: free %lu, reserved %lu, min %lu, low %lu, managed %lu, missing %lu",
		    z.name, z.free, z.reserved, z.min, z.low, z.managed, missing(&z, mult));
	free(text);
}

static unsigned long vmstat(const char *name)
{
	char *text = get("/proc/vmstat"), *at = strstr(text, name);
	unsigned long value = at ? strtoul(at + strlen(name), NULL, 10) : 0;

	free(text);
	return value;
}

/* Stays open: at the last close of a block device its page cache goes. */
static int device(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/vda", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		give_up("no /dev/vda");
	return fd;
}

/* kswapd has stopped when it reclaimed nothing for a fifth of a second. */
static void settle(void)
{
	unsigned long before, now = vmstat("pgsteal_kswapd ");

	do {
		before = now;
		sleep_ms(200);
		now = vmstat("pgsteal_kswapd ");
	} while (now != before);
}

static off_t read_to;

/* What follows on the device, so that it is not in the page cache yet. */
static void read_on(size_t size)
{
	static char buffer[CHUNK];

	if (pread(device(), buffer, size, read_to) != (ssize_t)size)
		read_to = 0;
	read_to += (off_t)size;
}

void memory_fill(void)
{
	unsigned long pages = (unsigned long)sysconf(_SC_PHYS_PAGES);
	unsigned long steal = vmstat("pgsteal_kswapd ");

	for (unsigned long i = 0; i < pages / (CHUNK / 4096) * 2; i++) {
		read_on(CHUNK);
		if (vmstat("pgsteal_kswapd ") - steal > pages / 8)
			break;
	}
	settle();
}

void memory_drain(unsigned int mult)
{
	for (int i = 0; i < 10000 && !memory_lots(mult); i++)
		read_on(1 << 14);
}

void memory_relieve(unsigned int mult)
{
	for (off_t at = read_to; at > 0 && memory_lots(mult); at -= 1 << 16)
		posix_fadvise(device(), at, 1 << 16, POSIX_FADV_DONTNEED);
}

void read_device(void)
{
	char *buffer = malloc(CHUNK);
	int fd = device();
	/* Far from what memory_fill() has read, which may still be in the page cache. */
	off_t at = lseek(fd, 0, SEEK_END) / 2;

	for (;;) {
		if (pread(fd, buffer, CHUNK, at) != (ssize_t)CHUNK)
			at = 0;
		at += CHUNK;
	}
}

void touch_memory(void)
{
	size_t size = (size_t)sysconf(_SC_PHYS_PAGES) * 4096 / 8;

	for (;;) {
		char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED)
			continue;
		memset(p, 1, size);
		munmap(p, size);
	}
}
