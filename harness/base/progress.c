// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

#define REFRESH_S 0.1      /* the live line is redrawn at most ten times a second */
#define PLAIN_EVERY_S 10.0 /* without a terminal: a sign of life this often */

static struct {
	enum verbosity verbosity;
	enum color_mode color;
	bool live;  /* stderr is a terminal */
	bool shown; /* a live line is on the screen */
	double drawn_at;
	char context[96];
	char stage[64]; /* text up to the first ':' of the last line */
} state;

double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

void progress_init(enum verbosity v)
{
	state.verbosity = v;
	state.live = isatty(STDERR_FILENO) == 1;
}

void color_set(enum color_mode m)
{
	state.color = m;
}

bool color_on(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (state.color != COLOR_AUTO)
		return state.color == COLOR_ALWAYS;
	return isatty(fd) == 1 && !(no && *no) && term && !streq(term, "dumb");
}

static int columns(void)
{
	struct winsize ws;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col ? ws.ws_col : 80;
}

void progress_clear(void)
{
	if (state.shown)
		fputs("\r\033[K", stderr);
	state.shown = false;
}

/* A stage is what stands before the first colon; a new one is always worth a line. */
static bool same_stage(const char *text)
{
	size_t n = strcspn(text, ":");
	bool same;

	if (n >= sizeof(state.stage))
		n = sizeof(state.stage) - 1;
	same = strlen(state.stage) == n && strncmp(state.stage, text, n) == 0;
	memcpy(state.stage, text, n);
	state.stage[n] = '\0';
	return same;
}

static void draw(const char *text)
{
	_cleanup_free_ char *line = xasprintf("%s%s", state.context, text);

	if (state.live) {
		fprintf(stderr, "\r\033[K%.*s", columns() - 1, line);
		state.shown = true;
	} else {
		fprintf(stderr, "%s\n", line);
	}
	fflush(stderr);
	state.drawn_at = now_s();
}

void progress(const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	double wait = state.live ? REFRESH_S : PLAIN_EVERY_S;
	va_list ap;

	if (state.verbosity == QUIET)
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (!same_stage(text) || now_s() - state.drawn_at >= wait)
		draw(text);
}

static void stay(const char *prefix, const char *fmt, va_list ap)
{
	progress_clear();
	fputs(prefix, stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void progress_context(const char *fmt, ...)
{
	va_list ap;

	state.context[0] = '\0';
	if (!fmt)
		return;
	va_start(ap, fmt);
	vsnprintf(state.context, sizeof(state.context), fmt, ap);
	va_end(ap);
}

void progress_note(const char *fmt, ...)
{
	va_list ap;

	if (state.verbosity == QUIET)
		return;
	va_start(ap, fmt);
	stay("", fmt, ap);
	va_end(ap);
}

void progress_detail(const char *fmt, ...)
{
	va_list ap;

	if (state.verbosity < VERBOSE)
		return;
	va_start(ap, fmt);
	stay("", fmt, ap);
	va_end(ap);
}

void progress_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	stay(color_on(STDERR_FILENO) ? "\033[33mwarning:\033[0m " : "warning: ", fmt, ap);
	va_end(ap);
}
