// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/qmp.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/socket.h>

#define LINE_MAX_BYTES (64 * 1024) /* QEMU's answers to our questions have a few hundred */

static void close_it(struct qmp *q)
{
	if (q->fd >= 0)
		close(q->fd);
	q->fd = -1;
}

static void say(struct qmp *q, const char *command)
{
	if (q->fd < 0)
		return;
	/* Less than any socket buffer: it is taken whole or QEMU is beyond talking to. */
	if (send(q->fd, command, strlen(command), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		close_it(q);
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

/* Answers and events come as one JSON object a line; those not asked for are passed over. */
static void one_message(struct qmp *q, const char *line, size_t len)
{
	json_t *m = json_loadb(line, len, 0, NULL);
	const char *event;

	if (!json_is_object(m)) {
		close_it(q);
		json_decref(m);
		return;
	}
	event = json_string_value(json_object_get(m, "event"));
	if (event && streq(event, "SHUTDOWN"))
		keep(q->shutdown, sizeof(q->shutdown),
		     json_object_get(json_object_get(m, "data"), "reason"));
	keep(q->status, sizeof(q->status), json_object_get(json_object_get(m, "return"), "status"));
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
