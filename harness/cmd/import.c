// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness import`: a trace.dat becomes a run. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>

#include "artifact/artifact.h"
#include "base/file.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "exchange/exchange.h"
#include "ingest/ingest.h"

static const char usage[] =
	"usage: harness import FILE...\n"
	"\n"
	"Makes a run of each trace.dat (of trace-cmd, versions 6 and 7): a run directory\n"
	"and rows in the database, like those of a run of our own, with the outcome\n"
	"\"imported\".  Reports leave such runs out.  A file that was imported before is\n"
	"recognised by its contents.\n"
	"\n"
	"Without importing, any trace.dat can be asked in SQL:\n"
	"  harness query \"SELECT event, count(*) FROM trace('trace.dat') GROUP BY 1\"\n"
	"\n"
	"What is cut off or damaged in a file is said and counts as lost; everything\n"
	"before it is kept.\n"
	"\n"
	"exit status: 0; 2 a file is no trace.dat or its headers are damaged; 3 bad\n"
	"input, or a file changed while it was read; 4 this machine can't\n"
	"\n"
	"examples:\n"
	"  harness import trace.dat\n"
	"  harness import host.dat guest.dat\n";

static int parse(int argc, char **argv, bool *ret_help, struct error **err)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (c != 'h')
			return cmd_bad_option(err, "import", c, argv);
		*ret_help = true;
	}
	if (!*ret_help && optind == argc)
		return cmd_bad_usage(err, "import", "which file?");
	return 0;
}

/* The events come from the file itself, and must be those that the run directory keeps. */
struct watch {
	const char *path;
	struct stat before;
	bool changed;
};

static int before_commit(void *arg)
{
	struct watch *w = arg;

	w->changed = !file_unchanged(w->path, &w->before);
	return w->changed;
}

static int ingest_watched(const struct app *app, struct db *db, const char *run_id, struct watch *w,
			  struct error **err)
{
	_cleanup_error_ struct error *why = NULL;
	int r;

	sqlite3_commit_hook(db_handle(db), before_commit, w);
	r = ingest_run(db, app->results, run_id, &why);
	sqlite3_commit_hook(db_handle(db), NULL, NULL);
	if (w->changed)
		return error_set(err, EXIT_INPUT,
				 "%s: somebody changed it while it was read; what it was before is "
				 "in %s/runs/%s, and `harness ingest` takes it from there",
				 w->path, app->results, run_id);
	return r < 0 ? error_propagate(err, steal_ptr(&why)) : 0;
}

static int import_one(const struct app *app, struct db *db, const char *path, struct error **err)
{
	_cleanup_free_ char *run_id = NULL;
	struct watch w = { .path = path };
	bool present;

	if (stat(path, &w.before) < 0)
		return error_errno(err, errno, "%s", path);
	if (import_dat(app->results, path, db_traces(db), &run_id, &present, err) < 0 ||
	    ingest_watched(app, db, run_id, &w, err) < 0)
		return -1;
	progress_clear();
	if (app->json)
		printf("{\"file\": \"%s\", \"run_id\": \"%s\", \"present\": %s}\n", path, run_id,
		       present ? "true" : "false");
	else if (app->verbosity > QUIET)
		printf("%s: run %s%s\n", path, run_id, present ? ", which was there" : "");
	return 0;
}

int cmd_import(struct app *app, int argc, char **argv, struct error **err)
{
	_cleanup_db_ struct db *db = NULL;
	bool help = false;

	if (parse(argc, argv, &help, err) < 0)
		return -1;
	if (help)
		return cmd_usage(usage);
	if (!path_is_dir(app->results) && dir_make(app->results, err) < 0)
		return -1;
	/* An import that was killed leaves a copy of its file. */
	if (artifact_sweep(app->results, err) < 0)
		return -1;
	db = db_open(app->db, err);
	if (!db)
		return -1;
	for (int i = optind; i < argc; i++) {
		if (import_one(app, db, argv[i], err) < 0)
			return -1;
	}
	return EXIT_OK;
}
