// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/devices.h"
#include "agent/unpack.h"
#include "base/file.h"
#include "wire/mailbox.h"

#define PAGE 4096

#define PCI_DEVICES "/sys/bus/pci/devices"
/* "A panic": QEMU was told to stop the machine at it. */
#define PVPANIC_PANICKED 1

static bool has_id(const char *device, const char *file, const char *want)
{
	_cleanup_free_ char *path = xasprintf(PCI_DEVICES "/%s/%s", device, file), *text = NULL;

	return file_read(path, &text, NULL, NULL) == 0 && str_starts(text, want);
}

/* QEMU's panic device (docs/specs/pvpanic).  No driver of the guest's kernel is loaded for it. */
static int find_pvpanic(char **ret, struct error **err)
{
	_cleanup_strv_ char **names = NULL;

	if (dir_list(PCI_DEVICES, &names, err) < 0)
		return -1;
	for (char **name = names; *name; name++) {
		if (!has_id(*name, "vendor", "0x1b36") || !has_id(*name, "device", "0x0011"))
			continue;
		*ret = xasprintf(PCI_DEVICES "/%s", *name);
		return 0;
	}
	return error_set(err, EXIT_FAULT, "no job in the initramfs, and no device to wait for one");
}

/* Where in its page the device's register is: its range is two bytes long. */
static int register_offset(const char *device, size_t *ret, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/resource", device), *text = NULL;

	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	*ret = strtoull(text, NULL, 16) % PAGE;
	return 0;
}

/* The write is the last instruction before the machine stops. */
static int stop(struct error **err)
{
	_cleanup_free_ char *device = NULL, *path = NULL;
	_cleanup_close_ int fd = -1;
	volatile uint8_t *page;
	size_t offset;

	if (find_pvpanic(&device, err) < 0 || register_offset(device, &offset, err) < 0)
		return -1;
	path = xasprintf("%s/resource0", device);
	fd = open(path, O_RDWR | O_CLOEXEC);
	page = fd < 0 ? MAP_FAILED : mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return error_errno(err, errno, "map %s", path);
	page[offset] = PVPANIC_PANICKED;
	munmap((void *)page, PAGE);
	return 0;
}

struct tray {
	int fd;
	uint64_t bytes;
};

/*
 * Past the page cache: what the kernel read of the device when it found it is
 * older than the job.
 */
static bool is_tray(const char *device, void *arg)
{
	_cleanup_close_ int fd = open(device, O_RDONLY | O_DIRECT | O_CLOEXEC);
	_Alignas(PAGE) static uint8_t head[PAGE];
	struct tray *t = arg;

	if (fd < 0 || read(fd, head, PAGE) != PAGE ||
	    !mailbox_head_get(head, MAILBOX_TRAY, &t->bytes))
		return false;
	t->fd = steal_fd(&fd);
	return true;
}

static int read_tray(const struct tray *t, uint8_t *to, struct error **err)
{
	for (uint64_t done = 0; done < t->bytes;) {
		ssize_t n = pread(t->fd, to + done, (t->bytes - done + PAGE - 1) / PAGE * PAGE,
				  (off_t)(MAILBOX_START + done));

		if (n <= 0)
			return error_errno(err, n ? errno : EIO, "read the job from the mailbox");
		done += (uint64_t)n;
	}
	return 0;
}

static int take_job(struct error **err)
{
	_cleanup_close_ int fd = -1;
	struct tray t;
	uint64_t room;
	uint8_t *data;
	int r;

	if (device_that(is_tray, &t, err) < 0)
		return error_wrap(err, "no job in the initramfs, nor in a mailbox");
	fd = t.fd;
	room = (t.bytes + PAGE) / PAGE * PAGE;
	data = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		return error_errno(err, errno, "%" PRIu64 " bytes for the job", t.bytes);
	r = read_tray(&t, data, err);
	if (r == 0)
		r = unpack_cpio(data, t.bytes, "/", err);
	munmap(data, room);
	return r;
}

int checkpoint_pass(struct error **err)
{
	return stop(err) < 0 ? -1 : take_job(err);
}
