// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness ingest`: the database from run directories. */
#include <getopt.h>
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "ingest/ingest.h"

static const char usage[] =
	"usage: harness ingest [--all]\n"
	"\n"
	"Fills the database from the run directories below the results folder: those\n"
	"that it doesn't have yet.  `harness run` does this after every cell; by hand it\n"
	"is for runs that came from another machine, and for a database that was\n"
	"deleted.  The same directories always give the same rows.\n"
	"\n"
	"  --all    those that it has already, too (after a new version of the harness)\n"
	"\n"
	"A damaged run directory is reported and left out; the others go in.  Rows of a\n"
	"run whose directory is gone are kept.\n"
	"\n"
	"exit status: 0; 2 a run directory is damaged; 3 bad input; 4 this machine can't\n"
	"\n"
	"examples:\n"
	"  harness ingest\n"
	"  rm results/harness.db && harness ingest\n"
	"  harness --results /mnt/batch --db all.db ingest\n";

static int parse(int argc, char **argv, bool *ret_all, bool *ret_help, struct error **err)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":ah", options, NULL)) >= 0) {
		if (c == 'a')
			*ret_all = true;
		else if (c == 'h')
			*ret_help = true;
		else
			return cmd_bad_option(err, "ingest", c, argv);
	}
	if (optind < argc)
		return cmd_bad_usage(err, "ingest", "no arguments are expected, not \"%s\"",
				     argv[optind]);
	return 0;
}

static void print_summary(const struct app *app, const struct ingest_summary *s)
{
	if (app->json)
		printf("{\"ingested\": %zu, \"present\": %zu, \"damaged\": %zu}\n", s->ingested,
		       s->present, s->damaged);
	else if (app->verbosity > QUIET)
		printf("%zu ingested, %zu were there, %zu damaged: %s\n", s->ingested, s->present,
		       s->damaged, app->db);
}

int cmd_ingest(struct app *app, int argc, char **argv, struct error **err)
{
	bool all = false, help = false;
	struct ingest_summary sum;
	_cleanup_db_ struct db *db = NULL;

	if (parse(argc, argv, &all, &help, err) < 0)
		return -1;
	if (help)
		return cmd_usage(usage);
	if (!path_is_dir(app->results))
		return error_set(err, EXIT_INPUT, "%s: no such folder", app->results);
	db = db_open(app->db, err);
	if (!db || ingest_all(db, app->results, all, &sum, err) < 0)
		return -1;
	progress_clear();
	print_summary(app, &sum);
	return sum.damaged ? EXIT_FAULT : EXIT_OK;
}
