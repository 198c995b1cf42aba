// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `harness cell ID`: one cell of a plan by itself, for batch schedulers.  It
 * needs the configuration and the caches, and leaves a run directory; rows
 * are made by whoever collects the directories (`harness ingest`).
 */
#include <getopt.h>

#include "campaign/campaign.h"
#include "cmd/cmd.h"
#include "cmd/select.h"
#include "base/str.h"

static const char usage[] =
	"usage: harness cell [--matrix NAME] [--mode MODE] ID\n"
	"\n"
	"Runs one cell of a plan and leaves its run directory under the results\n"
	"folder.  ID is as `harness plan` prints it; an unambiguous prefix will do.\n"
	"Prints the run's id.  Nothing is written to the database: `harness ingest`\n"
	"does that where the run directories are collected.\n"
	"\n"
	"  --matrix NAME   look in this matrix (default: all of them)\n"
	"  --mode MODE     what mode \"auto\" stands for (default: probed)\n"
	"\n"
	"exit status: 0 ok; 2 the cell ended with another outcome; 3 no such cell;\n"
	"4 this machine can't run it; 130 interrupted\n"
	"\n"
	"example:\n"
	"  harness plan --json | jq -r '.cells[].id' | xargs -n1 -P4 harness cell\n";

struct cell_options {
	const char *matrix;
	const char *mode;
	const char *id;
	bool help;
};

static int parse(int argc, char **argv, struct cell_options *o, struct error **err)
{
	static const struct option options[] = {
		{ "matrix", required_argument, NULL, 'm' },
		{ "mode", required_argument, NULL, 'M' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (c == 'm')
			o->matrix = optarg;
		else if (c == 'M')
			o->mode = optarg;
		else if (c == 'h')
			o->help = true;
		else
			return cmd_bad_option(err, "cell", c, argv);
	}
	if (!o->help && optind + 1 != argc)
		return cmd_bad_usage(err, "cell", "exactly one cell id is needed");
	o->id = argv[optind];
	return 0;
}

int cmd_cell(struct app *app, int argc, char **argv, struct error **err)
{
	_cleanup_selection_ struct selection s = { 0 };
	_cleanup_free_ char *run_id = NULL;
	struct cell_options o = { 0 };
	enum outcome outcome;

	if (parse(argc, argv, &o, err) < 0)
		return -1;
	if (o.help)
		return cmd_usage(usage);
	if (selection_find_cell(&s, app, o.matrix, o.mode, o.id, err) < 0 ||
	    run_cell(s.cell, s.plan->campaign_id, app->results, &run_id, &outcome, err) < 0)
		return -1;
	progress_clear();
	printf("%s %s\n", run_id, outcome_name(outcome));
	return outcome == OUTCOME_OK ? EXIT_OK : EXIT_FAULT;
}
