// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness compare A B`: two selections of runs. */
#include <getopt.h>
#include <stdio.h>

#include "cmd/reading.h"

static const char usage[] =
	"usage: harness compare [OPTIONS] A B\n"
	"\n"
	"Compares two selections of runs in all metrics that both have.  A selection is\n"
	"key=pattern[,key=pattern...] with the keys kernel, policy, knobs, workload,\n"
	"workload_knobs, mode, cpus, mem (bytes), swap, campaign, cell, group, run; patterns\n"
	"are globs.  Experiments of A and B are paired if they agree in everything that the\n"
	"two selections don't name with different patterns; they are never pooled.\n"
	"\n"
	"  --section GLOB  only these sections (names of the files in analysis/reports)\n"
	"  --reports DIR   sections from another folder\n"
	"  --markdown      as Markdown; `harness --json compare` gives JSON\n"
	"  -v              with run ids, and with metrics that are 0 everywhere\n"
	"\n"
	"exit status: 0 printed; 3 bad selection, or one that matches no run\n"
	"\n"
	"examples:\n"
	"  harness compare kernel=debian-6.1,policy=stock kernel=debian-6.12,policy=stock\n"
	"  harness compare policy=watermark-scale policy=watermark-timer\n"
	"  harness compare campaign=3f2a91c07b5e44d1 campaign=a07c55e81f0db263\n";

static int parse(int argc, char **argv, struct report_options *o, bool *help, struct error **err)
{
	static const struct option options[] = { READING_OPTIONS, { 0 } };
	int c;

	while ((c = getopt_long(argc, argv, ":hv", options, NULL)) >= 0) {
		if (reading_option("compare", c, argv, o, help, err) < 0)
			return -1;
	}
	if (!*help && optind + 2 != argc)
		return cmd_bad_usage(err, "compare", "two selections are needed");
	return 0;
}

int cmd_compare(struct app *app, int argc, char **argv, struct error **err)
{
	struct report_options o = reading_options(app);
	_cleanup_db_ struct db *db = NULL;
	bool help = false;

	if (parse(argc, argv, &o, &help, err) < 0)
		return -1;
	if (help)
		return cmd_usage(usage);
	db = reading_open(app, err);
	if (!db ||
	    report_compare(db_handle(db), argv[optind], argv[optind + 1], &o, stdout, err) < 0)
		return -1;
	return EXIT_OK;
}
