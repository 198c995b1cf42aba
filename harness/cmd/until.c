// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/until.h"

#include <math.h>
#include <string.h>

#include "analysis/width.h"
#include "base/str.h"

int until_parse(const char *text, struct until *ret, struct error **err)
{
	const char *colon = strrchr(text, ':'), *number = colon ? colon + 1 : text;
	char *end;

	ret->half = strtod(number, &end);
	if (end == number || !streq(end, "%") || !isfinite(ret->half) || ret->half <= 0 ||
	    colon == text)
		return error_set(err, EXIT_INPUT,
				 "run: --until takes a percentage such as 2%%, or METRIC:2%%, not"
				 " \"%s\"; see `harness run --help`",
				 text);
	ret->metric = colon ? xstrndup(text, (size_t)(colon - text)) : NULL;
	return 0;
}

struct round {
	const struct widths *widths;
	const struct until *until;
};

static bool still_wide(const struct cell *cell, void *arg)
{
	const struct round *r = arg;

	return !widths_reached(r->widths, cell->group, r->until->half);
}

static const struct width *widest(const struct widths *w)
{
	const struct width *worst = NULL;

	for (size_t i = 0; i < w->n; i++) {
		if (w->items[i].metric && (!worst || w->items[i].half > worst->half))
			worst = &w->items[i];
	}
	return worst;
}

static void say(const struct widths *w, unsigned int reps)
{
	const struct width *worst = widest(w);

	if (worst && isfinite(worst->half))
		progress_note("after %u repetitions: widest interval +/- %.1f %% (%s, %s)", reps,
			      worst->half, worst->where, worst->metric);
	else if (worst)
		progress_note("after %u repetitions: too few for a 95 %% interval", reps);
}

/* Intervals shrink with the root of n: half as many again is a step that shows. */
static unsigned int next_reps(unsigned int reps, unsigned int most)
{
	unsigned int more = reps + (reps + 1) / 2;

	return more < most ? more : most;
}

static int one_round(const struct app *app, struct plan *plan, bool retry, bool *ret_void,
		     struct error **err)
{
	struct campaign_summary summary = { 0 };
	_cleanup_db_ struct db *db = NULL;

	if (carry_out(app, plan, retry, &db, &summary, err) < 0)
		return -1;
	*ret_void |= carry_out_void(&summary) > 0;
	return 0;
}

static int measure(const struct app *app, const struct plan *plan, const struct until *u,
		   struct widths *ret, struct error **err)
{
	_cleanup_strv_ char **cells = carry_out_cells(plan);
	_cleanup_db_ struct db *db = db_open_readonly(app->db, err);

	return db ? widths_measure(db_handle(db), cells, u->metric, ret, err) : -1;
}

static unsigned int planned_reps(const struct plan *p)
{
	unsigned int reps = 0;

	for (size_t i = 0; i < p->n_cells; i++)
		reps = p->cells[i].rep > reps ? p->cells[i].rep : reps;
	return reps;
}

/* All rounds are one campaign: the first one's. */
static int plan_round(struct app *app, struct selection *s, const char *matrix,
		      const struct plan_filter *f, unsigned int reps, struct error **err)
{
	struct plan_filter with = *f;
	char campaign[SHORT_ID];

	memcpy(campaign, s->plan->campaign_id, sizeof(campaign));
	with.reps = reps;
	if (selection_plan(s, app, matrix, &with, err) < 0)
		return -1;
	memcpy(s->plan->campaign_id, campaign, sizeof(campaign));
	return 0;
}

int run_until(const struct app *app, struct selection *s, const char *matrix,
	      const struct plan_filter *f, const struct until *u, bool retry, bool *ret_void,
	      struct error **err)
{
	unsigned int reps = planned_reps(s->plan), most = u->most ?: UNTIL_MAX_REPS;
	struct app copy = *app;

	if (one_round(app, s->plan, retry, ret_void, err) < 0)
		return -1;
	for (;;) {
		_cleanup_widths_ struct widths w = { 0 };

		if (measure(app, s->plan, u, &w, err) < 0)
			return -1;
		say(&w, reps);
		if (reps >= most || !widest(&w) || widest(&w)->half <= u->half)
			break;
		reps = next_reps(reps, most);
		if (plan_round(&copy, s, matrix, f, reps, err) < 0)
			return -1;
		plan_keep(s->plan, still_wide, &(struct round){ &w, u });
		if (one_round(app, s->plan, retry, ret_void, err) < 0 ||
		    plan_round(&copy, s, matrix, f, reps, err) < 0)
			return -1;
	}
	return 0;
}
