// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/swap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/swap.h>

#include "agent/devices.h"
#include "agent/wait.h"
#include "agent/write.h"
#include "base/file.h"

#define ZRAM "/dev/zram0"
#define ZRAM_TIMEOUT_MS 15000

/* include/linux/swap.h, union swap_header: the first 1024 bytes are for boot sectors. */
enum { AT_VERSION = 1024, AT_LAST_PAGE = 1028, MAGIC_LEN = 10 };

/* What mkswap(8) writes, without label and UUID: nothing random gets into the guest. */
static int make_header(int fd, uint64_t bytes)
{
	size_t page_size = (size_t)sysconf(_SC_PAGESIZE);
	_cleanup_free_ char *page = xcalloc(1, page_size);
	uint32_t version = 1, last_page = (uint32_t)(bytes / page_size - 1);

	memcpy(page + AT_VERSION, &version, sizeof(version));
	memcpy(page + AT_LAST_PAGE, &last_page, sizeof(last_page));
	memcpy(page + page_size - MAGIC_LEN, "SWAPSPACE2", MAGIC_LEN);
	return pwrite(fd, page, page_size, 0) == (ssize_t)page_size && fsync(fd) == 0 ? 0 : -1;
}

static int swap_on(const char *device, struct error **err)
{
	_cleanup_close_ int fd = open(device, O_RDWR | O_CLOEXEC);
	uint64_t bytes;

	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &bytes) < 0)
		return error_errno(err, errno, "open %s", device);
	if (make_header(fd, bytes) < 0)
		return error_errno(err, errno, "write the swap header of %s", device);
	if (swapon(device, 0) < 0)
		return error_errno(err, errno, "swapon %s", device);
	return 0;
}

static bool zram_there(void *arg)
{
	(void)arg;
	return path_exists(ZRAM) && path_exists("/sys/block/zram0/disksize");
}

static int setup_zram(uint64_t bytes, struct error **err)
{
	_cleanup_free_ char *size = xasprintf("%" PRIu64, bytes);

	if (!wait_for(zram_there, NULL, ZRAM_TIMEOUT_MS))
		return error_set(err, EXIT_FAULT, "no " ZRAM);
	if (write_text("/sys/block/zram0/disksize", size, err) < 0)
		return -1;
	return swap_on(ZRAM, err);
}

int swap_setup(const struct job *job, struct error **err)
{
	_cleanup_free_ char *device = NULL;
	int r = 0;

	switch (job->swap) {
	case JOB_SWAP_NONE:
		return 0;
	case JOB_SWAP_ZRAM:
		r = setup_zram(job->zram_bytes, err);
		break;
	case JOB_SWAP_DISK:
		r = device_wait(job->swap_disk, err);
		if (r == 0)
			r = swap_on(job->swap_disk, err);
		break;
	case JOB_SWAP_PMEM:
		r = device_by_range(&job->swap_range, &device, err);
		if (r == 0)
			r = swap_on(device, err);
		break;
	}
	return r < 0 ? error_wrap(err, "swap") : 0;
}
