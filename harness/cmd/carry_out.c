// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/carry_out.h"

#include "base/file.h"
#include "base/str.h"

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

size_t carry_out_void(const struct campaign_summary *s)
{
	size_t n = s->faults;

	for (int o = 0; o < N_OUTCOMES; o++)
		n += o == OUTCOME_OK ? 0 : s->by_outcome[o];
	return n;
}

char **carry_out_cells(const struct plan *plan)
{
	char **cells = xcalloc(1, sizeof(*cells));

	for (size_t i = 0; i < plan->n_cells; i++)
		strv_add(&cells, plan->cells[i].id);
	return cells;
}

int carry_out(const struct app *app, struct plan *plan, bool retry, struct db **ret_db,
	      struct campaign_summary *ret, struct error **err)
{
	const struct campaign_options co = { .results = app->results, .retry = retry };

	/* The database first: a folder that can't be written is known before hours are spent. */
	if (dir_make(app->results, err) < 0)
		return -1;
	*ret_db = db_open(app->db, err);
	if (!*ret_db || campaign_kernels(plan, err) < 0)
		return -1;
	list_refused(plan);
	if (campaign_run(plan, &co, *ret_db, ret, err) < 0)
		return -1;
	progress_note("%zu cells ok, %zu void, %zu reused, %zu can't run; %s",
		      ret->by_outcome[OUTCOME_OK], carry_out_void(ret), ret->reused, ret->refused,
		      duration_to_str(ret->elapsed_s));
	return 0;
}
