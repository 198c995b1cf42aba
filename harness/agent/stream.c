// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>

#include "agent/wait.h"
#include "base/file.h"
#include "base/str.h"
#include "wire/job.h"
#include "wire/mailbox.h"

#define WRITE_TIMEOUT_MS 60000
#define PORT_TIMEOUT_MS 15000
#define BYE_LINGER_MS 30000

struct stream {
	int fd;
	bool tty, mailbox;
	bool dead;
	bool outcome_sent;
	uint32_t seq;
	uint64_t file_bytes;
	pthread_mutex_t lock;
	uint8_t frame[WIRE_HEADER + WIRE_PAYLOAD_MAX];
};

static int tty_raw(int fd, const char *name, struct error **err)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return error_errno(err, errno, "tcgetattr %s", name);
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL;
	cfsetspeed(&t, B115200);
	if (tcsetattr(fd, TCSANOW, &t) < 0)
		return error_errno(err, errno, "tcsetattr %s", name);
	return 0;
}

struct port_search {
	const char *name;
	char *path; /* found: /dev/vportNpM */
};

/* There is no udev here, so no /dev/virtio-ports either: the names are in sysfs. */
static bool find_port(void *arg)
{
	static const char dir[] = "/sys/class/virtio-ports";
	struct port_search *s = arg;
	_cleanup_strv_ char **ports = NULL;

	if (dir_list(dir, &ports, NULL) < 0)
		return false;
	for (size_t i = 0; ports[i]; i++) {
		_cleanup_free_ char *file = xasprintf("%s/%s/name", dir, ports[i]);
		_cleanup_free_ char *dev = xasprintf("/dev/%s", ports[i]);
		_cleanup_free_ char *name = NULL;

		if (file_read(file, &name, NULL, NULL) < 0)
			continue;
		name[strcspn(name, "\n")] = '\0';
		if (streq(name, s->name) && path_exists(dev)) {
			s->path = steal_ptr(&dev);
			return true;
		}
	}
	return false;
}

static int open_device(const char *name, struct error **err)
{
	struct port_search search = { .name = name };
	_cleanup_free_ char *path = NULL;
	int fd;

	if (name[0] != '/' && !wait_for(find_port, &search, PORT_TIMEOUT_MS))
		return error_set(err, EXIT_FAULT, "no virtio port is called \"%s\"", name);
	path = search.path;
	/*
	 * Non-blocking: virtio_console (6.1, 6.12) otherwise spins with interrupts off until
	 * the host has taken the buffer, which stops the whole virtual CPU.
	 */
	fd = open(path ? path : name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "open %s", path ? path : name);
	return fd;
}

struct stream *stream_open(const char *name, struct error **err)
{
	_cleanup_close_ int fd = open_device(name, err);
	struct stream *s;

	if (fd < 0)
		return NULL;
	if (isatty(fd) && tty_raw(fd, name, err) < 0)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
	s->tty = isatty(fd);
	s->fd = steal_fd(&fd);
	return s;
}

/* POLLHUP is a port whose other end isn't connected: that may still come, so only time decides. */
static int wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	uint64_t end = now_ns() + WRITE_TIMEOUT_MS * 1000000ull;

	while (now_ns() < end) {
		int r = poll(&p, 1, 1000);

		if (r < 0 && errno != EINTR)
			return -1;
		if (r > 0 && p.revents & POLLOUT)
			return 0;
		if (r > 0)
			sleep_ms(10);
	}
	return -1;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n > 0) {
			data += n;
			len -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return -1;
		} else if (wait_writable(fd) < 0) {
			return -1;
		}
	}
	return 0;
}

/* The watchdog must get through even when another thread is stuck in a write: it gives up then. */
static bool lock_stream(struct stream *s)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += 2 * WRITE_TIMEOUT_MS / 1000;
	return pthread_mutex_timedlock(&s->lock, &t) == 0;
}

int stream_frame(struct stream *s, enum wire_type type, const void *payload, size_t len)
{
	int r = -1;

	if (len > WIRE_PAYLOAD_MAX || !lock_stream(s))
		return -1;
	if (!s->dead && (type != WIRE_OUTCOME || !s->outcome_sent)) {
		size_t n = wire_encode(type, s->seq++, payload, (uint32_t)len, s->frame);

		r = write_all(s->fd, s->frame, n);
		s->dead = r < 0 || type == WIRE_BYE; /* nothing may follow BYE */
		s->outcome_sent |= type == WIRE_OUTCOME;
	}
	pthread_mutex_unlock(&s->lock);
	return r;
}

