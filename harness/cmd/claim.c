// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness claim`: does it hold? */
#include "cmd/claim.h"

#include <fnmatch.h>
#include <getopt.h>

#include "base/str.h"
#include "cmd/carry_out.h"
#include "cmd/reading.h"
#include "cmd/select.h"

static const char usage[] =
	"usage: harness claim [OPTIONS] [POLICY[/CLAIM]]\n"
	"\n"
	"Judges what policies/*/claims.toml say is claimed: runs what is missing and\n"
	"gives a verdict: reproduced, refuted, inconclusive (with how many more boots\n"
	"would decide) or already upstream.  Names may be globs; all claims by default.\n"
	"\n"
	"  --reps N       boots of each side instead of the claim's own number\n"
	"  --kernel GLOB  only on these of its kernels\n"
	"  --mode MODE    auto, tcg, kvm or deterministic\n"
	"  --no-run       judge what has been run\n"
	"  --dry-run      say what would run, and do nothing\n"
	"  --retry        run cells again whose last outcome wasn't ok\n"
	"\n"
	"exit status: 0 every claim is reproduced or already upstream; 1 some aren't;\n"
	"2 boots failed; 3 bad input; 4 this machine can't; 130 interrupted\n"
	"\n"
	"examples:\n"
	"  harness claim --dry-run\n"
	"  harness claim watermark-timer/wakes-unasked\n"
	"  harness --json claim 'watermark-timer*' --reps 20\n";

struct claim_options {
	struct plan_filter filter;
	const char *name;
	bool no_run, dry_run, retry, help;
};

struct claims {
	struct config *config;
	struct claim_result *results;
	size_t n;
};

static void claims_deinit(struct claims *c)
{
	for (size_t i = 0; i < c->n; i++)
		claim_result_deinit(&c->results[i]);
	free(c->results);
	config_free(c->config);
}

static int parse(int argc, char **argv, struct claim_options *o, struct error **err)
{
	static const struct option options[] = {
		{ "reps", required_argument, NULL, 'n' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "mode", required_argument, NULL, 'M' },
		{ "no-run", no_argument, NULL, 'N' },
		{ "dry-run", no_argument, NULL, 'd' },
		{ "retry", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (c == 'N')
			o->no_run = true;
		else if (c == 'd')
			o->dry_run = true;
		else if (c == 'r')
			o->retry = true;
		else if (c == 'h')
			o->help = true;
		else if (selection_option("claim", c, argv, &o->filter, err) < 0)
			return -1;
	}
	if (argc - optind > 1)
		return cmd_bad_usage(err, "claim", "one name at a time; it may be a glob");
	o->name = argv[optind];
	return 0;
}

/* "watermark-timer" means all of its claims. */
static bool wanted(const struct claim_options *o, const struct policy_def *p,
		   const struct claim_def *c)
{
	_cleanup_free_ char *name = xasprintf("%s/%s", p->name, c->name);

	return !o->name || fnmatch(o->name, p->name, 0) == 0 || fnmatch(o->name, name, 0) == 0;
}

static int no_claim(const struct claims *all, const char *name, struct error **err)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };

	for (size_t i = 0; i < all->config->n_policies; i++) {
		const struct policy_def *p = &all->config->policies[i];

		for (size_t j = 0; j < p->n_claims; j++)
			strbuf_printf(&b, "%s%s/%s", b.len ? ", " : "", p->name, p->claims[j].name);
	}
	if (!b.len)
		return error_set(err, EXIT_INPUT,
				 "there are no claims: no policy has a claims.toml");
	return error_set(err, EXIT_INPUT, "no claim is named \"%s\"; there are %s", name, b.data);
}

