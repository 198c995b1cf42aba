// SPDX-License-Identifier: GPL-2.0-or-later
#include "kmempowerd.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096ul
#define WORDS (PAGE / sizeof(uint64_t))
#define MPOL_BIND 2

/* Of the page and of each word, so that no page can stand in for another. */
static uint64_t word_of(size_t page, size_t word)
{
	uint64_t x = (page * WORDS + word + 1) * 0x9e3779b97f4a7c15ull;

	return x ^ x >> 29;
}

static void bind_to(void *base, size_t size, int node)
{
	unsigned long nodes = 1ul << node;

	if (syscall(SYS_mbind, base, size, MPOL_BIND, &nodes, 8 * sizeof(nodes), 0))
		give_up("mbind to node %d", node);
}

void fill_make(struct fill *f, int node, size_t mb)
{
	size_t size = mb << 20;

	f->pages = size / PAGE;
	f->base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	f->kept = malloc(f->pages);
	if (f->base == MAP_FAILED || !f->kept)
		give_up("no %zu MB", mb);
	madvise(f->base, size, MADV_NOHUGEPAGE);
	if (node >= 0)
		bind_to(f->base, size, node);
	memset(f->kept, 1, f->pages);
	for (size_t i = 0; i < f->pages; i++) {
		for (size_t j = 0; j < WORDS; j++)
			f->base[i * WORDS + j] = word_of(i, j);
	}
}

void fill_thin(struct fill *f, unsigned int percent, unsigned int seed)
{
	for (size_t i = 0; i < f->pages; i++) {
		if (!f->kept[i] || (unsigned int)rand_r(&seed) % 100 < percent)
			continue;
		f->kept[i] = false;
		madvise(f->base + i * WORDS, PAGE, MADV_DONTNEED);
	}
}

size_t fill_wrong(const struct fill *f)
{
	size_t wrong = 0;

	for (size_t i = 0; i < f->pages; i++) {
		bool ok = true;

		for (size_t j = 0; f->kept[i] && j < WORDS; j++)
			ok &= f->base[i * WORDS + j] == word_of(i, j);
		wrong += !ok;
	}
	return wrong;
}

size_t fill_kept(const struct fill *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->pages; i++)
		n += f->kept[i];
	return n;
}

void *fill_at(const struct fill *f, size_t page)
{
	return f->base + page * WORDS;
}

size_t fill_page(const struct fill *f, struct region *ret)
{
	for (size_t i = 0; i < f->pages; i += 61) {
		if (f->kept[i] && region_find(pfn_of(fill_at(f, i)), ret) && !ret->other &&
		    ret->present == 256ul * knob_get("region_mb"))
			return i;
	}
	regions_show();
	give_up("no region without the kernel's pages");
}

void fill_drop(struct fill *f)
{
	munmap(f->base, f->pages * PAGE);
	free(f->kept);
}

unsigned long pfn_of(const void *p)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;

	if (fd < 0 || pread(fd, &entry, 8, (off_t)((uintptr_t)p / PAGE * 8)) != 8)
		give_up("no pagemap");
	close(fd);
	return entry >> 63 ? entry & ((1ull << 55) - 1) : 0;
}

/* "pages free", and the "count" of each CPU's list. */
unsigned long free_pages(void)
{
	char *text = get("/proc/zoneinfo"), *rest = text, *line;
	unsigned long sum = 0, n;

	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, " pages free %lu", &n) == 1 ||
		    sscanf(line, " count: %lu", &n) == 1)
			sum += n;
	}
	free(text);
	return sum;
}

/* Zones below ZONE_NORMAL keep something back from those who could have that. */
unsigned long node_spare(int node, const char *zone)
{
	char *text = get("/proc/zoneinfo"), *rest = text, *line;
	unsigned long spare = 0, pages = 0, high = 0, kept, n;
	char name[16] = "";
	int at = -1;

	while ((line = strsep(&rest, "\n"))) {
		sscanf(line, "Node %d, zone %15s", &at, name);
		if (sscanf(line, " pages free %lu", &n) == 1)
			pages = n;
		/* "high" is also a line of each CPU's list, with a colon. */
		if (sscanf(line, " high %lu", &n) == 1)
			high = n;
		if (sscanf(line, " protection: (%*u, %*u, %lu", &kept) == 1 && at == node &&
		    (!zone || !strcmp(name, zone)) && pages > high + kept)
			spare += pages - high - kept;
	}
	free(text);
	return spare;
}
