// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness export`: a run's trace, or a campaign, for other programs. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "analysis/gate.h"
#include "base/file.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "exchange/exchange.h"

static const char usage[] =
	"usage: harness export --trace-dat RUN [-o FILE]\n"
	"       harness export --perfetto RUN [-o FILE]\n"
	"       harness export --kcidb CAMPAIGN [--origin NAME] [-o FILE]\n"
	"\n"
	"Writes the trace of a run (its id, or its directory), or the results of a\n"
	"campaign (its id, or the beginning of it), for other programs.\n"
	"\n"
	"  --trace-dat  for `trace-cmd report` and KernelShark: the same events, time\n"
	"               stamps and loss marks (default file: RUN.dat)\n"
	"  --perfetto   a timeline for ui.perfetto.dev or chrome://tracing, in the Chrome\n"
	"               trace event format (default file: RUN.json)\n"
	"  --kcidb      a KCIDB report, version 5: kernels as builds, runs as tests, their\n"
	"               metrics as tests with a number (default file: standard output)\n"
	"  --origin NAME  the CI system that KCIDB knows you as (default: mm_harness)\n"
	"  -o FILE      where to; - is standard output (not for --trace-dat)\n"
	"\n"
	"Tables and views go out with `harness query --csv` or `--json`.\n"
	"\n"
	"exit status: 0; 2 the run has no trace, or a damaged one; 3 no such run or campaign\n"
	"\n"
	"examples:\n"
	"  harness export --trace-dat 6100000000000001-1 && trace-cmd report 6100000000000001-1.dat\n"
	"  harness export --perfetto results/runs/6100000000000001-1 -o - | gzip >timeline.json.gz\n"
	"  harness export --kcidb 3f2a91c0 --origin my_ci | kcidb-submit -p PROJECT -t TOPIC\n";

struct options {
	char format; /* 't', 'p' or 'k' */
	const char *run, *to, *origin;
	bool help;
};

static int parse(int argc, char **argv, struct options *ret, struct error **err)
{
	static const struct option options[] = {
		{ "trace-dat", no_argument, NULL, 't' },
		{ "perfetto", no_argument, NULL, 'p' },
		{ "kcidb", no_argument, NULL, 'k' },
		{ "origin", required_argument, NULL, 'O' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) >= 0) {
		if (c == 't' || c == 'p' || c == 'k')
			ret->format = c;
		else if (c == 'O')
			ret->origin = optarg;
		else if (c == 'o')
			ret->to = optarg;
		else if (c == 'h')
			ret->help = true;
		else
			return cmd_bad_option(err, "export", c, argv);
	}
	if (ret->help)
		return 0;
	if (!ret->format || optind + 1 != argc)
		return cmd_bad_usage(err, "export",
				     "a format, and one run or campaign, are expected");
	ret->run = argv[optind];
	return 0;
}

/* Its id or its directory; NULL with an error.  Caller frees. */
static char *find_run(const struct app *app, const char *run, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/runs/%s", app->results, run);
	_cleanup_free_ char *found = xstrdup(path_is_dir(dir) ? dir : run);
	_cleanup_free_ char *trace = xasprintf("%s/guest/trace/header_page", found);

	if (!path_is_dir(found))
		error_set(err, EXIT_INPUT,
			  "no run \"%s\" in %s/runs, and no directory of that name", run,
			  app->results);
	else if (!path_exists(trace))
		error_set(err, EXIT_FAULT, "%s has no trace", found);
	else
		return steal_ptr(&found);
	return NULL;
}

static int write_kcidb(const struct app *app, const struct options *o, FILE *out,
		       struct error **err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const char *origin = o->origin ?: "mm_harness";
	_cleanup_db_ struct db *db = NULL;
	_cleanup_free_ char *campaign = NULL;

	if (!*origin || origin[strspn(origin, letters)])
		return error_set(err, EXIT_INPUT,
				 "--origin \"%s\": a name of a-z, 0-9 and _ is expected", origin);
	db = db_open_readonly(app->db, err);
	if (!db)
		return -1;
	campaign = gate_find_campaign(db_handle(db), o->run, err);
	if (campaign)
		return export_kcidb(db, campaign, origin, out, err);
	if (!*err)
		error_set(err, EXIT_INPUT, "no campaign begins with \"%s\"", o->run);
	return -1;
}

static int write_to(const struct app *app, const struct options *o, const char *dir, FILE *out,
		    struct error **err)
{
	return o->format == 'k' ? write_kcidb(app, o, out, err) : export_timeline(dir, out, err);
}

static int export_to(const struct app *app, const struct options *o, const char *dir,
		     const char *to, struct error **err)
{
	_cleanup_fclose_ FILE *out = NULL;

	if (streq(to, "-"))
		return write_to(app, o, dir, stdout, err);
	out = fopen(to, "we");
	if (!out)
		return error_errno(err, errno, "create %s", to);
	if (write_to(app, o, dir, out, err) < 0)
		return -1;
	if (fflush(out) != 0 || ferror(out))
		return error_errno(err, errno, "write %s", to);
	return 0;
}

/* What it is called if the user doesn't say.  Caller frees. */
static char *default_file(char format, const char *dir)
{
	const char *name;

	if (format == 'k')
		return xstrdup("-");
	name = strrchr(dir, '/') ? strrchr(dir, '/') + 1 : dir;
	return xasprintf("%s.%s", name, format == 't' ? "dat" : "json");
}

int cmd_export(struct app *app, int argc, char **argv, struct error **err)
{
	struct options o = {};
	_cleanup_free_ char *dir = NULL, *to = NULL;

	if (parse(argc, argv, &o, err) < 0)
		return -1;
	if (o.help)
		return cmd_usage(usage);
	if (o.format != 'k' && !(dir = find_run(app, o.run, err)))
		return -1;
	to = o.to ? xstrdup(o.to) : default_file(o.format, dir);
	if ((o.format == 't' ? export_dat(dir, to, err) : export_to(app, &o, dir, to, err)) < 0)
		return -1;
	if (app->verbosity > QUIET && !streq(to, "-"))
		fprintf(stderr, "%s\n", to);
	return EXIT_OK;
}
