// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/reading.h"

#include <getopt.h>
#include <unistd.h>

#include "analysis/sql_stats.h"

struct db *reading_open(const struct app *app, struct error **err)
{
	struct db *db = db_open_readonly(app->db, err);

	if (db && stats_register(db_handle(db)) != SQLITE_OK) {
		db_error(db, err, "statistics");
		db_close(db);
		return NULL;
	}
	return db;
}

struct report_options reading_options(const struct app *app)
{
	return (struct report_options){
		.json = app->json,
		.verbose = app->verbosity == VERBOSE,
		.color = color_on(STDOUT_FILENO),
	};
}

int reading_option(const char *name, int c, char **argv, struct report_options *o, bool *help,
		   struct error **err)
{
	switch (c) {
	case 's':
		o->section = optarg;
		return 0;
	case 'r':
		o->reports = optarg;
		return 0;
	case 'm':
		o->markdown = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case 'h':
		*help = true;
		return 0;
	default:
		return cmd_bad_option(err, name, c, argv);
	}
}
