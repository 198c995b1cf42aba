// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness run`: plan, kernels, cells, report. */
#include <getopt.h>
#include <string.h>

#include "base/str.h"
#include "cmd/carry_out.h"
#include "cmd/durations.h"
#include "cmd/reading.h"
#include "cmd/select.h"
#include "cmd/until.h"

static const char usage[] =
	"usage: harness run [OPTIONS] [MATRIX]\n"
	"\n"
	"Runs every cell of a matrix (default: \"default\") that isn't finished yet and\n"
	"prints the report.  It may be stopped at any moment, with Ctrl-C or SIGKILL:\n"
	"the next `harness run` goes on where it stopped.\n"
	"\n"
	"  --kernel GLOB, --policy GLOB, --workload GLOB\n"
	"                 only cells that match\n"
	"  --mode MODE    auto, tcg, kvm or deterministic\n"
	"  --reps N       repetitions instead of the matrix's own number\n"
	"  --until WIDTH  more repetitions where a comparison with stock isn't known to +/- WIDTH\n"
	"                 yet: 2%, or throughput:2% for one metric instead of the workloads' own\n"
	"  --max-reps N   and no more than so many (default: 30)\n"
	"  --retry        run cells again whose last outcome wasn't ok\n"
	"  --no-report    don't print the report at the end\n"
	"\n"
	"exit status: 0 every planned cell is ok; 2 some aren't; 3 bad input; 4 this\n"
	"machine can't; 130 interrupted\n"
	"\n"
	"examples:\n"
	"  harness run quick\n"
	"  harness run --kernel 'patched-*' --workload burst --reps 5\n"
	"  harness run quick --until throughput:3% --max-reps 20\n";

struct run_options {
	const char *matrix;
	struct plan_filter filter;
	struct until until;
	bool retry, no_report, help;
};

static void run_options_deinit(struct run_options *o)
{
	free(o->until.metric);
}

static int take_option(int c, char **argv, struct run_options *o, struct error **err)
{
	switch (c) {
	case 'r':
		o->retry = true;
		return 0;
	case 'R':
		o->no_report = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	case 'u':
		return until_parse(optarg, &o->until, err);
	case 'x':
		return selection_reps("run", "--max-reps", &o->until.most, err);
	default:
		return selection_option("run", c, argv, &o->filter, err);
	}
}

static int parse(int argc, char **argv, struct run_options *o, struct error **err)
{
	static const struct option options[] = {
		SELECTION_OPTIONS,
		{ "retry", no_argument, NULL, 'r' },
		{ "until", required_argument, NULL, 'u' },
		{ "max-reps", required_argument, NULL, 'x' },
		{ "no-report", no_argument, NULL, 'R' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (take_option(c, argv, o, err) < 0)
			return -1;
	}
	if (argc - optind > 1)
		return cmd_bad_usage(err, "run", "one matrix at a time");
	o->matrix = optind < argc ? argv[optind] : "default";
	return 0;
}

/* Of the plan's cells, not of the campaign's boots: some were run by an earlier campaign. */
static int print_report(const struct app *app, const struct plan *plan, struct db *db,
			struct error **err)
{
	_cleanup_strv_ char **cells = carry_out_cells(plan);
	struct report_options o = reading_options(app);

	o.cells = cells;
	return report_print(db_handle(db), &o, stdout, err);
}

static int run_plan(const struct app *app, struct selection *s, const struct run_options *o,
		    bool *ret_void, struct error **err)
{
	struct campaign_summary summary = { 0 };
	_cleanup_db_ struct db *db = NULL;

	if (o->until.half > 0)
		return run_until(app, s, o->matrix, &o->filter, &o->until, o->retry, ret_void, err);
	if (carry_out(app, s->plan, o->retry, &db, &summary, err) < 0)
		return -1;
	*ret_void = carry_out_void(&summary) > 0;
	return 0;
}

int cmd_run(struct app *app, int argc, char **argv, struct error **err)
{
	_cleanup_selection_ struct selection s = { 0 };
	_cleanup_db_ struct db *db = NULL;
	cleanup(run_options_deinit) struct run_options o = { 0 };
	bool failed = false;
	size_t known;

	if (parse(argc, argv, &o, err) < 0)
		return -1;
	if (o.help)
		return cmd_usage(usage);
	if (selection_plan(&s, app, o.matrix, &o.filter, err) < 0)
		return -1;
	selection_tell(s.plan);
	durations_estimate(s.plan, app->db, &known);
	if (run_plan(app, &s, &o, &failed, err) < 0)
		return -1;
	db = db_open_readonly(app->db, err);
	if (!db)
		return -1;
	if (!o.no_report && print_report(app, s.plan, db, err) < 0)
		return -1;
	return failed ? EXIT_FAULT : EXIT_OK;
}
