// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness export`: a run's trace for other programs. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "exchange/exchange.h"

static const char usage[] =
	"usage: harness export --trace-dat RUN [-o FILE]\n"
	"       harness export --perfetto RUN [-o FILE]\n"
	"\n"
	"Writes the trace of a run (its id, or its directory) for other programs.\n"
	"\n"
	"  --trace-dat  for `trace-cmd report` and KernelShark: the same events, time\n"
	"               stamps and loss marks (default file: RUN.dat)\n"
	"  --perfetto   a timeline for ui.perfetto.dev or chrome://tracing, in the Chrome\n"
	"               trace event format (default file: RUN.json)\n"
	"  -o FILE      where to; - is standard output (--perfetto only)\n"
	"\n"
	"Tables and views go out with `harness query --csv` or `--json`.\n"
	"\n"
	"exit status: 0; 2 the run has no trace, or a damaged one; 3 no such run\n"
	"\n"
	"examples:\n"
	"  harness export --trace-dat 6100000000000001-1 && trace-cmd report 6100000000000001-1.dat\n"
	"  harness export --perfetto results/runs/6100000000000001-1 -o - | gzip >timeline.json.gz\n";

struct options {
	char format; /* 't' or 'p' */
	const char *run, *to;
	bool help;
};

static int parse(int argc, char **argv, struct options *ret, struct error **err)
{
	static const struct option options[] = {
		{ "trace-dat", no_argument, NULL, 't' },
		{ "perfetto", no_argument, NULL, 'p' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) >= 0) {
		if (c == 't' || c == 'p')
			ret->format = c;
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
		return cmd_bad_usage(err, "export", "a format and one run are expected");
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

static int export_to(const char *dir, const char *to, struct error **err)
{
	_cleanup_fclose_ FILE *out = NULL;

	if (streq(to, "-"))
		return export_timeline(dir, stdout, err);
	out = fopen(to, "we");
	if (!out)
		return error_errno(err, errno, "create %s", to);
	if (export_timeline(dir, out, err) < 0)
		return -1;
	if (fflush(out) != 0 || ferror(out))
		return error_errno(err, errno, "write %s", to);
	return 0;
}

int cmd_export(struct app *app, int argc, char **argv, struct error **err)
{
	struct options o = {};
	_cleanup_free_ char *dir = NULL, *to = NULL;
	const char *name;

	if (parse(argc, argv, &o, err) < 0)
		return -1;
	if (o.help)
		return cmd_usage(usage);
	dir = find_run(app, o.run, err);
	if (!dir)
		return -1;
	name = strrchr(dir, '/') ? strrchr(dir, '/') + 1 : dir;
	to = o.to ? xstrdup(o.to) : xasprintf("%s.%s", name, o.format == 't' ? "dat" : "json");
	if ((o.format == 't' ? export_dat(dir, to, err) : export_to(dir, to, err)) < 0)
		return -1;
	if (app->verbosity > QUIET && !streq(to, "-"))
		fprintf(stderr, "%s\n", to);
	return EXIT_OK;
}
