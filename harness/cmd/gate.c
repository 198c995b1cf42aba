// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness gate`: did anything get worse? */
#include "analysis/gate.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "cmd/carry_out.h"
#include "cmd/reading.h"
#include "cmd/select.h"

static const char usage[] =
	"usage: harness gate --baseline REF [OPTIONS] [MATRIX]\n"
	"\n"
	"Sets each experiment of a campaign against the same one of a baseline and fails\n"
	"when a metric got worse.  With MATRIX, runs first what isn't finished of it.\n"
	"\n"
	"  --baseline REF   a campaign (the beginning of its id), a database file, or a\n"
	"                   kernel, by name or revision: then the candidate's other kernels\n"
	"                   are set against it\n"
	"  --candidate ID   the campaign to judge (default: the newest)\n"
	"  --metric GLOB    these metrics (default: the workloads' own)\n"
	"  --margin PERCENT what is worse by less doesn't count (default: 0)\n"
	"  --kernel GLOB, --policy GLOB, --workload GLOB, --mode MODE, --reps N\n"
	"                   only these cells; --mode and --reps are for MATRIX\n"
	"  --markdown, --junit FILE, --ktap FILE\n"
	"                   Markdown instead of text; reports for a CI system beside it\n"
	"                   (FILE - is the standard output)\n"
	"  -v               every comparison, not only regressions\n"
	"\n"
	"exit status: 0 no regression; 1 a regression; 2 a boot failed, or there were too\n"
	"few runs to see anything; 3 bad input; 4 this machine can't\n"
	"\n"
	"examples:\n"
	"  harness gate --baseline main.db default --junit gate.xml\n"
	"  harness gate --baseline 3f2a91c0\n"
	"  harness gate --baseline debian-6.1 --workload burst --margin 5\n";

struct gate_command {
	struct gate_options options;
	struct plan_filter filter;
	const char *matrix, *margin, *junit, *ktap;
	bool markdown, verbose, help;
};

enum { BASELINE = 256, CANDIDATE, METRIC, MARGIN, JUNIT, KTAP };

static int parse_margin(struct gate_command *g, struct error **err)
{
	char *end;

	if (!g->margin)
		return 0;
	g->options.margin = strtod(g->margin, &end);
	if (end > g->margin && (!*end || streq(end, "%")) && isfinite(g->options.margin) &&
	    g->options.margin >= 0)
		return 0;
	return cmd_bad_usage(err, "gate", "--margin takes a percentage such as 5, not \"%s\"",
			     g->margin);
}

static int parse_option(int c, char **argv, struct gate_command *g, struct error **err)
{
	const char **const values[] = { &g->options.baseline,
					&g->options.candidate,
					&g->options.metric,
					&g->margin,
					&g->junit,
					&g->ktap };

	if (c >= BASELINE)
		*values[c - BASELINE] = optarg;
	else if (c == 'm')
		g->markdown = true;
	else if (c == 'v')
		g->verbose = true;
	else if (c == 'h')
		g->help = true;
	else
		return selection_option("gate", c, argv, &g->filter, err);
	return 0;
}

static int parse(int argc, char **argv, struct gate_command *g, struct error **err)
{
	static const struct option options[] = {
		SELECTION_OPTIONS,
		{ "baseline", required_argument, NULL, BASELINE },
		{ "candidate", required_argument, NULL, CANDIDATE },
		{ "metric", required_argument, NULL, METRIC },
		{ "margin", required_argument, NULL, MARGIN },
		{ "junit", required_argument, NULL, JUNIT },
		{ "ktap", required_argument, NULL, KTAP },
		{ "markdown", no_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":hv", options, NULL)) >= 0) {
		if (parse_option(c, argv, g, err) < 0)
			return -1;
	}
	if (g->help)
		return 0;
	if (!g->options.baseline)
		return cmd_bad_usage(err, "gate", "--baseline is needed");
	if (argc - optind > 1)
		return cmd_bad_usage(err, "gate", "one matrix at a time");
	g->matrix = argv[optind];
	if (g->matrix && g->options.candidate)
		return cmd_bad_usage(err, "gate", "--candidate and a matrix exclude each other");
	return parse_margin(g, err);
}

/* Boots what is missing; the plan's cells are the candidate, whoever ran them. */
static int run_matrix(struct app *app, const struct gate_command *g, char ***ret_cells,
		      size_t *ret_void, struct error **err)
{
	_cleanup_selection_ struct selection s = { 0 };
	_cleanup_db_ struct db *db = NULL;
	struct campaign_summary summary = { 0 };

	if (selection_plan(&s, app, g->matrix, &g->filter, err) < 0 ||
	    carry_out(app, s.plan, false, &db, &summary, err) < 0)
		return -1;
	*ret_cells = carry_out_cells(s.plan);
	*ret_void = summary.faults;
	return 0;
}

static int write_file(const struct gate *g, enum gate_format f, const char *path,
		      struct error **err)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *mem;

	if (!path)
		return 0;
	mem = open_memstream(&text, &size);
	gate_print(g, f, false, mem);
	fclose(mem);
	if (!streq(path, "-"))
		return file_puts(path, text, err);
	fputs(text, stdout);
	return 0;
}

static int print_all(const struct app *app, const struct gate_command *g, const struct gate *gate,
		     struct error **err)
{
	bool to_stdout = (g->junit && streq(g->junit, "-")) || (g->ktap && streq(g->ktap, "-"));
	enum gate_format f = app->json ? GATE_JSON : g->markdown ? GATE_MARKDOWN : GATE_TEXT;

	if (!to_stdout)
		gate_print(gate, f, g->verbose, stdout);
	return write_file(gate, GATE_JUNIT, g->junit, err) < 0
		       ? -1
		       : write_file(gate, GATE_KTAP, g->ktap, err);
}

int cmd_gate(struct app *app, int argc, char **argv, struct error **err)
{
	struct gate_command g = { .verbose = app->verbosity == VERBOSE };
	_cleanup_strv_ char **cells = NULL;
	_cleanup_db_ struct db *db = NULL, *baseline = NULL;
	_cleanup_gate_ struct gate gate = { 0 };
	size_t faults = 0;

	if (parse(argc, argv, &g, err) < 0)
		return -1;
	if (g.help)
		return cmd_usage(usage);
	/* A file that can't be read is known before hours are spent. */
	if (path_exists(g.options.baseline) &&
	    !(baseline = db_open_readonly(g.options.baseline, err)))
		return -1;
	if (g.matrix && run_matrix(app, &g, &cells, &faults, err) < 0)
		return -1;
	db = reading_open(app, err);
	if (!db)
		return -1;
	g.options.baseline_db = baseline ? db_handle(baseline) : NULL;
	g.options.cells = cells;
	g.options.kernel = g.filter.kernel;
	g.options.policy = g.filter.policy;
	g.options.workload = g.filter.workload;
	if (gate_judge(db_handle(db), &g.options, &gate, err) < 0 ||
	    print_all(app, &g, &gate, err) < 0)
		return -1;
	return faults ? EXIT_FAULT : gate_status(&gate);
}
