// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/batch.h"

#include <string.h>

#include "base/pool.h"
#include "base/progress.h"
#include "campaign/campaign.h"

/* "RUN_ID OUTCOME SECONDS" */
static int work(void *arg, size_t i, struct strbuf *ret, struct error **err)
{
	const struct batch *b = arg;
	_cleanup_free_ char *run_id = NULL;
	enum outcome outcome;
	double began = now_s();

	if (run_cell(b->cells[i], b->campaign_id, b->results, &run_id, &outcome, err) < 0)
		return -1;
	strbuf_printf(ret, "%s %s %.3f", run_id, outcome_name(outcome), now_s() - began);
	return 0;
}

static int done(void *arg, size_t i, const char *text, struct error *why, struct error **err)
{
	const struct batch *b = arg;
	struct batch_result r = { .cell = b->cells[i], .why = why };
	char run_id[64], outcome[32];

	if (text && sscanf(text, "%63s %31s %lf", run_id, outcome, &r.took_s) == 3 &&
	    outcome_from_name(outcome, &r.outcome))
		r.run_id = run_id;
	return b->done(b->arg, &r, err);
}

int batch_run(const struct batch *b, struct error **err)
{
	const struct pool_tasks tasks = {
		.n = b->n,
		.width = pool_cpus(),
		.work = work,
		.done = done,
		.arg = (void *)b,
	};

	return pool_run(&tasks, err);
}