static int plan_claim(struct claims *all, const struct policy_def *p, const struct claim_def *c,
		      const struct claim_options *o, enum mode mode, struct error **err)
{
	struct claim_result *r = ARRAY_APPEND(all->results, all->n);
	struct claim_matrix cm;
	struct plan_host host = { .auto_mode = mode };

	r->policy = p;
	r->claim = c;
	r->reps = o->filter.reps ?: c->reps;
	if (claim_matrix_init(&cm, all->config, p, c, r->reps, err) == 0 &&
	    selection_counts_cpus(all->config, &cm.m, &o->filter, &host.counts_cpus, err) == 0)
		r->plan = plan_create(all->config, &cm.m, &o->filter, &host, err);
	if (r->plan)
		selection_tell(r->plan);
	claim_matrix_deinit(&cm);
	return r->plan ? 0 : -1;
}

static int plan_claims(struct claims *all, const struct app *app, const struct claim_options *o,
		       struct error **err)
{
	enum mode mode;

	all->config = config_load(app->config, err);
	if (!all->config || selection_auto_mode(o->filter.mode, &mode, err) < 0)
		return -1;
	for (size_t i = 0; i < all->config->n_policies; i++) {
		const struct policy_def *p = &all->config->policies[i];

		for (size_t j = 0; j < p->n_claims; j++) {
			if (wanted(o, p, &p->claims[j]) &&
			    plan_claim(all, p, &p->claims[j], o, mode, err) < 0)
				return -1;
		}
	}
	return all->n ? 0 : no_claim(all, o->name ?: "*", err);
}

static int dry_run(const struct claims *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct claim_result *r = &all->results[i];
		size_t refused = 0;

		for (size_t j = 0; j < r->plan->n_cells; j++)
			refused += r->plan->cells[j].refused != NULL;
		printf("%s/%s: %zu cells, about %s", r->policy->name, r->claim->name,
		       r->plan->n_cells - refused, duration_to_str(plan_total_s(r->plan)));
		if (refused)
			printf("; %zu can't run", refused);
		putchar('\n');
		for (size_t j = 0; j < r->plan->n_cells; j++) {
			_cleanup_free_ char *title = cell_title(&r->plan->cells[j]);

			printf("  %s %s\n", r->plan->cells[j].id, title);
		}
	}
	return EXIT_OK;
}

/* Reproduced and already upstream both say that the effect is there. */
static enum exit_code status(const struct claims *all)
{
	bool failed = false, doubtful = false;

	for (size_t i = 0; i < all->n; i++) {
		for (size_t j = 0; j < all->results[i].n_trials; j++) {
			const struct claim_trial *t = &all->results[i].trials[j];
			enum claim_verdict v = t->found.verdict;

			failed |= t->voids > 0;
			doubtful |= v == CLAIM_REFUTED || v == CLAIM_INCONCLUSIVE;
		}
	}
	return failed ? EXIT_FAULT : doubtful ? EXIT_FINDING : EXIT_OK;
}

static int run_all(const struct app *app, struct claims *all, bool retry, struct error **err)
{
	for (size_t i = 0; i < all->n; i++) {
		_cleanup_db_ struct db *db = NULL;
		struct campaign_summary summary = { 0 };

		if (carry_out(app, all->results[i].plan, retry, &db, &summary, err) < 0)
			return -1;
	}
	return 0;
}

static int judge_all(const struct app *app, struct claims *all, struct error **err)
{
	_cleanup_db_ struct db *db = reading_open(app, err);

	if (!db)
		return -1;
	for (size_t i = 0; i < all->n; i++) {
		if (claim_try(db, &all->results[i], err) < 0)
			return -1;
	}
	if (app->json)
		claim_print_json(all->results, all->n, stdout);
	else
		claim_print(all->results, all->n, stdout);
	return 0;
}

int cmd_claim(struct app *app, int argc, char **argv, struct error **err)
{
	cleanup(claims_deinit) struct claims all = { 0 };
	struct claim_options o = { 0 };

	if (parse(argc, argv, &o, err) < 0)
		return -1;
	if (o.help)
		return cmd_usage(usage);
	if (plan_claims(&all, app, &o, err) < 0)
		return -1;
	if (o.dry_run)
		return dry_run(&all);
	if ((!o.no_run && run_all(app, &all, o.retry, err) < 0) || judge_all(app, &all, err) < 0)
		return -1;
	return (int)status(&all);
}
