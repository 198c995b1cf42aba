// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/campaign.h"

#include <errno.h>
#include <string.h>

#include "artifact/artifact.h"
#include "base/file.h"
#include "base/pool.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "campaign/batch.h"
#include "campaign/estimate.h"
#include "ingest/ingest.h"
#include "kernel/kernel.h"

/* The state of a campaign while it runs. */
struct campaign {
	const struct plan *plan;
	const struct campaign_options *options;
	struct db *db;
	struct campaign_summary *summary;
	struct estimate estimate;
	size_t todo, done; /* cells that need a boot */
	double started;
};

/*
 * *ret_run_id stays NULL if the cell still has to be run.  The run directories
 * are asked and not the database, which may have been deleted.
 */
static int find_finished(const struct campaign *c, const struct cell *cell, char **ret_run_id,
			 enum outcome *ret, struct error **err)
{
	_cleanup_strv_ char **runs = NULL;
	const char *last;

	if (artifact_runs(c->options->results, cell->id, &runs, err) < 0)
		return -1;
	if (!strv_len(runs))
		return 0;
	last = runs[strv_len(runs) - 1];
	if (artifact_outcome(c->options->results, last, ret, err) < 0)
		return -1;
	/* What the user broke off isn't a result; asked to, other failures get another chance. */
	if (*ret == OUTCOME_INTERRUPTED || (c->options->retry && *ret != OUTCOME_OK))
		return 0;
	*ret_run_id = xstrdup(last);
	return 0;
}

static void show_position(const struct campaign *c, const struct cell *cell)
{
	_cleanup_free_ char *title = cell_title(cell);

	progress_context("[cell %zu of %zu, %s elapsed, about %s left] ", c->done + 1, c->todo,
			 duration_to_str(now_s() - c->started),
			 duration_to_str(estimate_left(&c->estimate)));
	progress("%s: starting", title);
}

static void show_outcome(const struct campaign *c, const struct cell *cell, const char *run_id,
			 enum outcome outcome, double took)
{
	_cleanup_free_ char *title = cell_title(cell);

	if (outcome == OUTCOME_OK)
		progress_note("[%zu/%zu] ok %s %s (%s)", c->done, c->todo, run_id, title,
			      duration_to_str(took));
	else
		progress_warn("[%zu/%zu] %s: %s %s: see %s/runs/%s/console.log", c->done, c->todo,
			      outcome_name(outcome), run_id, title, c->options->results, run_id);
}

static int finished(struct campaign *c, const struct cell *cell, const char *run_id,
		    enum outcome outcome, double took_s, struct error **err)
{
	estimate_finished(&c->estimate, cell, took_s);
	c->done++;
	c->summary->by_outcome[outcome]++;
	show_outcome(c, cell, run_id, outcome, took_s);
	return ingest_run(c->db, c->options->results, run_id, err);
}

/*
 * A cell that can't be carried out is reported and the matrix goes on, unless
 * the next one would only meet the same wall (no space, a read-only folder,
 * Ctrl-C).
 */
static int fault(struct campaign *c, const struct cell *cell, const struct error *why,
		 struct error **err)
{
	if (why->code == EXIT_HOST || why->code == EXIT_INTERRUPTED)
		return error_set(err, why->code, "%s", why->msg);
	progress_warn("%s", why->msg);
	estimate_finished(&c->estimate, cell, 0);
	c->summary->faults++;
	c->done++;
	return 0;
}

static int one_cell(struct campaign *c, const struct cell *cell, struct error **err)
{
	_cleanup_free_ char *run_id = NULL;
	enum outcome outcome = OUTCOME_OK;
	double began = now_s();

	show_position(c, cell);
	if (run_cell(cell, c->plan->campaign_id, c->options->results, &run_id, &outcome, err) < 0)
		return -1;
	return finished(c, cell, run_id, outcome, now_s() - began, err);
}

static int one_cell_or_fault(struct campaign *c, const struct cell *cell, struct error **err)
{
	_cleanup_error_ struct error *why = NULL;

	return one_cell(c, cell, &why) < 0 ? fault(c, cell, why, err) : 0;
}

static int reuse(struct campaign *c, const struct cell *cell, bool *ret_finished,
		 struct error **err)
{
	_cleanup_free_ char *run_id = NULL;
	enum outcome outcome = OUTCOME_OK;

	if (find_finished(c, cell, &run_id, &outcome, err) < 0)
		return -1;
	*ret_finished = run_id != NULL;
	if (!run_id)
		return 0;
	c->summary->reused++;
	c->summary->by_outcome[outcome]++;
	return ingest_run(c->db, c->options->results, run_id, err);
}

/* Marks what is left to do, so that "cell k of n" and the estimate speak of real work. */
static int look_around(struct campaign *c, bool *todo, struct error **err)
{
	for (size_t i = 0; i < c->plan->n_cells; i++) {
		const struct cell *cell = &c->plan->cells[i];
		bool finished = false;

		if (cell->refused) {
			c->summary->refused++;
			continue;
		}
		if (reuse(c, cell, &finished, err) < 0)
			return -1;
		todo[i] = !finished;
		c->todo += todo[i];
		if (todo[i])
			estimate_add(&c->estimate, cell);
	}
	return 0;
}

