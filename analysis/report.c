// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/report.h"

#include <string.h>

#include "analysis/document.h"
#include "analysis/rank.h"
#include "analysis/scope.h"
#include "analysis/sql_stats.h"
#include "base/resource.h"
#include "base/str.h"

/* Names of what there is, for someone whose selection matched nothing. */
static char *inventory(sqlite3 *db)
{
	static const char *const columns[] = { "kernel", "policy", "workload", "mode",
					       "campaign_id" };
	struct strbuf b = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		_cleanup_free_ char *sql = xasprintf(
			"SELECT group_concat(x, ', ') FROM (SELECT DISTINCT %s AS x FROM run"
			" ORDER BY x LIMIT 20)",
			columns[i]);
		_cleanup_free_ char *names = sql_text(db, sql);

		strbuf_printf(&b, "%s%.*s: %s", i ? "; " : "", (int)strcspn(columns[i], "_"),
			      columns[i], names ?: "none");
	}
	return strbuf_steal(&b);
}

static int check_matches(sqlite3 *db, const struct selector *s, const char *what,
			 struct error **err)
{
	_cleanup_free_ char *there = NULL;
	int n;

	if (selector_count(db, s, &n, err) < 0)
		return -1;
	if (n)
		return 0;
	there = inventory(db);
	return error_set(err, EXIT_INPUT, "%s no run; there are %s", what, there);
}

/* --- which runs ----------------------------------------------------------- */

static int select_runs(sqlite3 *db, const struct report_options *o, struct selector *ret,
		       struct error **err)
{
	if (selector_add(ret, "campaign", o->campaign, err) < 0 ||
	    selector_add_cells(ret, o->kernel, NULL, o->workload, o->mode, err) < 0)
		return -1;
	if (o->latest)
		selector_add_sql(ret, "campaign_id = (SELECT campaign_id FROM run"
				      " ORDER BY started_at DESC, run_id LIMIT 1)");
	if (o->cells)
		selector_add_list(ret, "cell_id", o->cells);
	return check_matches(db, ret, "the selection matches", err);
}

static int select_policies(sqlite3 *db, const struct report_options *o, struct selector *ret,
			   struct error **err)
{
	if (!o->policy)
		return 0;
	if (selector_add(ret, "policy", o->policy, err) < 0)
		return -1;
	return check_matches(db, ret, "the policies match", err);
}

/* --- words that depend on the data ------------------------------------------ */

static char *why_nothing(sqlite3 *db, const struct document *d, bool against_stock)
{
	if (d->pairs)
		return NULL;
	if (!d->usable)
		return xstrdup("Every run is void, so nothing can be compared.");
	if (!against_stock)
		return xstrdup(
			"No experiment of A has a counterpart in B that is equal in all that "
			"the selections don't name, so nothing can be compared.");
	if (!sql_int(db, "SELECT count(*) FROM report_run WHERE side = 0 AND usable", 0))
		return xstrdup("Policy stock has no usable run: there is nothing to compare with.");
	if (!sql_int(db, "SELECT count(*) FROM report_run WHERE side = 1", 0))
		return xstrdup("Only stock was run: there is nothing to compare with it.");
	return xstrdup(
		"No policy has a usable run beside a usable one of stock on the same kernel, "
		"workload, mode and machine, so nothing can be compared.");
}

/* "3+3 runs (10 %), 1+3 runs (50 %)": sizes that can't show anything; NULL if there are none. */
static char *too_few(sqlite3 *db)
{
	_cleanup_finalize_ sqlite3_stmt *stmt = NULL;
	struct strbuf b = { 0 };

	if (sqlite3_prepare_v2(db,
			       "SELECT DISTINCT min(a, b), max(a, b) FROM ("
			       " SELECT sum(side = 0) AS a, sum(side = 1) AS b FROM report_member"
			       " GROUP BY pair) ORDER BY 1 DESC, 2 DESC",
			       -1, &stmt, NULL) != SQLITE_OK)
		return NULL;
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		int n_a = sqlite3_column_int(stmt, 0), n_b = sqlite3_column_int(stmt, 1);
		double p = rank_least_p((size_t)n_a, (size_t)n_b);

		if (p > EFFECT_FDR)
			strbuf_printf(&b, "%s%d+%d runs (%.0f %%)", b.len ? ", " : "", n_a, n_b,
				      100 * p);
	}
	return b.len ? strbuf_steal(&b) : NULL;
}

