// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/qmp.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/proc.h"
#include "base/progress.h"

#define LINE_MAX_BYTES (64 * 1024) /* QEMU's answers to our questions have a few hundred */
#define TURN_MS 10                 /* between two questions for a state that will come */

static void close_it(struct qmp *q)
{
	if (q->fd >= 0)
		close(q->fd);
	q->fd = -1;
}

static void add_descriptor(struct msghdr *m, void *room, size_t size, int fd)
{
	struct cmsghdr *c;

	m->msg_control = room;
	m->msg_controllen = size;
	c = CMSG_FIRSTHDR(m);
	*c = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
			       .cmsg_type = SCM_RIGHTS,
			       .cmsg_len = CMSG_LEN(sizeof(fd)) };
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
}

static void say_with(struct qmp *q, const char *command, int fd)
{
	struct iovec io = { (void *)command, strlen(command) };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int))] = { 0 };

	if (q->fd < 0)
		return;
	if (fd >= 0)
		add_descriptor(&m, room, sizeof(room), fd);
	/* Less than any socket buffer: it is taken whole or QEMU is beyond talking to. */
	if (sendmsg(q->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		close_it(q);
	q->asked++;
}

static void say(struct qmp *q, const char *command)
{
	say_with(q, command, -1);
}

void qmp_init(struct qmp *q, int fd)
{
	*q = (struct qmp){ .fd = fd };
	say(q, "{\"execute\": \"qmp_capabilities\"}\n");
}

void qmp_deinit(struct qmp *q)
{
	close_it(q);
	strbuf_deinit(&q->in);
}

void qmp_ask_status(struct qmp *q)
{
	say(q, "{\"execute\": \"query-status\"}\n");
}

void qmp_quit(struct qmp *q)
{
	say(q, "{\"execute\": \"quit\"}\n");
}

static void keep(char *to, size_t size, const json_t *text)
{
	const char *s = json_string_value(text);

	if (s)
		snprintf(to, size, "%s", s);
}

static void one_event(struct qmp *q, const char *event, const json_t *m)
{
	if (streq(event, "SHUTDOWN"))
		keep(q->shutdown, sizeof(q->shutdown),
		     json_object_get(json_object_get(m, "data"), "reason"));
	if (streq(event, "GUEST_PANICKED"))
		q->stopped = true;
}

static void one_answer(struct qmp *q, const json_t *m)
{
	const json_t *answer = json_object_get(m, "return"), *error = json_object_get(m, "error");

	keep(q->status, sizeof(q->status), json_object_get(answer, "status"));
	keep(q->refused, sizeof(q->refused), json_object_get(error, "desc"));
	q->answered += answer || error;
}

/* Answers and events come as one JSON object a line; those not asked for are passed over. */
static void one_message(struct qmp *q, const char *line, size_t len)
{
	json_t *m = json_loadb(line, len, 0, NULL);
	const char *event = json_string_value(json_object_get(m, "event"));

	if (!json_is_object(m))
		close_it(q);
	else if (event)
		one_event(q, event, m);
	else
		one_answer(q, m);
	json_decref(m);
}

static void split(struct qmp *q)
{
	char *nl;

	while (q->in.len && (nl = memchr(q->in.data, '\n', q->in.len))) {
		size_t n = (size_t)(nl - q->in.data);

		one_message(q, q->in.data, n);
		q->in.len -= n + 1;
		memmove(q->in.data, nl + 1, q->in.len + 1);
	}
	if (q->in.len > LINE_MAX_BYTES)
		close_it(q);
}

void qmp_read(struct qmp *q)
{
	char chunk[4096];

	while (q->fd >= 0) {
		ssize_t n = recv(q->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_it(q);
			return;
		}
		strbuf_add(&q->in, chunk, (size_t)n);
		split(q);
	}
}

int qmp_do(struct qmp *q, const char *command, int fd, double timeout_s, struct error **err)
{
	double end = now_s() + timeout_s;

	q->refused[0] = '\0';
	say_with(q, command, fd);
	while (q->fd >= 0 && q->answered < q->asked && now_s() < end && !proc_interrupted()) {
		struct pollfd p = { .fd = q->fd, .events = POLLIN };

		poll(&p, 1, TURN_MS);
		qmp_read(q);
	}
	if (q->answered < q->asked)
		return error_set(err, EXIT_FAULT, "QEMU doesn't answer %s", command);
	if (q->refused[0])
		return error_set(err, EXIT_FAULT, "QEMU refuses %s: %s", command, q->refused);
	return 0;
}

int qmp_wait_status(struct qmp *q, const char *command, const char *want, const char *never,
		    double timeout_s, struct error **err)
{
	double end = now_s() + timeout_s;

	for (;;) {
		q->status[0] = '\0';
		if (qmp_do(q, command, -1, end - now_s(), err) < 0)
			return -1;
		if (streq(q->status, want))
			return 0;
		if (streq(q->status, never) || now_s() >= end)
			return error_set(err, EXIT_FAULT, "QEMU stays \"%s\" instead of \"%s\"",
					 q->status, want);
		poll(NULL, 0, TURN_MS);
	}
}
