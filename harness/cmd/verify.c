// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness verify CELL`: run it again and see that every bit is the same. */
#include <getopt.h>
#include <string.h>

#include "artifact/artifact.h"
#include "base/file.h"
#include "base/pool.h"
#include "base/str.h"
#include "campaign/batch.h"
#include "campaign/campaign.h"
#include "cmd/cmd.h"
#include "cmd/select.h"
#include "cmd/verify_diff.h"

static const char usage[] =
	"usage: harness verify [OPTIONS] CELL\n"
	"\n"
	"Runs a deterministic cell several times, as many at once as there are CPUs,\n"
	"and compares all that the guests said byte by byte: trace, counters, output\n"
	"of the workload.  Prints the fingerprint (a hash over that) and the hash of\n"
	"the inputs (kernel, boot files, tools, command line, QEMU).  When runs differ,\n"
	"the first event that does is shown and the run directories are kept below\n"
	"RESULTS/verify.  CELL is as `harness plan --mode deterministic` prints it.\n"
	"\n"
	"  -n, --times N      how often (default 2; 1 with --against)\n"
	"  --against HASH     the fingerprint that each run must have\n"
	"  --inputs HASH      boot only if the inputs are these\n"
	"  --matrix NAME      look in this matrix (default: all of them)\n"
	"  --mode MODE        what mode \"auto\" stands for (default: deterministic)\n"
	"\n"
	"exit status: 0 all the same; 1 bits differ; 2 a run wasn't ok; 3 no such cell,\n"
	"or it isn't deterministic; 4 other inputs, or this machine can't; 130 interrupted\n"
	"\n"
	"examples:\n"
	"  harness verify 205ea9bdc42a\n"
	"  harness verify -n 20 205ea9bdc42a\n"
	"  harness verify --against 5d41402abc4b… 205ea9bdc42a\n";

#define TIMES_MAX 1000

struct verify {
	struct app *app;
	const char *matrix, *mode, *id, *against, *inputs_wanted;
	unsigned int times;
	bool help;
	const struct cell *cell;
	char *results; /* RESULTS/verify */
	char inputs[HASH_HEX];
	char **runs; /* ids, as they ended */
	char (*fingerprints)[HASH_HEX];
	size_t n;
	unsigned int void_runs; /* whose outcome wasn't ok */
};

static bool is_hash(const char *s)
{
	return strlen(s) == HASH_HEX - 1 && strspn(s, "0123456789abcdef") == HASH_HEX - 1;
}

static int take_option(struct verify *v, int c, char **argv, struct error **err)
{
	char *end;

	switch (c) {
	case 'n':
		v->times = (unsigned int)strtoul(optarg, &end, 10);
		if (*end || v->times < 1 || v->times > TIMES_MAX)
			return cmd_bad_usage(err, "verify",
					     "-n takes a number from 1 to %d, not \"%s\"",
					     TIMES_MAX, optarg);
		return 0;
	case 'a':
	case 'i':
		if (!is_hash(optarg))
			return cmd_bad_usage(err, "verify", "\"%s\" isn't a hash of 64 hex digits",
					     optarg);
		*(c == 'a' ? &v->against : &v->inputs_wanted) = optarg;
		return 0;
	case 'm':
		v->matrix = optarg;
		return 0;
	case 'M':
		v->mode = optarg;
		return 0;
	default:
		return cmd_bad_option(err, "verify", c, argv);
	}
}

static int parse(int argc, char **argv, struct verify *v, struct error **err)
{
	static const struct option options[] = {
		{ "times", required_argument, NULL, 'n' },
		{ "against", required_argument, NULL, 'a' },
		{ "inputs", required_argument, NULL, 'i' },
		{ "matrix", required_argument, NULL, 'm' },
		{ "mode", required_argument, NULL, 'M' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":hn:", options, NULL)) >= 0) {
		if (c == 'h')
			v->help = true;
		else if (take_option(v, c, argv, err) < 0)
			return -1;
	}
	if (!v->help && optind + 1 != argc)
		return cmd_bad_usage(err, "verify", "exactly one cell id is needed");
	if (!v->times)
		v->times = v->against ? 1 : 2;
	v->id = argv[optind];
	return 0;
}

static int check_cell(struct verify *v, struct error **err)
{
	if (v->cell->mode != MODE_DETERMINISTIC)
		return error_set(err, EXIT_INPUT,
				 "cell %s is of mode %s, which never gives the same bits twice; "
				 "see `harness plan --mode deterministic`",
				 v->cell->id, mode_name(v->cell->mode));
	if (v->cell->refused)
		return error_set(err, EXIT_INPUT, "cell %s: %s", v->cell->id, v->cell->refused);
	progress("making the boot files");
	if (cell_inputs_hash(v->cell, v->inputs, err) < 0)
		return -1;
	if (v->inputs_wanted && !streq(v->inputs, v->inputs_wanted))
		return error_set(err, EXIT_HOST,
				 "the inputs are %s here and not %s: kernel, boot files, tools or "
				 "QEMU differ, so the bits will",
				 v->inputs, v->inputs_wanted);
	return 0;
}

