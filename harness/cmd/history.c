// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness history`: a metric over campaigns, and where its level changed. */
#include "analysis/history.h"

#include <getopt.h>

#include "cmd/reading.h"

static const char usage[] =
	"usage: harness history [OPTIONS] METRIC\n"
	"\n"
	"Shows a metric (or all that match a glob) of each experiment over the campaigns\n"
	"of the database, in the order of time, and marks where its level changed.\n"
	"\n"
	"  --kernel GLOB, --policy GLOB, --workload GLOB, --mode GLOB\n"
	"             only runs that match\n"
	"  --changes  only series with a change\n"
	"\n"
	"exit status: 0 no level changed; 1 one did; 3 bad input\n"
	"\n"
	"examples:\n"
	"  harness history fault_p99 --policy stock\n"
	"  harness --json history '*' --changes\n";

static int parse(int argc, char **argv, struct history_options *o, bool *help, struct error **err)
{
	enum { WITH_VALUE = 256 };
	const char **const values[] = { &o->kernel, &o->policy, &o->workload, &o->mode };
	static const struct option options[] = {
		{ "kernel", required_argument, NULL, WITH_VALUE },
		{ "policy", required_argument, NULL, WITH_VALUE + 1 },
		{ "workload", required_argument, NULL, WITH_VALUE + 2 },
		{ "mode", required_argument, NULL, WITH_VALUE + 3 },
		{ "changes", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (c >= WITH_VALUE)
			*values[c - WITH_VALUE] = optarg;
		else if (c == 'c')
			o->changes = true;
		else if (c == 'h')
			*help = true;
		else
			return cmd_bad_option(err, "history", c, argv);
	}
	if (!*help && optind + 1 != argc)
		return cmd_bad_usage(err, "history", "one metric is needed; it may be a glob");
	o->metric = argv[optind];
	return 0;
}

int cmd_history(struct app *app, int argc, char **argv, struct error **err)
{
	struct history_options o = { .json = app->json };
	_cleanup_db_ struct db *db = NULL;
	bool help = false, changed;

	if (parse(argc, argv, &o, &help, err) < 0)
		return -1;
	if (help)
		return cmd_usage(usage);
	db = reading_open(app, err);
	if (!db || history_print(db_handle(db), &o, stdout, &changed, err) < 0)
		return -1;
	return changed ? EXIT_FINDING : EXIT_OK;
}
