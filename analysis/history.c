// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/history.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "analysis/change_point.h"
#include "analysis/format.h"
#include "analysis/scope.h"
#include "analysis/stats.h"
#include "base/str.h"
#include "base/table.h"

struct campaign_values {
	char *id, *started;
	size_t first, n; /* of the series' values */
};

struct series {
	char *where, *metric, *unit;
	bool higher_is_better;
	double *x;
	size_t n;
	struct campaign_values *campaigns;
	size_t n_campaigns;
	struct change_point *changes;
	size_t n_changes;
};

struct all_series {
	struct series *items;
	size_t n;
};

/*
 * By name and not by contents: that a kernel or a policy has become another
 * one is what a change may come from.  A campaign stands where it began.
 */
static const char values_sql[] =
	"WITH chosen AS (SELECT *, kernel || ' · ' || workload || iif(workload_knobs = '', '',"
	"   '(' || workload_knobs || ')') || ' · ' || mode || ' · ' || policy ||"
	"   iif(knobs = '', '', '(' || knobs || ')') || ' · ' || cpus || ' CPUs, ' ||"
	"   (mem_bytes / 1048576) || ' MiB' || iif(swap IN ('', 'none'), '', ', ' || swap) AS place"
	"  FROM run r WHERE outcome = 'ok' AND %s),"
	" began AS (SELECT campaign_id, min(started_at) AS began FROM run GROUP BY 1) "
	"SELECT place, m.name, m.unit, m.better, campaign_id, began, m.value"
	" FROM chosen JOIN began USING (campaign_id) JOIN metric m USING (run_id)"
	" WHERE m.name GLOB %Q AND NOT (m.source = 'trace' AND EXISTS (SELECT 1 FROM trace_cpu t"
	"   WHERE t.run_id = chosen.run_id AND t.overrun + t.dropped > 0))"
	" ORDER BY place, m.name, began, campaign_id, started_at, run_id";

static char *column(sqlite3_stmt *stmt, int i)
{
	return xstrdup((const char *)sqlite3_column_text(stmt, i));
}

static bool column_is(sqlite3_stmt *stmt, int i, const char *text)
{
	return streq((const char *)sqlite3_column_text(stmt, i), text);
}

static struct series *series_of_row(struct all_series *all, sqlite3_stmt *stmt)
{
	struct series *s = all->n ? &all->items[all->n - 1] : NULL;

	if (s && column_is(stmt, 0, s->where) && column_is(stmt, 1, s->metric))
		return s;
	s = ARRAY_APPEND(all->items, all->n);
	s->where = column(stmt, 0);
	s->metric = column(stmt, 1);
	s->unit = column(stmt, 2);
	s->higher_is_better = column_is(stmt, 3, "higher");
	return s;
}

static void add_value(struct series *s, sqlite3_stmt *stmt)
{
	struct campaign_values *c = s->n_campaigns ? &s->campaigns[s->n_campaigns - 1] : NULL;

	if (!c || !column_is(stmt, 4, c->id)) {
		c = ARRAY_APPEND(s->campaigns, s->n_campaigns);
		c->id = column(stmt, 4);
		c->started = column(stmt, 5);
		c->first = s->n;
	}
	c->n++;
	*ARRAY_APPEND(s->x, s->n) = sqlite3_column_double(stmt, 6);
}

static int read_all(sqlite3 *db, const struct history_options *o, const char *where,
		    struct all_series *ret, struct error **err)
{
	_cleanup_finalize_ sqlite3_stmt *stmt = NULL;
	char *sql = sqlite3_mprintf(values_sql, where, o->metric);
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	sqlite3_free(sql);
	if (rc != SQLITE_OK)
		return sql_error(db, err, "history");
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		add_value(series_of_row(ret, stmt), stmt);
	return rc == SQLITE_DONE ? 0 : sql_error(db, err, "history");
}

static void find_changes(struct series *s)
{
	_cleanup_free_ size_t *starts = xcalloc(s->n_campaigns, sizeof(*starts));

	for (size_t i = 0; i < s->n_campaigns; i++)
		starts[i] = s->campaigns[i].first;
	s->changes = change_points(s->x, s->n, starts, s->n_campaigns, &s->n_changes);
}

static const struct change_point *change_at(const struct series *s, size_t value)
{
	for (size_t i = 0; i < s->n_changes; i++) {
		if (s->changes[i].at == value)
			return &s->changes[i];
	}
	return NULL;
}

static double median_of(const struct series *s, size_t from, size_t to)
{
	_cleanup_free_ double *x = xcalloc(to - from, sizeof(*x));

	memcpy(x, s->x + from, (to - from) * sizeof(*x));
	stats_sort(x, to - from);
	return stats_median(x, to - from);
}

/* Of the levels on both sides of change number i: what lies between it and its neighbours. */
static void levels(const struct series *s, size_t i, double *ret_before, double *ret_after)
{
	size_t from = i ? s->changes[i - 1].at : 0;
	size_t to = i + 1 < s->n_changes ? s->changes[i + 1].at : s->n;

	*ret_before = median_of(s, from, s->changes[i].at);
	*ret_after = median_of(s, s->changes[i].at, to);
}

/* --- on paper --------------------------------------------------------------------- */

