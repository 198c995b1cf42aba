// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A filesystem whose pages come from a process: one file, kept in that process's
 * own memory, which it asks for as it is written to, and which may be swapped.
 */
#include "kpaged.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR "/fuse"
#define NODE 2
#define MB (1ul << 20)
#define FILE_MB 32ul
#define MAX_WRITE (128u << 10)

static pid_t server;
static int channel;
static char *content; /* the server's */

/* --- the server ---------------------------------------------------------------------- */

static void reply(const struct fuse_in_header *in, int error, const void *data, size_t len)
{
	static char out[sizeof(struct fuse_out_header) + MAX_WRITE];
	struct fuse_out_header *header = (void *)out;

	*header = (struct fuse_out_header){
		.len = (uint32_t)(sizeof(*header) + (error ? 0 : len)),
		.error = error,
		.unique = in->unique,
	};
	if (!error && len)
		memcpy(out + sizeof(*header), data, len);
	if (write(channel, out, header->len) < 0 && errno != ENOENT)
		_exit(1);
}

static struct fuse_attr attr_of(uint64_t node)
{
	bool file = node == NODE;

	return (struct fuse_attr){
		.ino = node,
		.size = file ? FILE_MB * MB : 0,
		.mode = file ? S_IFREG | 0600 : S_IFDIR | 0700,
		.nlink = 1,
		.blksize = 4096,
	};
}

static void reply_init(const struct fuse_in_header *in, const struct fuse_init_in *init)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = init->max_readahead,
		/* Pages get dirty, and are written when the kernel likes. */
		.flags = init->flags & (FUSE_WRITEBACK_CACHE | FUSE_BIG_WRITES | FUSE_MAX_PAGES),
		.max_write = MAX_WRITE,
		.max_pages = MAX_WRITE / 4096,
	};

	reply(in, 0, &out, sizeof(out));
}

static void reply_entry(const struct fuse_in_header *in, const char *name)
{
	struct fuse_entry_out out = { .nodeid = NODE, .attr = attr_of(NODE) };

	reply(in, strcmp(name, "file") ? -ENOENT : 0, &out, sizeof(out));
}

static void reply_attr(const struct fuse_in_header *in)
{
	struct fuse_attr_out out = { .attr = attr_of(in->nodeid) };

	reply(in, 0, &out, sizeof(out));
}

static void reply_read(const struct fuse_in_header *in, const struct fuse_read_in *r)
{
	if (r->offset + r->size > FILE_MB * MB)
		reply(in, -EINVAL, NULL, 0);
	else
		reply(in, 0, content + r->offset, r->size);
}

static void reply_write(const struct fuse_in_header *in, const struct fuse_write_in *w)
{
	struct fuse_write_out out = { .size = w->size };

	if (w->offset + w->size > FILE_MB * MB) {
		reply(in, -EINVAL, NULL, 0);
		return;
	}
	memcpy(content + w->offset, w + 1, w->size);
	reply(in, 0, &out, sizeof(out));
}

static void serve_one(const struct fuse_in_header *in)
{
	struct fuse_open_out opened = { 0 };
	const void *arg = in + 1;

	switch (in->opcode) {
	case FUSE_INIT:
		reply_init(in, arg);
		break;
	case FUSE_LOOKUP:
		reply_entry(in, arg);
		break;
	case FUSE_GETATTR:
	case FUSE_SETATTR:
		reply_attr(in);
		break;
	case FUSE_OPEN:
		reply(in, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		reply_read(in, arg);
		break;
	case FUSE_WRITE:
		reply_write(in, arg);
		break;
	case FUSE_FLUSH:
	case FUSE_FSYNC:
	case FUSE_RELEASE:
		reply(in, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break; /* these want no answer */
	default:
		reply(in, -ENOSYS, NULL, 0);
	}
}

static void serve(void)
{
	static char in[sizeof(struct fuse_in_header) + sizeof(struct fuse_write_in) + MAX_WRITE]
		__attribute__((aligned(8)));

	content = mmap(NULL, FILE_MB * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	if (content == MAP_FAILED)
		_exit(1);
	for (;;) {
		ssize_t n = read(channel, in, sizeof(in));

		if (n >= (ssize_t)sizeof(struct fuse_in_header))
			serve_one((void *)in);
		else if (n < 0 && errno == ENODEV)
			_exit(0); /* unmounted */
	}
}

void fuse_start(void)
{
	char options[80];

	channel = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (channel < 0)
		give_up("/dev/fuse: %s", strerror(errno));
	mkdir(DIR, 0755);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", channel);
	if (mount("test", DIR, "fuse", 0, options) < 0)
		give_up("mount FUSE: %s", strerror(errno));
	server = spawn(serve);
	close(channel); /* the server's end of it ends the file system */
}

void fuse_end(void)
{
	umount2(DIR, MNT_DETACH);
	reap(server);
}

/* --- its user --------------------------------------------------------------------------- */

static uint64_t stamp(unsigned long word, unsigned int round)
{
	return (word + 1) * 0x9e3779b97f4a7c15ull + round;
}

static void fill(uint64_t *to, unsigned long mb, unsigned int round)
{
	unsigned long words = MB / sizeof(*to);

	for (unsigned long i = 0; i < words; i++)
		to[i] = stamp(mb * words + i, round);
}

/* One half by write(), the other by a mapping, which get dirty in different ways. */
static void write_round(int fd, uint64_t *map, uint64_t *buffer, unsigned int round)
{
	for (unsigned long mb = 0; mb < FILE_MB; mb++) {
		if (mb % 2) {
			fill(map + mb * MB / sizeof(*map), mb, round);
			continue;
		}
		fill(buffer, mb, round);
		if (pwrite(fd, buffer, MB, (off_t)(mb * MB)) != (ssize_t)MB)
			_exit(2);
	}
	if (msync(map, FILE_MB * MB, MS_SYNC) < 0 || fsync(fd) < 0)
		_exit(3);
}

static void read_round(int fd, uint64_t *buffer, uint64_t *wanted, unsigned int round)
{
	for (unsigned long mb = 0; mb < FILE_MB; mb++) {
		fill(wanted, mb, round);
		if (pread(fd, buffer, MB, (off_t)(mb * MB)) != (ssize_t)MB ||
		    memcmp(buffer, wanted, MB) != 0)
			_exit(4);
	}
}

static void use(void)
{
	int fd = open(DIR "/file", O_RDWR | O_CLOEXEC);
	uint64_t *map = mmap(NULL, FILE_MB * MB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	uint64_t *buffer = malloc(MB), *wanted = malloc(MB);

	if (fd < 0 || map == MAP_FAILED)
		_exit(1);
	for (unsigned int round = 0; round < 3; round++) {
		write_round(fd, map, buffer, round);
		/* So that they come from the server again. */
		madvise(map, FILE_MB * MB, MADV_DONTNEED);
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		read_round(fd, buffer, wanted, round);
	}
	_exit(0);
}

pid_t fuse_use(void)
{
	return spawn(use);
}
