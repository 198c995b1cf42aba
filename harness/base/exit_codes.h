/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the program's exit status means.  These are part of the interface:
 * docs/man/harness.1 lists them and CI systems branch on them.
 */
#ifndef HARNESS_EXIT_CODES_H
#define HARNESS_EXIT_CODES_H

enum exit_code {
	EXIT_OK = 0,
	EXIT_FINDING = 1, /* the question was answered with "no": a regression, a refuted claim */
	EXIT_FAULT = 2, /* the run itself failed: a cell without a usable result, a broken build */
	EXIT_INPUT = 3, /* bad command line, configuration or query */
	EXIT_HOST = 4,  /* this machine can't: a missing package, no space, a read-only folder */
	EXIT_INTERRUPTED = 130, /* Ctrl-C; everything finished so far is kept */
};

#endif
