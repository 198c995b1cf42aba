// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/regions.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

#define PAGES_PER_MB 256
#define CHUNK 8192 /* pages read at a time */

/* linux/kernel-page-flags.h has their numbers; RESERVED is not in the part for user space. */
#define KPF_LRU (1ull << 5)
#define KPF_BUDDY (1ull << 10)
#define KPF_NOPAGE (1ull << 20)
#define KPF_OFFLINE (1ull << 23)
#define KPF_RESERVED (1ull << 32)

/* Pages of one region. */
struct fill {
	unsigned int present;
	unsigned int free;    /* in the page allocator: KPF_BUDDY is told of each page of a block */
	unsigned int held;    /* nobody's, and not given out: a balloon's, or a policy's */
	unsigned int movable; /* on LRU lists */
	unsigned int reserved; /* the kernel's own since boot, or no memory at all */
};

struct regions {
	int fd;
	uint64_t pages; /* of a region */
	uint64_t flags[CHUNK];
};

struct text {
	char *to;
	size_t room, len;
	bool full;
};

struct regions *regions_open(const char *path, unsigned int region_mb, struct error **err)
{
	struct regions *r = xcalloc(1, sizeof(*r));

	r->pages = (uint64_t)region_mb * PAGES_PER_MB;
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd >= 0)
		return r;
	error_errno(err, errno, "open %s (CONFIG_PROC_PAGE_MONITOR)", path);
	free(r);
	return NULL;
}

void regions_close(struct regions *r)
{
	if (!r)
		return;
	close(r->fd);
	free(r);
}

static void count(struct fill *f, uint64_t flags)
{
	if (flags & KPF_NOPAGE)
		return;
	f->present++;
	if (flags & KPF_BUDDY)
		f->free++;
	else if (flags & KPF_OFFLINE)
		f->held++;
	else if (flags & KPF_LRU)
		f->movable++;
	else if (flags & KPF_RESERVED)
		f->reserved++;
}

static void put(struct text *t, const char *line, int len)
{
	if (t->full || (size_t)len >= t->room - t->len) {
		t->full = true;
		return;
	}
	memcpy(t->to + t->len, line, (size_t)len);
	t->len += (size_t)len;
}

/* Where there is a map of pages and no memory behind it, all of them are reserved. */
static void put_region(struct text *t, uint64_t start, struct fill *f)
{
	char line[96];

	if (f->present > f->reserved)
		put(t, line,
		    snprintf(line, sizeof(line), "%" PRIu64 " %u %u %u %u\n", start, f->present,
			     f->free, f->held, f->movable));
	*f = (struct fill){ 0 };
}

size_t regions_read(struct regions *r, char *to, size_t room)
{
	static const char names[] = "# start_pfn present free held movable\n";
	struct text t = { .to = to, .room = room };
	struct fill fill = { 0 };
	uint64_t pfn = 0;
	ssize_t n;

	put(&t, names, (int)strlen(names));
	while ((n = pread(r->fd, r->flags, sizeof(r->flags), (off_t)(pfn * sizeof(uint64_t)))) >=
	       (ssize_t)sizeof(uint64_t)) {
		for (size_t i = 0; i < (size_t)n / sizeof(uint64_t); i++) {
			count(&fill, r->flags[i]);
			if (++pfn % r->pages == 0)
				put_region(&t, pfn - r->pages, &fill);
		}
	}
	put_region(&t, pfn / r->pages * r->pages, &fill);
	return n < 0 || t.full ? 0 : t.len;
}
