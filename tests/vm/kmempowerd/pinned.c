// SPDX-License-Identifier: GPL-2.0-or-later
/* Regions that can't be had: nothing of them moves. */
#include "kmempowerd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096ul

/* Where each page of it is, one number for all. */
static unsigned long places(const struct fill *f)
{
	unsigned long sum = 0;

	for (size_t i = 0; i < f->pages; i++)
		sum = sum * 31 + pfn_of(fill_at(f, i));
	return sum;
}

/* Asks for the region that p is in; true if that fails for this reason and moves nothing. */
static bool refused(const void *p, const struct fill *f, const char *reason)
{
	uint64_t failed = counter(reason), moved = counter("pages_moved");
	unsigned long before = places(f);
	struct region r;

	if (!region_find(pfn_of(p), &r) || region_request(&r))
		return false;
	wait_idle();
	return counter(reason) == failed + 1 && counter("pages_moved") == moved &&
	       places(f) == before;
}

static bool evacuated(const void *p)
{
	uint64_t done = counter("done");
	struct region r;

	if (!region_find(pfn_of(p), &r) || region_request(&r))
		return false;
	wait_idle();
	return counter("done") == done + 1;
}

static void test_vmsplice(const struct fill *f)
{
	struct region r;
	char *page = fill_at(f, fill_page(f, &r));
	struct iovec iov = { .iov_base = page, .iov_len = PAGE };
	int fds[2];

	if (pipe(fds) || vmsplice(fds[1], &iov, 1, 0) != (ssize_t)PAGE)
		give_up("vmsplice: %s", strerror(errno));
	check(refused(page, f, "failed_pinned"),
	      "a region with a page in a pipe is left alone, and nothing of it moves");
	close(fds[0]);
	close(fds[1]);
	check(evacuated(page), "and is had when the pipe is closed");
}

/* -1: the read was over before we were. */
static int refused_while_read(struct fill *f, aio_context_t context, int fd)
{
	struct region r;
	size_t number = fill_page(f, &r);
	struct iocb read = { .aio_lio_opcode = IOCB_CMD_PREAD,
			     .aio_fildes = (uint32_t)fd,
			     .aio_buf = (uintptr_t)fill_at(f, number),
			     .aio_nbytes = PAGE };
	struct iocb *list[] = { &read };
	struct timespec now = { 0 };
	struct io_event event;
	bool ok, early;

	if (syscall(SYS_io_submit, context, 1, list) != 1)
		give_up("no direct I/O on a slow disk: %s", strerror(errno));
	ok = refused(fill_at(f, number), f, "failed_pinned");
	early = syscall(SYS_io_getevents, context, 1, 1, &event, &now) == 1;
	if (!early && syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		give_up("direct I/O doesn't come to its end");
	f->kept[number] = false;
	return early ? -1 : ok;
}

/* The guest's second disk answers after seconds: direct I/O holds the page for so long. */
static void test_direct_io(struct fill *f)
{
	const char *what = "so is one with a page that direct I/O reads into";
	int fd = open("/dev/vdb", O_RDONLY | O_DIRECT | O_CLOEXEC), r = -1;
	aio_context_t context = 0;

	if (fd < 0 || syscall(SYS_io_setup, 1, &context))
		give_up("no slow disk: %s", strerror(errno));
	for (int i = 0; i < 3 && r < 0; i++)
		r = refused_while_read(f, context, fd);
	if (r < 0)
		skip(what, "the host is too slow");
	else
		check(r, "%s", what);
	syscall(SYS_io_destroy, context);
	close(fd);
}

static bool any_unmovable(struct region *ret)
{
	struct region *all;
	size_t n = regions_read(&all), i;

	for (i = 0; i < n; i++) {
		if (all[i].other && all[i].movable &&
		    all[i].present == 256ul * knob_get("region_mb"))
			break;
	}
	if (i < n)
		*ret = all[i];
	free(all);
	return i < n;
}

static void test_slab(void)
{
	uint64_t failed = counter("failed_unmovable"), moved = counter("pages_moved");
	struct region r;

	if (!any_unmovable(&r)) {
		check(false, "there is a region with a kernel page");
		return;
	}
	region_request(&r);
	wait_idle();
	check(counter("failed_unmovable") == failed + 1 && counter("pages_moved") == moved,
	      "nor is anything moved out of a region with a page of the kernel's own");
}

void test_pinned(void)
{
	struct fill f;

	/* Enough for some regions of its own, of which one is evacuated on the way. */
	fill_make(&f, 0, 96);
	fill_thin(&f, 50, 7);
	test_vmsplice(&f);
	test_direct_io(&f);
	test_slab();
	check(fill_wrong(&f) == 0, "all contents are right");
	fill_drop(&f);
}

/*
 * Nowhere to go but below the high watermarks. Above them nothing is reclaimed
 * or compacted meanwhile, which would isolate pages of the region.
 */
void test_room(void)
{
	struct fill full, more;
	struct region r;
	void *page;

	fill_make(&full, 0, 64);
	/* Less than a region has pages, and little enough to do. */
	fill_make(&more, 0, (node_spare(0, NULL) >> 8) - 8);
	page = fill_at(&full, fill_page(&full, &r));
	if (!check(refused(page, &full, "failed_target"),
		   "without room elsewhere a region is left alone, and nothing of it moves")) {
		say("# node 0 has %lu pages to spare", node_spare(0, NULL));
		counters_show();
		regions_show();
	}
	fill_drop(&more);
	check(evacuated(page), "and is had when there is some");
	fill_drop(&full);
}