static int run_done(void *arg, const struct batch_result *r, struct error **err)
{
	struct verify *v = arg;
	char inputs[HASH_HEX];

	if (!r->run_id)
		return error_set(err, r->why->code, "%s", r->why->msg);
	if (r->outcome == OUTCOME_INTERRUPTED)
		return error_set(err, EXIT_INTERRUPTED, "interrupted");
	if (r->outcome != OUTCOME_OK) {
		progress_warn("%s: see %s/runs/%s", outcome_name(r->outcome), v->results,
			      r->run_id);
		v->void_runs++;
		return 0;
	}
	v->fingerprints = xrealloc(v->fingerprints, (v->n + 1) * sizeof(*v->fingerprints));
	if (artifact_fingerprint(v->results, r->run_id, v->fingerprints[v->n], inputs, err) < 0)
		return -1;
	strv_add(&v->runs, r->run_id);
	progress_note("[%zu/%u] %s %s (%s)", v->n + 1, v->times, r->run_id, v->fingerprints[v->n],
		      duration_to_str(r->took_s));
	v->n++;
	return 0;
}

static int run_all(struct verify *v, const char *campaign_id, struct error **err)
{
	_cleanup_free_ const struct cell **cells = xcalloc(v->times, sizeof(*cells));
	const struct batch b = {
		.cells = cells,
		.n = v->times,
		.campaign_id = campaign_id,
		.results = v->results,
		.done = run_done,
		.arg = v,
	};

	for (unsigned int i = 0; i < v->times; i++)
		cells[i] = v->cell;
	if (dir_make(v->results, err) < 0 || artifact_sweep(v->results, err) < 0)
		return -1;
	progress("%u runs, %u CPUs", v->times, pool_cpus());
	return batch_run(&b, err);
}

/* The first run whose bits aren't those of the first one; n if there is none. */
static size_t find_other(const struct verify *v)
{
	size_t i = 1;

	while (i < v->n && streq(v->fingerprints[i], v->fingerprints[0]))
		i++;
	return i < v->n ? i : v->n;
}

static int show_difference(const struct verify *v, size_t other, struct error **err)
{
	_cleanup_free_ char *a = xasprintf("%s/runs/%s", v->results, v->runs[0]);
	_cleanup_free_ char *b = xasprintf("%s/runs/%s", v->results, v->runs[other]);

	printf("< %s\n> %s\n", a, b);
	return verify_diff(a, b, stdout, err);
}

static size_t count_same(const struct verify *v, const char *wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		n += streq(v->fingerprints[i], wanted);
	return n;
}

static void print_verdict(const struct verify *v, const char *wanted, size_t same)
{
	_cleanup_free_ char *title = cell_title(v->cell);

	if (v->app->json) {
		printf("{\"cell\": \"%s\", \"title\": \"%s\", \"runs\": %u, \"same\": %zu, "
		       "\"void\": %u, \"fingerprint\": \"%s\", \"inputs\": \"%s\"}\n",
		       v->cell->id, title, v->times, same, v->void_runs, wanted, v->inputs);
		return;
	}
	printf("%s %s\nfingerprint %s\ninputs      %s\n%zu of %u runs %s\n", v->cell->id, title,
	       wanted, v->inputs, same, v->times,
	       v->against ? "have this fingerprint" : "are the same, bit by bit");
}

/* Runs that differ are kept to be looked at. */
static int tidy(const struct verify *v, struct error **err)
{
	for (size_t i = 0; i < v->n; i++) {
		_cleanup_free_ char *dir = xasprintf("%s/runs/%s", v->results, v->runs[i]);

		if (dir_remove(dir, err) < 0)
			return -1;
	}
	return 0;
}

static int judge(const struct verify *v, struct error **err)
{
	const char *wanted = v->against ?: v->n ? v->fingerprints[0] : "";
	size_t same = count_same(v, wanted), other = find_other(v);

	progress_clear();
	print_verdict(v, wanted, same);
	if (other < v->n && !v->app->json && show_difference(v, other, err) < 0)
		return -1;
	if (same < v->n) {
		if (other == v->n && !v->app->json)
			printf("they are %s\n", v->fingerprints[0]);
		return EXIT_FINDING;
	}
	if (tidy(v, err) < 0)
		return -1;
	return v->void_runs ? EXIT_FAULT : EXIT_OK;
}

static void deinit(struct verify *v)
{
	strv_free(v->runs);
	free(v->fingerprints);
	free(v->results);
}

int cmd_verify(struct app *app, int argc, char **argv, struct error **err)
{
	cleanup(deinit) struct verify v = { .app = app, .mode = mode_name(MODE_DETERMINISTIC) };
	_cleanup_selection_ struct selection s = { 0 };

	if (parse(argc, argv, &v, err) < 0)
		return -1;
	if (v.help)
		return cmd_usage(usage);
	if (selection_find_cell(&s, app, v.matrix, v.mode, v.id, err) < 0)
		return -1;
	v.cell = s.cell;
	v.results = xasprintf("%s/verify", app->results);
	if (check_cell(&v, err) < 0 || run_all(&v, s.plan->campaign_id, err) < 0)
		return -1;
	return judge(&v, err);
}
