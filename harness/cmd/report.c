// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness report`: each policy against stock on the same kernel. */
#include <getopt.h>
#include <stdio.h>

#include "cmd/reading.h"

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

enum { LATEST = 256, WITH_VALUE };

static int parse(int argc, char **argv, struct report_options *o, bool *help, struct error **err)
{
	/* Options with a value, each with the place it goes to. */
	const char **const values[] = { &o->campaign, &o->kernel, &o->policy, &o->workload,
					&o->mode };
	static const struct option options[] = {
		READING_OPTIONS,
		{ "campaign", required_argument, NULL, WITH_VALUE },
		{ "kernel", required_argument, NULL, WITH_VALUE + 1 },
		{ "policy", required_argument, NULL, WITH_VALUE + 2 },
		{ "workload", required_argument, NULL, WITH_VALUE + 3 },
		{ "mode", required_argument, NULL, WITH_VALUE + 4 },
		{ "latest", no_argument, NULL, LATEST },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":hv", options, NULL)) >= 0) {
		if (c >= WITH_VALUE)
			*values[c - WITH_VALUE] = optarg;
		else if (c == LATEST)
			o->latest = true;
		else if (reading_option("report", c, argv, o, help, err) < 0)
			return -1;
	}
	if (optind < argc)
		return cmd_bad_usage(err, "report", "unexpected \"%s\"", argv[optind]);
	return 0;
}

int cmd_report(struct app *app, int argc, char **argv, struct error **err)
{
	struct report_options o = reading_options(app);
	_cleanup_db_ struct db *db = NULL;
	bool help = false;

	if (parse(argc, argv, &o, &help, err) < 0)
		return -1;
	if (help)
		return cmd_usage(usage);
	db = reading_open(app, err);
	if (!db || report_print(db_handle(db), &o, stdout, err) < 0)
		return -1;
	return EXIT_OK;
}
