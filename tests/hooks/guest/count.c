// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PID 1 of a guest in which one instruction is one tick of the TSC (-icount
 * shift=0): how many does a fixed piece of work take?  A line a phase: name,
 * units of work, instructions.  In no phase does the CPU idle, since the clock
 * runs then too.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>
#include <x86intrin.h>

#define PAGE 4096ul

static unsigned long fail(const char *what)
{
	printf("count: %s: %m\n", what);
	reboot(RB_POWER_OFF);
	exit(1);
}

static unsigned long vmstat(const char *name)
{
	static char text[1 << 16];
	int fd = open("/proc/vmstat", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	char *at;

	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	at = strstr(text, name);
	return at ? strtoul(at + strlen(name), NULL, 10) : fail(name);
}

/* Page cache through kswapd: pages of a device that is larger than memory. */
static unsigned long read_device(void)
{
	static char buffer[PAGE];
	unsigned long pages = 0;
	int fd = open("/dev/pmem0", O_RDONLY);

	if (fd < 0)
		fail("/dev/pmem0");
	while (read(fd, buffer, sizeof(buffer)) == (ssize_t)sizeof(buffer))
		pages++;
	close(fd);
	return pages;
}

/* Faults and frees, with memory to spare: hooks or not, no one is asked. */
static unsigned long touch(void)
{
	unsigned long pages = 0;

	for (int i = 0; i < 16; i++) {
		size_t size = 16ul << 20;
		char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED)
			fail("mmap");
		madvise(p, size, MADV_NOHUGEPAGE);
		for (size_t at = 0; at < size; at += PAGE, pages++)
			p[at] = 1;
		munmap(p, size);
	}
	return pages;
}

static void measure(const char *name, unsigned long (*run)(void))
{
	unsigned long wakes = vmstat("pageoutrun ");
	uint64_t before = __rdtsc();
	unsigned long units = run();
	uint64_t after = __rdtsc();

	printf("phase %s %lu %llu %lu\n", name, units, (unsigned long long)(after - before),
	       vmstat("pageoutrun ") - wakes);
}

int main(void)
{
	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	measure("fault", touch);
	measure("reclaim", read_device);
	measure("reclaim", read_device);
	fflush(stdout);
	reboot(RB_POWER_OFF);
}
