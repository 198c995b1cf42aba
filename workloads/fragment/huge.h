/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long does one who asks for huge pages wait until they are there? */
#ifndef FRAGMENT_HUGE_H
#define FRAGMENT_HUGE_H

#include <fcntl.h>
#include <unistd.h>

#include "arena.h"
#include "clock.h"

#define HUGE_BYTES (2u << 20)
#define HUGE_RETRY_MS 10
#define PFN_MASK ((1ull << 55) - 1)
#define KPF_THP 22 /* linux/kernel-page-flags.h */

struct huge {
	unsigned long wanted, got, fell_back;
	uint64_t first_ns, all_ns;
};

static inline uint64_t read_word(const char *path, uint64_t index)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t v;

	if (fd < 0 || pread(fd, &v, sizeof(v), (off_t)(index * sizeof(v))) != sizeof(v))
		fail("%s: %s", path, strerror(errno));
	close(fd);
	return v;
}

static inline void huge_set(const char *name, const char *value)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/mm/transparent_hugepage/%s", name);
	f = fopen(path, "w");
	if (!f || fputs(value, f) < 0 || fclose(f) != 0)
		fail("write \"%s\" to %s: %s", value, path, strerror(errno));
}

/*
 * With less than 512 MiB the kernel starts with huge pages off (hugepage_init()).
 * On, they raise the watermarks, so this comes before memory is filled.
 */
static inline void huge_enable(void)
{
	huge_set("enabled", "madvise");
	huge_set("defrag", "madvise");
}

static inline bool is_huge(const char *at)
{
	uint64_t pfn = read_word("/proc/self/pagemap", (uintptr_t)at / PAGE) & PFN_MASK;

	return pfn && read_word("/proc/kpageflags", pfn) >> KPF_THP & 1;
}

/* Where the kernel gave a small page in its place, that is given back and asked for again. */
static inline bool huge_ask(struct huge *h, char *at, uint64_t deadline)
{
	for (;;) {
		*(volatile char *)at = 1;
		if (is_huge(at))
			return true;
		h->fell_back++;
		if (madvise(at, HUGE_BYTES, MADV_DONTNEED) < 0)
			fail("give a page back: %s", strerror(errno));
		if (now_ns() >= deadline)
			return false;
		sleep_ns(HUGE_RETRY_MS * 1000000ull);
	}
}

/* One after the other, until all are there or the time is over; then that time is what is told. */
static inline void huge_measure(struct huge *h, unsigned long wanted, unsigned long timeout_ms)
{
	size_t bytes = (size_t)(wanted + 1) * HUGE_BYTES;
	char *area = map(bytes), *at;
	uint64_t begin, deadline;

	at = (char *)(((uintptr_t)area + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES);
	if (madvise(at, (size_t)wanted * HUGE_BYTES, MADV_HUGEPAGE) < 0)
		fail("MADV_HUGEPAGE: %s", strerror(errno));
	*h = (struct huge){ .wanted = wanted };
	begin = now_ns();
	deadline = begin + timeout_ms * 1000000ull;
	for (; h->got < wanted && huge_ask(h, at, deadline); at += HUGE_BYTES) {
		if (h->got++ == 0)
			h->first_ns = now_ns() - begin;
	}
	h->all_ns = now_ns() - begin;
	if (!h->got)
		h->first_ns = h->all_ns;
	munmap(area, bytes);
}

#endif