static char *what_cannot_be_shown(sqlite3 *db, size_t tests)
{
	_cleanup_free_ char *sizes = too_few(db);
	struct strbuf b = { 0 };
	size_t alone = effect_runs_needed(EFFECT_FDR),
	       among = effect_runs_needed(EFFECT_FDR / (double)(tests ?: 1));

	if (!sizes)
		return NULL;
	strbuf_printf(
		&b,
		"With %s no difference can be shown: sides that don't overlap at all come "
		"about by chance as often as the parentheses say, and the best mark is ?. From "
		"%zu+%zu runs on a metric can be shown by itself",
		sizes, alone, alone);
	if (tests > 1)
		strbuf_printf(&b, ", from %zu+%zu on also as the only one among %zu", among, among,
			      tests);
	strbuf_puts(&b, ".");
	return strbuf_steal(&b);
}

static const struct comparison_row *most_telling_row(const struct document *d)
{
	const struct comparison_row *best = NULL;

	for (size_t i = 0; i < d->sections.n; i++) {
		const struct comparison *c = &d->sections.items[i].rows;

		for (size_t j = 0; j < c->n; j++) {
			if (!best || c->rows[j].verdict > best->verdict)
				best = &c->rows[j];
		}
	}
	return best;
}

/* Say it again: a command whose rows are the runs behind a number of this report. */
static char *lead_to_runs(sqlite3 *db, const struct document *d)
{
	const struct comparison_row *r = most_telling_row(d);
	_cleanup_free_ char *sql = NULL, *groups = NULL, *stored = NULL;

	if (!r)
		return xstrdup(
			"harness query \"SELECT kernel, policy, workload, outcome, run_id, path"
			" FROM run ORDER BY started_at\"");
	sql = xasprintf("SELECT printf('''%%s'', ''%%s''', a_group, b_group) FROM report_pair"
			" WHERE pair = %d",
			r->pair);
	groups = sql_text(db, sql);
	/* A section may compute what is no stored metric. */
	stored = xasprintf("SELECT count(*) FROM report_metric WHERE name = '%s'", r->name);
	if (sql_int(db, stored, 0) <= 0)
		return xasprintf(
			"harness query \"SELECT policy, knobs, rep, run_id, path FROM run WHERE"
			" outcome = 'ok' AND cell_group IN (%s) ORDER BY policy, rep\"",
			groups ?: "");
	return xasprintf("harness query \"SELECT policy, knobs, rep, value, unit, run_id, path"
			 " FROM metric JOIN run USING (run_id) WHERE name = '%s' AND outcome = 'ok'"
			 " AND cell_group IN (%s) ORDER BY policy, rep\"",
			 r->name, groups ?: "");
}

/* --- putting it together ------------------------------------------------------ */

static void count_verdicts(struct document *d)
{
	for (size_t i = 0; i < d->sections.n; i++) {
		const struct comparison *c = &d->sections.items[i].rows;

		if (d->sections.items[i].pairs != PAIR_MAIN)
			continue;
		for (size_t j = 0; j < c->n; j++) {
			const struct comparison_row *r = &c->rows[j];
			bool shown = r->verdict == VERDICT_SHOWN || r->verdict == VERDICT_EXACT;

			d->unproven += r->verdict == VERDICT_UNPROVEN;
			d->better += shown && comparison_improved(r);
			d->worse += shown && !comparison_improved(r);
		}
	}
}

/*
 * Each kind of pairs is a family of its own: nobody looks for a policy's effect
 * among the pairs that can't have one.
 */
static size_t judge_kind(struct document *d, enum pair_kind kind)
{
	_cleanup_free_ struct comparison **all = xcalloc(d->sections.n + 1, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < d->sections.n; i++) {
		if (d->sections.items[i].pairs == kind)
			all[n++] = &d->sections.items[i].rows;
	}
	return comparison_judge(all, n);
}

static void judge(struct document *d)
{
	d->tests = judge_kind(d, PAIR_MAIN);
	for (enum pair_kind k = PAIR_MAIN + 1; k < N_PAIR_KINDS; k++)
		judge_kind(d, k);
	count_verdicts(d);
}

/* Names that a comparison has shown, so that a later section can show the rest. */
static int remember_names(sqlite3 *db, const struct section *s, struct error **err)
{
	if (!s->compares || s->pairs != PAIR_MAIN)
		return 0;
	return sql_exec(db, err, "INSERT OR IGNORE INTO report_shown SELECT name FROM report_name");
}

