// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness report`: each policy against stock on the same kernel. */
#include <getopt.h>
#include <stdio.h>

#include "analysis/report.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "db/db.h"

static const char usage[] =
	"usage: harness report [OPTIONS]\n"
	"\n"
	"Compares each policy with stock on the same kernel: medians over boots, the\n"
	"difference with its interval, and which runs are void and why.  Without options\n"
	"it takes every run in the database, the newest contents of each experiment.\n"
	"\n"
	"  --campaign ID   only runs of this campaign\n"
	"  --latest        only the campaign of the run that started last\n"
	"  --kernel GLOB, --policy GLOB, --workload GLOB, --mode GLOB\n"
	"                  only runs that match; stock is always there to compare with\n"
	"  --section GLOB  only these sections (names of the files in analysis/reports)\n"
	"  --reports DIR   sections from another folder\n"
	"  --markdown      as Markdown; `harness --json report` gives JSON\n"
	"  -v              with run ids, and with metrics that are 0 everywhere\n"
	"\n"
	"exit status: 0 printed; 3 the options match no run, or a section is wrong\n"
	"\n"
	"examples:\n"
	"  harness report --latest\n"
	"  harness report --workload 'burst*' --section '*reclaim' --markdown\n";

enum { HELP = 'h', VERBOSE_OPTION = 'v', MARKDOWN = 256, LATEST, WITH_VALUE };

static int parse(int argc, char **argv, struct report_options *o, bool *help, struct error **err)
{
	/* Options with a value, each with the place it goes to. */
	const char **const values[] = { &o->campaign, &o->kernel,  &o->policy, &o->workload,
					&o->mode,     &o->section, &o->reports };
	static const struct option options[] = {
		{ "campaign", required_argument, NULL, WITH_VALUE },
		{ "kernel", required_argument, NULL, WITH_VALUE + 1 },
		{ "policy", required_argument, NULL, WITH_VALUE + 2 },
		{ "workload", required_argument, NULL, WITH_VALUE + 3 },
		{ "mode", required_argument, NULL, WITH_VALUE + 4 },
		{ "section", required_argument, NULL, WITH_VALUE + 5 },
		{ "reports", required_argument, NULL, WITH_VALUE + 6 },
		{ "latest", no_argument, NULL, LATEST },
		{ "markdown", no_argument, NULL, MARKDOWN },
		{ "help", no_argument, NULL, HELP },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":hv", options, NULL)) >= 0) {
		if (c >= WITH_VALUE)
			*values[c - WITH_VALUE] = optarg;
		else if (c == LATEST)
			o->latest = true;
		else if (c == MARKDOWN)
			o->markdown = true;
		else if (c == VERBOSE_OPTION)
			o->verbose = true;
		else if (c == HELP)
			*help = true;
		else
			return cmd_bad_option(err, "report", c, argv);
	}
	if (optind < argc)
		return cmd_bad_usage(err, "report", "unexpected \"%s\"", argv[optind]);
	return 0;
}

int cmd_report(struct app *app, int argc, char **argv, struct error **err)
{
	struct report_options o = {
		.json = app->json,
		.verbose = app->verbosity == VERBOSE,
		.color = color_on(fileno(stdout)),
	};
	_cleanup_db_ struct db *db = NULL;
	bool help = false;

	if (parse(argc, argv, &o, &help, err) < 0)
		return -1;
	if (help)
		return cmd_usage(usage);
	db = db_open_readonly(app->db, err);
	if (!db || report_print(db_handle(db), &o, stdout, err) < 0)
		return -1;
	return EXIT_OK;
}
