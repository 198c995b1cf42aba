// SPDX-License-Identifier: GPL-2.0-or-later
/* What `--baseline REF` names: a campaign, a kernel, or runs borrowed from another file. */
#include "analysis/axes.h"
#include "analysis/borrow.h"
#include "analysis/gate.h"
#include "base/str.h"

#define OURS "run_id NOT GLOB '" BORROWED "*'"

static char *one(sqlite3 *db, const char *format, const char *arg)
{
	char *sql = sqlite3_mprintf(format, arg), *text = sql_text(db, sql);

	sqlite3_free(sql);
	return text;
}

static int count(sqlite3 *db, const char *format, const char *arg)
{
	char *sql = sqlite3_mprintf(format, arg);
	int n = sql_int(db, sql, 0);

	sqlite3_free(sql);
	return n;
}

char *gate_find_campaign(sqlite3 *db, const char *ref, struct error **err)
{
	static const char pattern[] = " FROM run WHERE " OURS " AND campaign_id GLOB '%q*'";
	_cleanup_free_ char *how_many = xasprintf("SELECT count(DISTINCT campaign_id)%s", pattern),
			    *which = xasprintf("SELECT campaign_id%s LIMIT 1", pattern);
	int n = count(db, how_many, ref);

	if (n > 1)
		error_set(err, EXIT_INPUT, "%d campaigns begin with \"%s\"; write more of its id",
			  n, ref);
	return n == 1 ? one(db, which, ref) : NULL;
}

static int unknown_baseline(sqlite3 *db, const char *ref, struct error **err)
{
	_cleanup_free_ char *campaigns =
		sql_text(db,
			 "SELECT group_concat(campaign_id, ', ') FROM (SELECT campaign_id FROM run"
			 " WHERE " OURS " GROUP BY 1 ORDER BY max(started_at) DESC LIMIT 8)");
	_cleanup_free_ char *kernels =
		sql_text(db,
			 "SELECT group_concat(kernel, ', ') FROM (SELECT DISTINCT kernel FROM run"
			 " WHERE " OURS " ORDER BY 1 LIMIT 20)");

	return error_set(err, EXIT_INPUT,
			 "baseline \"%s\" is no database file, campaign or kernel; there are"
			 " campaigns %s; kernels %s",
			 ref, campaigns ?: "none", kernels ?: "none");
}

/* The name of a kernel, the revision in it (NAME@REV), or a part of what was built. */
#define KERNEL_IS                                                                              \
	"(kernel = '%1$s' OR kernel GLOB '*@%1$s*' OR (length('%1$s') > 6 AND instr(version, " \
	"'%1$s')))"

static int baseline_kernel(sqlite3 *db, const char *ref, struct selector *a, struct selector *b,
			   struct error **err)
{
	char *quoted = sqlite3_mprintf("%q", ref);
	_cleanup_free_ char *is = xasprintf(KERNEL_IS, quoted), *isnt = xasprintf("NOT %s", is),
			    *matching =
				    xasprintf("SELECT count(*) FROM run WHERE " OURS " AND %s", is);

	sqlite3_free(quoted);
	if (!sql_int(db, matching, 0))
		return unknown_baseline(db, ref, err);
	selector_add_sql(a, OURS);
	selector_add_sql(a, is);
	selector_add_sql(b, isnt);
	return 0;
}

static int baseline_campaign(sqlite3 *db, const char *id, const char *candidate, struct selector *a,
			     struct error **err)
{
	(void)db;
	if (candidate && streq(id, candidate))
		return error_set(err, EXIT_INPUT,
				 "baseline %s is the candidate itself; run a matrix first, or say"
				 " --candidate",
				 id);
	return selector_add(a, "campaign", id, err);
}

/* The candidate's campaign; NULL when its cells are listed. */
static int choose_candidate(sqlite3 *db, const struct gate_options *o, char **ret,
			    struct error **err)
{
	*ret = NULL;
	if (o->cells)
		return 0;
	if (o->candidate)
		*ret = gate_find_campaign(db, o->candidate, err);
	else
		*ret = sql_text(db, "SELECT campaign_id FROM run WHERE " OURS
				    " ORDER BY started_at DESC, run_id LIMIT 1");
	if (*ret)
		return 0;
	if (err && *err)
		return -1;
	return error_set(err, EXIT_INPUT,
			 o->candidate ? "candidate \"%s\" is no campaign"
				      : "there are no runs to judge%s",
			 o->candidate ?: "");
}

int gate_sides(sqlite3 *db, const struct gate_options *o, struct selector *ret_a,
	       struct selector *ret_b, unsigned int *ret_same, struct error **err)
{
	_cleanup_free_ char *candidate = NULL, *campaign = NULL;
	_cleanup_error_ struct error *why = NULL;

	*ret_same = ALL_AXES;
	if (choose_candidate(db, o, &candidate, &why) < 0)
		return error_propagate(err, steal_ptr(&why));
	if (o->cells)
		selector_add_list(ret_b, "cell_id", o->cells);
	else if (selector_add(ret_b, "campaign", candidate, err) < 0)
		return -1;
	selector_add_sql(ret_b, OURS);
	if (selector_add_cells(ret_b, o->kernel, o->policy, o->workload, o->mode, err) < 0)
		return -1;
	if (o->baseline_db) {
		selector_add_sql(ret_a, "NOT (" OURS ")");
		return 0;
	}
	campaign = gate_find_campaign(db, o->baseline, &why);
	if (why)
		return error_propagate(err, steal_ptr(&why));
	if (campaign)
		return baseline_campaign(db, campaign, candidate, ret_a, err);
	*ret_same &= ~(1u << AXIS_KERNEL);
	return baseline_kernel(db, o->baseline, ret_a, ret_b, err);
}
