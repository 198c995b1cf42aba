/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user sees while the program works, on stderr: one live line on a
 * terminal, plain lines otherwise (a new one when the stage changes, or every
 * ten seconds).  Nothing with -q.
 */
#ifndef HARNESS_PROGRESS_H
#define HARNESS_PROGRESS_H

#include <stdbool.h>

enum verbosity { QUIET = -1, NORMAL = 0, VERBOSE = 1 };

void progress_init(enum verbosity v);

/* Sets the live line, for example "kernel patched-6.1: CC mm/vmscan.o (812 of 2010)". */
void progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * What stands before every live line from now on, such as "[3/81] "; NULL ends
 * it.  Whoever has the overview sets it for those who work below.
 */
void progress_context(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A line that stays. */
void progress_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A line that stays, only with -v. */
void progress_detail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A line that stays, marked as a warning, also with -q. */
void progress_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Takes the live line away; before anything goes to stdout. */
void progress_clear(void);

/* Is colour wanted on this stream?  --color auto|always|never and NO_COLOR decide. */
enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
void color_set(enum color_mode m);
bool color_on(int fd);

/* Monotonic seconds. */
double now_s(void);

#endif