/* Bytes that the text rules refuse become '?': a damaged message beats a torn stream. */
int stream_text(struct stream *s, enum wire_type type, const char *text)
{
	char clean[4096];
	size_t len = strnlen(text, sizeof(clean));

	memcpy(clean, text, len);
	if (!wire_text_ok(clean, len))
		for (size_t i = 0; i < len; i++)
			if (clean[i] & 0x80)
				clean[i] = '?';
	if (len == 0)
		return 0;
	return stream_frame(s, type, clean, len);
}

int stream_heartbeat(struct stream *s)
{
	uint8_t payload[8];

	put_le(payload, now_ns(), 8);
	return stream_frame(s, WIRE_HEARTBEAT, payload, sizeof(payload));
}

int stream_phase(struct stream *s, uint64_t ns, const char *name)
{
	uint8_t payload[64];
	size_t len = strnlen(name, sizeof(payload) - 8);

	put_le(payload, ns, 8);
	memcpy(payload + 8, name, len);
	return stream_frame(s, WIRE_PHASE, payload, 8 + len);
}

int stream_outcome(struct stream *s, const char *outcome, const char *detail)
{
	_cleanup_free_ char *text = xasprintf("%s\n%s", outcome, detail ? detail : "");

	return stream_text(s, WIRE_OUTCOME, text);
}

int stream_to_mailbox(struct stream *s, const char *path, struct error **err)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || lseek(fd, MAILBOX_START, SEEK_SET) < 0)
		return error_errno(err, errno, "open %s", path);
	tcdrain(s->fd); /* this part of the stream is the first */
	pthread_mutex_lock(&s->lock);
	close(s->fd);
	s->fd = steal_fd(&fd);
	s->tty = false;
	s->mailbox = true;
	pthread_mutex_unlock(&s->lock);
	return 0;
}

/* What the host looks for is written when all that it stands for is there. */
static void close_mailbox(struct stream *s)
{
	off_t end = lseek(s->fd, 0, SEEK_CUR);
	uint8_t head[MAILBOX_HEAD];

	mailbox_head_put(head, MAILBOX_MAIL, (uint64_t)end - MAILBOX_START);
	if (end > MAILBOX_START && fsync(s->fd) == 0 &&
	    pwrite(s->fd, head, sizeof(head), 0) == (ssize_t)sizeof(head))
		fsync(s->fd);
}

void stream_bye(struct stream *s)
{
	stream_frame(s, WIRE_BYE, NULL, 0);
	stream_linger(s, BYE_LINGER_MS);
}

/*
 * virtio_console keeps as many buffers as its queue has room for (megabytes),
 * and what the host hasn't taken when the machine goes down is lost.  Nothing
 * tells when they are taken, so the machine is left for the host to end, as it
 * does when it hears BYE; the limit is for a host that is gone.
 */
void stream_linger(struct stream *s, unsigned int ms)
{
	if (s->mailbox)
		close_mailbox(s);
	else if (s->tty)
		tcdrain(s->fd);
	else
		sleep_ms(ms);
}

int stream_file_begin(struct stream *s, const char *path)
{
	if (!wire_path_ok(path, strlen(path)))
		return -1;
	s->file_bytes = 0;
	return stream_frame(s, WIRE_FILE_OPEN, path, strlen(path));
}

int stream_file_add(struct stream *s, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len) {
		size_t n = len < WIRE_DATA_MAX ? len : WIRE_DATA_MAX;

		if (stream_frame(s, WIRE_FILE_DATA, p, n) < 0)
			return -1;
		s->file_bytes += n;
		p += n;
		len -= n;
	}
	return 0;
}

int stream_file_end(struct stream *s)
{
	uint8_t payload[8];

	put_le(payload, s->file_bytes, 8);
	return stream_frame(s, WIRE_FILE_CLOSE, payload, sizeof(payload));
}

int stream_file(struct stream *s, const char *path, const void *data, size_t len)
{
	if (stream_file_begin(s, path) < 0 || stream_file_add(s, data, len) < 0)
		return -1;
	return stream_file_end(s);
}

int stream_file_text(struct stream *s, const char *path, const char *text)
{
	return stream_file(s, path, text, strlen(text));
}
