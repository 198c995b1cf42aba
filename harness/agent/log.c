// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/log.h"

#include <fcntl.h>
#include <termios.h>

#include "base/str.h"

static struct stream *stream;

void log_attach(struct stream *s)
{
	stream = s;
}

void log_line(const char *fmt, ...)
{
	_cleanup_close_ int console = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (console >= 0) {
		dprintf(console, "agent: %s\n", text);
		tcdrain(console); /* a machine that goes down takes the rest with it */
	}
	if (stream)
		stream_text(stream, WIRE_LOG, text);
}