static char *describe(const struct series *s, const struct change_point *c)
{
	double before, after;
	const char *word;

	levels(s, (size_t)(c - s->changes), &before, &after);
	word = (after > before) == s->higher_is_better ? "better" : "worse";
	if (before > 0 && after >= 0)
		return xasprintf("%+.1f %%, %s (p %.3f)", 100 * (after / before - 1), word, c->p);
	return xasprintf("%+.4g, %s (p %.3f)", after - before, word, c->p);
}

static void add_campaign(struct table *t, const struct series *s, const struct campaign_values *c,
			 struct unit_scale scale)
{
	const struct change_point *change = change_at(s, c->first);
	_cleanup_free_ char *median =
		format_number(median_of(s, c->first, c->first + c->n) * scale.factor);
	_cleanup_free_ char *what = change ? describe(s, change) : xstrdup("");

	table_add(t, c->id);
	table_add(t, c->started);
	table_addf(t, "%zu", c->n);
	table_add(t, median);
	table_add(t, what);
}

static void print_series(const struct series *s, FILE *out)
{
	struct unit_scale scale = unit_scale(s->unit, median_of(s, 0, s->n), 0);
	struct table *t = table_create();

	table_column(t, "campaign", ALIGN_LEFT);
	table_column(t, "began", ALIGN_LEFT);
	table_column(t, "boots", ALIGN_RIGHT);
	table_column(t, scale.unit, ALIGN_RIGHT);
	table_column(t, "change", ALIGN_LEFT);
	for (size_t i = 0; i < s->n_campaigns; i++)
		add_campaign(t, s, &s->campaigns[i], scale);
	fprintf(out, "%s: %s\n", s->where, s->metric);
	table_print(t, TABLE_TEXT, out);
	table_destroy(t);
	fputc('\n', out);
}

static json_t *series_json(const struct series *s)
{
	json_t *campaigns = json_array(), *changes = json_array();

	for (size_t i = 0; i < s->n_campaigns; i++) {
		const struct campaign_values *c = &s->campaigns[i];

		json_array_append_new(campaigns,
				      json_pack("{s:s, s:s, s:I, s:f}", "campaign", c->id, "began",
						c->started, "boots", (json_int_t)c->n, "median",
						median_of(s, c->first, c->first + c->n)));
		if (change_at(s, c->first)) {
			size_t n = (size_t)(change_at(s, c->first) - s->changes);
			double before, after;

			levels(s, n, &before, &after);
			json_array_append_new(changes, json_pack("{s:s, s:f, s:f, s:f}", "campaign",
								 c->id, "before", before, "after",
								 after, "p", s->changes[n].p));
		}
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "where", s->where, "metric", s->metric,
			 "unit", s->unit, "better", s->higher_is_better ? "higher" : "lower",
			 "campaigns", campaigns, "changes", changes);
}

static void print_json(const struct all_series *all, bool changes, FILE *out)
{
	json_t *root = json_array();

	for (size_t i = 0; i < all->n; i++) {
		if (!changes || all->items[i].n_changes)
			json_array_append_new(root, series_json(&all->items[i]));
	}
	json_dumpf(root, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(root);
}

static void print_text(const struct all_series *all, bool changes, FILE *out)
{
	size_t changed = 0;

	for (size_t i = 0; i < all->n; i++) {
		changed += all->items[i].n_changes > 0;
		if (!changes || all->items[i].n_changes)
			print_series(&all->items[i], out);
	}
	fprintf(out, "%zu of %zu series changed their level.\n", changed, all->n);
}

/* --- all of it ---------------------------------------------------------------------- */

static int select_runs(sqlite3 *db, const struct history_options *o, struct selector *s,
		       struct error **err)
{
	selector_add_sql(s, scope_no_twin(db));
	return selector_add_cells(s, o->kernel, o->policy, o->workload, o->mode, err);
}

static int nothing(sqlite3 *db, const struct history_options *o, struct error **err)
{
	_cleanup_free_ char *names =
		sql_text(db,
			 "SELECT group_concat(name, ', ') FROM (SELECT DISTINCT name FROM metric"
			 " ORDER BY source = 'workload' DESC, name LIMIT 40)");

	return error_set(err, EXIT_INPUT,
			 "no usable run that was asked for has a metric \"%s\"; there"
			 " are %s",
			 o->metric, names ?: "none");
}

static void all_deinit(struct all_series *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct series *s = &all->items[i];

		for (size_t j = 0; j < s->n_campaigns; j++) {
			free(s->campaigns[j].id);
			free(s->campaigns[j].started);
		}
		free(s->campaigns);
		free(s->changes);
		free(s->where);
		free(s->metric);
		free(s->unit);
		free(s->x);
	}
	free(all->items);
}

int history_print(sqlite3 *db, const struct history_options *o, FILE *out, bool *ret_changed,
		  struct error **err)
{
	cleanup(all_deinit) struct all_series all = { 0 };
	_cleanup_selector_ struct selector runs = { 0 };

	*ret_changed = false;
	if (select_runs(db, o, &runs, err) < 0 || read_all(db, o, runs.where.data, &all, err) < 0)
		return -1;
	if (!all.n)
		return nothing(db, o, err);
	for (size_t i = 0; i < all.n; i++) {
		find_changes(&all.items[i]);
		*ret_changed |= all.items[i].n_changes > 0;
	}
	if (o->json)
		print_json(&all, o->changes, out);
	else
		print_text(&all, o->changes, out);
	return 0;
}