static int run_sections(sqlite3 *db, const struct report_options *o, struct document *d,
			struct error **err)
{
	_cleanup_free_ char *dir = resource_path("analysis/reports");

	if (sections_load(o->reports ?: dir, o->section, &d->sections, err) < 0)
		return -1;
	if (!d->sections.n)
		return error_set(err, EXIT_INPUT, "no section in %s is named like \"%s\"",
				 o->reports ?: dir, o->section ?: "*");
	if (sql_exec(db, err,
		     "DROP TABLE IF EXISTS temp.report_shown;"
		     "CREATE TEMP TABLE report_shown(name TEXT PRIMARY KEY)") < 0)
		return -1;
	for (size_t i = 0; i < d->sections.n; i++) {
		if (section_run(db, &d->sections.items[i], err) < 0 ||
		    remember_names(db, &d->sections.items[i], err) < 0)
			return -1;
	}
	return 0;
}

/* The scope is there; everything else follows from it. */
static int compute(sqlite3 *db, const struct report_options *o, bool against_stock,
		   struct document *d, struct error **err)
{
	d->verbose = o->verbose;
	d->runs = sql_int(db, "SELECT count(DISTINCT run_id) FROM report_run", 0);
	d->usable = sql_int(db, "SELECT count(DISTINCT run_id) FROM report_run WHERE usable", 0);
	d->left_out = sql_int(db, "SELECT left_out FROM report_left", 0);
	d->pairs = sql_int(db, "SELECT count(*) FROM report_pair WHERE kind = 'main'", 0);
	d->all_pairs = sql_int(db, "SELECT count(*) FROM report_pair", 0);
	d->nothing = why_nothing(db, d, against_stock);
	if (run_sections(db, o, d, err) < 0)
		return -1;
	judge(d);
	d->least = what_cannot_be_shown(db, d->tests);
	d->query = lead_to_runs(db, d);
	return 0;
}

static void print(const struct document *d, const struct report_options *o, FILE *out)
{
	if (o->json)
		document_json(d, out);
	else
		document_text(d, o->markdown, o->color, out);
}

static int finish(sqlite3 *db, const struct report_options *o, bool against_stock,
		  const char *title, FILE *out, struct error **err)
{
	_cleanup_document_ struct document d = {
		.title = title,
		.a_name = against_stock ? "stock" : "A",
		.b_name = against_stock ? "policy" : "B",
	};
	int r = compute(db, o, against_stock, &d, err);

	scope_drop(db);
	if (r == 0)
		print(&d, o, out);
	return r;
}

int report_print(sqlite3 *db, const struct report_options *o, FILE *out, struct error **err)
{
	_cleanup_selector_ struct selector runs = { 0 }, policies = { 0 };

	if (stats_register(db) != SQLITE_OK)
		return sql_error(db, err, "statistics");
	if (!sql_int(db, "SELECT count(*) FROM run", 0)) {
		fputs(o->json ? "{\"runs\": 0, \"sections\": []}\n"
			      : "There are no runs yet; `harness run` makes some.\n",
		      out);
		return 0;
	}
	if (select_runs(db, o, &runs, err) < 0 || select_policies(db, o, &policies, err) < 0 ||
	    scope_against_stock(db, &runs, &policies, err) < 0)
		return -1;
	return finish(db, o, true, "Policies against stock", out, err);
}

int report_compare(sqlite3 *db, const char *a, const char *b, const struct report_options *o,
		   FILE *out, struct error **err)
{
	_cleanup_selector_ struct selector side_a = { 0 }, side_b = { 0 };
	_cleanup_free_ char *title = xasprintf("A: %s, B: %s", a, b);

	if (stats_register(db) != SQLITE_OK)
		return sql_error(db, err, "statistics");
	if (selector_parse(a, &side_a, err) < 0 || check_matches(db, &side_a, "A matches", err) < 0)
		return error_wrap(err, "%s", a);
	if (selector_parse(b, &side_b, err) < 0 || check_matches(db, &side_b, "B matches", err) < 0)
		return error_wrap(err, "%s", b);
	if (scope_compare(db, &side_a, &side_b, err) < 0)
		return -1;
	return finish(db, o, false, title, out, err);
}
