/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that read the database and print what they make of it begin with. */
#ifndef HARNESS_READING_H
#define HARNESS_READING_H

#include "analysis/report.h"
#include "cmd/cmd.h"
#include "db/db.h"

/* The database for reading, with the statistics as SQL functions; NULL on error. */
struct db *reading_open(const struct app *app, struct error **err);

/* As --json, -v and --color say. */
struct report_options reading_options(const struct app *app);

/* Options of whatever prints sections: rows for getopt_long(), and what they do. */
#define READING_OPTIONS                                                                           \
	{ "section", required_argument, NULL, 's' }, { "reports", required_argument, NULL, 'r' }, \
		{ "markdown", no_argument, NULL, 'm' },                                           \
	{                                                                                         \
		"help", no_argument, NULL, 'h'                                                    \
	}

/* Takes `c` if it is one of these; anything else is a bad option of command `name`. */
int reading_option(const char *name, int c, char **argv, struct report_options *o, bool *help,
		   struct error **err);

#endif