/* Cells that other load would disturb: one after the other, in the plan's order. */
static int run_alone(struct campaign *c, const bool *todo, struct error **err)
{
	for (size_t i = 0; i < c->plan->n_cells && !proc_interrupted(); i++) {
		const struct cell *cell = &c->plan->cells[i];

		if (todo[i] && cell->mode != MODE_DETERMINISTIC &&
		    one_cell_or_fault(c, cell, err) < 0)
			return -1;
	}
	return 0;
}

static int one_of_many_done(void *arg, const struct batch_result *r, struct error **err)
{
	struct campaign *c = arg;
	_cleanup_error_ struct error *why = NULL;

	if (!r->run_id)
		return fault(c, r->cell, r->why, err);
	if (finished(c, r->cell, r->run_id, r->outcome, r->took_s, &why) < 0)
		return fault(c, r->cell, why, err);
	progress("%zu of %zu cells done", c->done, c->todo);
	return 0;
}

static int run_together(struct campaign *c, const bool *todo, struct error **err)
{
	_cleanup_free_ const struct cell **cells = xcalloc(c->plan->n_cells, sizeof(*cells));
	struct batch b = {
		.cells = cells,
		.campaign_id = c->plan->campaign_id,
		.results = c->options->results,
		.done = one_of_many_done,
		.arg = c,
	};

	for (size_t i = 0; i < c->plan->n_cells; i++) {
		if (todo[i] && c->plan->cells[i].mode == MODE_DETERMINISTIC)
			cells[b.n++] = &c->plan->cells[i];
	}
	if (!b.n || proc_interrupted())
		return 0;
	progress("%zu deterministic cells, %u at a time", b.n, pool_cpus());
	return batch_run(&b, err);
}

static int run_all(struct campaign *c, struct error **err)
{
	_cleanup_free_ bool *todo = xcalloc(c->plan->n_cells, sizeof(*todo));

	if (look_around(c, todo, err) < 0)
		return -1;
	if (c->summary->reused)
		progress_note("%zu of %zu cells are finished already", c->summary->reused,
			      c->plan->n_cells);
	if (run_alone(c, todo, err) < 0 || run_together(c, todo, err) < 0)
		return -1;
	if (proc_interrupted())
		return error_set(err, EXIT_INTERRUPTED,
				 "interrupted; `harness run` goes on where this stopped");
	return 0;
}

/* Two campaigns in one results folder would run the same cells twice. */
static int take_results(const char *results, int *ret_lock, struct error **err)
{
	_cleanup_free_ char *lock = xasprintf("%s/.lock", results);
	_cleanup_error_ struct error *why = NULL;

	if (dir_make(results, err) < 0)
		return -1;
	if (lock_take(lock, false, ret_lock, &why) == 0)
		return 0;
	if (why->errnum == EWOULDBLOCK)
		return error_set(err, EXIT_HOST, "another `harness run` works in %s", results);
	return error_propagate(err, steal_ptr(&why));
}

int campaign_run(const struct plan *plan, const struct campaign_options *o, struct db *db,
		 struct campaign_summary *ret, struct error **err)
{
	struct campaign c = {
		.plan = plan,
		.options = o,
		.db = db,
		.summary = ret,
		.started = now_s(),
	};
	_cleanup_close_ int lock = -1;
	int r;

	*ret = (struct campaign_summary){ 0 };
	if (take_results(o->results, &lock, err) < 0 || artifact_sweep(o->results, err) < 0)
		return -1;
	r = run_all(&c, err);
	progress_context(NULL);
	estimate_deinit(&c.estimate);
	ret->elapsed_s = now_s() - c.started;
	progress_clear();
	return r;
}

static void refuse_cells(struct plan *plan, const struct kernel_def *def, const char *why)
{
	for (size_t i = 0; i < plan->n_cells; i++) {
		struct cell *cell = &plan->cells[i];

		if (cell->kernel == def && !cell->refused)
			cell->refused = xstrdup(why);
	}
}

/* Now that the kernel is here, its configuration can be asked. */
static int check_support(struct plan *plan, const struct kernel_def *def, struct error **err)
{
	for (size_t i = 0; i < plan->n_cells; i++) {
		struct cell *cell = &plan->cells[i];

		if (cell->kernel == def && !cell->refused &&
		    kernel_supports(def, cell->policy, &cell->refused, err) < 0)
			return -1;
	}
	return 0;
}

/* Only cells that may still run are worth a fetch or a build. */
static bool is_needed(const struct plan *plan, const struct kernel_def *def)
{
	for (size_t i = 0; i < plan->n_cells; i++) {
		if (plan->cells[i].kernel == def && !plan->cells[i].refused)
			return true;
	}
	return false;
}

int campaign_kernels(struct plan *plan, struct error **err)
{
	for (size_t i = 0; i < plan->kernels.n; i++) {
		const struct kernel_def *def = plan->kernels.defs[i];
		_cleanup_kernel_ struct kernel *kernel = NULL;
		_cleanup_error_ struct error *why = NULL;

		if (!is_needed(plan, def))
			continue;
		progress("kernel %s: looking in the cache", def->name);
		if (kernel_get(def, &kernel, &why) == 0) {
			if (check_support(plan, def, err) < 0)
				return -1;
			continue;
		}
		if (why->code != EXIT_FAULT)
			return error_propagate(err, steal_ptr(&why));
		progress_warn("%s", why->msg);
		refuse_cells(plan, def, why->msg);
	}
	return 0;
}
