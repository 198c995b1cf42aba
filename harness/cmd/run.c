// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness run`: plan, kernels, cells, report. */
#include <getopt.h>
#include <string.h>

#include "analysis/report.h"
#include "base/file.h"
#include "base/str.h"
#include "campaign/campaign.h"
#include "cmd/cmd.h"
#include "cmd/history.h"
#include "cmd/select.h"

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
	"  --retry        run cells again whose last outcome wasn't ok\n"
	"  --no-report    don't print the report at the end\n"
	"\n"
	"exit status: 0 every planned cell is ok; 2 some aren't; 3 bad input; 4 this\n"
	"machine can't; 130 interrupted\n"
	"\n"
	"examples:\n"
	"  harness run quick\n"
	"  harness run --kernel 'patched-*' --workload burst --reps 5\n";

struct run_options {
	const char *matrix;
	struct plan_filter filter;
	bool retry, no_report, help;
};

static int parse(int argc, char **argv, struct run_options *o, struct error **err)
{
	static const struct option options[] = {
		SELECTION_OPTIONS,
		{ "retry", no_argument, NULL, 'r' },
		{ "no-report", no_argument, NULL, 'R' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (c == 'r')
			o->retry = true;
		else if (c == 'R')
			o->no_report = true;
		else if (c == 'h')
			o->help = true;
		else if (selection_option("run", c, argv, &o->filter, err) < 0)
			return -1;
	}
	if (argc - optind > 1)
		return cmd_bad_usage(err, "run", "one matrix at a time");
	o->matrix = optind < argc ? argv[optind] : "default";
	return 0;
}

/* What can't run is said before anything boots; equal reasons once, with their count. */
static void list_refused(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_cells; i++) {
		const struct cell *cell = &plan->cells[i];
		size_t same = 0;
		bool first = true;

		if (!cell->refused)
			continue;
		for (size_t j = 0; j < plan->n_cells; j++) {
			const struct cell *other = &plan->cells[j];

			if (!other->refused || other->kernel != cell->kernel ||
			    other->policy != cell->policy || !streq(other->refused, cell->refused))
				continue;
			first = first && j >= i;
			same++;
		}
		if (first)
			progress_note("can't run %s on %s (%zu cells): %s", cell->policy->name,
				      cell->kernel->name, same, cell->refused);
	}
}

static size_t count_void(const struct campaign_summary *s)
{
	size_t n = s->faults;

	for (int o = 0; o < N_OUTCOMES; o++)
		n += o == OUTCOME_OK ? 0 : s->by_outcome[o];
	return n;
}

/* Of the plan's cells, not of the campaign's boots: some were run by an earlier campaign. */
static int print_report(struct app *app, const struct plan *plan, struct db *db, struct error **err)
{
	_cleanup_strv_ char **cells = NULL;

	for (size_t i = 0; i < plan->n_cells; i++)
		strv_add(&cells, plan->cells[i].id);
	return report_print(db_handle(db),
			    &(struct report_options){ .cells = cells,
						      .json = app->json,
						      .color = color_on(STDOUT_FILENO) },
			    stdout, err);
}

static int run_plan(struct app *app, struct plan *plan, const struct run_options *o,
		    struct campaign_summary *summary, struct error **err)
{
	const struct campaign_options co = { .results = app->results, .retry = o->retry };
	_cleanup_db_ struct db *db = NULL;

	/* The database first: a folder that can't be written is known before hours are spent. */
	if (dir_make(app->results, err) < 0)
		return -1;
	db = db_open(app->db, err);
	if (!db || campaign_kernels(plan, err) < 0)
		return -1;
	list_refused(plan);
	if (campaign_run(plan, &co, db, summary, err) < 0)
		return -1;
	progress_note("%zu cells ok, %zu void, %zu reused, %zu can't run; %s",
		      summary->by_outcome[OUTCOME_OK], count_void(summary), summary->reused,
		      summary->refused, duration_to_str(summary->elapsed_s));
	if (o->no_report)
		return 0;
	return print_report(app, plan, db, err);
}

int cmd_run(struct app *app, int argc, char **argv, struct error **err)
{
	_cleanup_selection_ struct selection s = { 0 };
	struct campaign_summary summary = { 0 };
	struct run_options o = { 0 };
	size_t known;

	if (parse(argc, argv, &o, err) < 0)
		return -1;
	if (o.help)
		return cmd_usage(usage);
	if (selection_plan(&s, app, o.matrix, &o.filter, err) < 0)
		return -1;
	history_estimate(s.plan, app->db, &known);
	if (run_plan(app, s.plan, &o, &summary, err) < 0)
		return -1;
	return count_void(&summary) ? EXIT_FAULT : EXIT_OK;
}
