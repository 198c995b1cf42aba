// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/sql_stats.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "analysis/effect.h"
#include "analysis/hierarchical.h"
#include "analysis/rank.h"
#include "analysis/stats.h"
#include "base/str.h"

#define Q_RANGE "q is a number from 0 to 1"

/*
 * What an aggregate has been given so far.  SQLite zeroes it before the first
 * row, and calls the final function even when a row failed.
 */
struct collected {
	double *x[2]; /* by side; one-sample functions use the first */
	size_t n[2];
	double q; /* the last one given */
	struct bucket *buckets;
	size_t n_buckets;
	char **keys;                   /* as long as x[0] */
	struct boot_samples *boots[2]; /* by side */
	char **names[2];               /* of these boots */
	size_t n_boots[2];
};

static void collected_deinit(struct collected *c)
{
	free(c->x[0]);
	free(c->x[1]);
	free(c->buckets);
	strv_free(c->keys);
	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < c->n_boots[side]; i++)
			free(c->boots[side][i].buckets);
		free(c->boots[side]);
		strv_free(c->names[side]);
	}
	*c = (struct collected){ 0 };
}

static struct collected *collected(sqlite3_context *ctx)
{
	struct collected *c = sqlite3_aggregate_context(ctx, sizeof(*c));

	if (!c)
		abort();
	return c;
}

static bool is_null(sqlite3_value *v)
{
	return sqlite3_value_type(v) == SQLITE_NULL;
}

/* Text is not taken for 0, as SQL would: a wrong column is noticed. */
static bool finite_number(sqlite3_context *ctx, sqlite3_value *v, const char *what, double *ret)
{
	int type = sqlite3_value_numeric_type(v);

	*ret = sqlite3_value_double(v);
	if ((type == SQLITE_INTEGER || type == SQLITE_FLOAT) && isfinite(*ret))
		return true;
	sqlite3_result_error(ctx, what, -1);
	return false;
}

static bool fraction(sqlite3_context *ctx, sqlite3_value *v, const char *what, double *ret)
{
	if (!finite_number(ctx, v, what, ret))
		return false;
	if (*ret >= 0 && *ret <= 1)
		return true;
	sqlite3_result_error(ctx, what, -1);
	return false;
}

static void collect(struct collected *c, int side, double x)
{
	*ARRAY_APPEND(c->x[side], c->n[side]) = x;
}

static void step_value(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct collected *c = collected(ctx);
	double x;

	if (argc > 1 && !fraction(ctx, argv[1], Q_RANGE, &c->q))
		return;
	if (!is_null(argv[0]) && finite_number(ctx, argv[0], "x is a finite number", &x))
		collect(c, 0, x);
}

static void step_sides(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	double side, x;

	(void)argc;
	if (is_null(argv[0]) || is_null(argv[1]))
		return;
	if (!finite_number(ctx, argv[0], "side is 0 or 1", &side) ||
	    !finite_number(ctx, argv[1], "x is a finite number", &x))
		return;
	if (side != 0 && side != 1)
		sqlite3_result_error(ctx, "side is 0 or 1", -1);
	else
		collect(collected(ctx), (int)side, x);
}

static void step_bucket(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct collected *c = collected(ctx);
	struct bucket b;

	(void)argc;
	if (is_null(argv[0]) || is_null(argv[1]) || !fraction(ctx, argv[2], Q_RANGE, &c->q))
		return;
	if (!finite_number(ctx, argv[0], "a bucket's lowest value is a number", &b.low) ||
	    !finite_number(ctx, argv[1], "a bucket's count is a number", &b.count))
		return;
	if (b.count < 0)
		sqlite3_result_error(ctx, "a bucket's count is not negative", -1);
	else
		*ARRAY_APPEND(c->buckets, c->n_buckets) = b;
}

static void step_p(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct collected *c = collected(ctx);
	double p;

	(void)argc;
	if (is_null(argv[0]) || is_null(argv[1]))
		return;
	if (!fraction(ctx, argv[1], "p is a number from 0 to 1", &p))
		return;
	strv_add(&c->keys, (const char *)sqlite3_value_text(argv[0]));
	collect(c, 0, p);
}

/* Rows of one boot mostly follow each other: the last one is looked at first. */
static struct boot_samples *boot_of(struct collected *c, int side, const char *name)
{
	for (size_t i = c->n_boots[side]; i > 0; i--) {
		if (streq(c->names[side][i - 1], name))
			return &c->boots[side][i - 1];
	}
	strv_add(&c->names[side], name);
	return ARRAY_APPEND(c->boots[side], c->n_boots[side]);
}

/* side, boot, low, count, q */
static void step_boot_bucket(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct collected *c = collected(ctx);
	struct boot_samples *boot;
	struct bucket b;
	double side;

	for (int i = 0; i < argc; i++) {
		if (is_null(argv[i]))
			return;
	}
	if (!finite_number(ctx, argv[0], "side is 0 or 1", &side) ||
	    !finite_number(ctx, argv[2], "a bucket's lowest value is a number", &b.low) ||
	    !finite_number(ctx, argv[3], "a bucket's count is a number", &b.count) ||
	    !fraction(ctx, argv[4], Q_RANGE, &c->q))
		return;
	if (side != 0 && side != 1)
		return sqlite3_result_error(ctx, "side is 0 or 1", -1);
	if (b.count < 0 || b.count > UINT32_MAX)
		return sqlite3_result_error(ctx, "a bucket's count is from 0 to 4294967295", -1);
	boot = boot_of(c, (int)side, (const char *)sqlite3_value_text(argv[1]));
	*ARRAY_APPEND(boot->buckets, boot->n) = b;
}

static void final_quantile(sqlite3_context *ctx)
{
	struct collected *c = collected(ctx);

	if (c->n[0]) {
		stats_sort(c->x[0], c->n[0]);
		sqlite3_result_double(ctx, stats_quantile(c->x[0], c->n[0], c->q));
	}
	collected_deinit(c);
}

static void final_median(sqlite3_context *ctx)
{
	struct collected *c = collected(ctx);

	if (c->n[0]) {
		stats_sort(c->x[0], c->n[0]);
		sqlite3_result_double(ctx, stats_median(c->x[0], c->n[0]));
	}
	collected_deinit(c);
}

static void final_histogram(sqlite3_context *ctx)
{
	struct collected *c = collected(ctx);
	double v = stats_histogram_quantile(c->buckets, c->n_buckets, c->q);

	if (!isnan(v))
		sqlite3_result_double(ctx, v);
	collected_deinit(c);
}

static void final_mann_whitney(sqlite3_context *ctx)
{
	struct collected *c = collected(ctx);

	if (c->n[0] && c->n[1])
		sqlite3_result_double(ctx, rank_mann_whitney(c->x[0], c->n[0], c->x[1], c->n[1]));
	collected_deinit(c);
}

static void final_shift(sqlite3_context *ctx)
{
	struct collected *c = collected(ctx);

	if (c->n[0] && c->n[1])
		sqlite3_result_double(ctx, rank_shift(c->x[0], c->n[0], c->x[1], c->n[1],
						      CONTRAST_DIFFERENCE));
	collected_deinit(c);
}

/* SQLite frees what json_dumps() allocated by free(): jansson's default. */
static void result_json(sqlite3_context *ctx, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));

	json_decref(json);
	if (!text)
		abort();
	sqlite3_result_text(ctx, text, -1, free);
	sqlite3_result_subtype(ctx, 'J');
}

static json_t *real_or_null(double x)
{
	return isnan(x) ? json_null() : json_real(x);
}

static void final_effect(sqlite3_context *ctx)
{
	struct collected *c = collected(ctx);
	struct effect e;

	if (c->n[0] && c->n[1]) {
		effect_compute(c->x[0], c->n[0], c->x[1], c->n[1], &e);
		result_json(ctx,
			    json_pack("{s:I, s:I, s:f, s:f, s:s, s:f, s:f, s:f, s:f, s:o, s:f, s:f,"
				      " s:s}",
				      "n_a", (json_int_t)e.n_a, "n_b", (json_int_t)e.n_b,
				      "median_a", e.median_a, "median_b", e.median_b, "scale",
				      e.percent ? "percent" : "unit", "diff", e.diff, "lo", e.lo,
				      "hi", e.hi, "level", e.level, "least", real_or_null(e.least),
				      "shift", e.shift, "p", e.p, "verdict",
				      verdict_name(effect_verdict(&e, e.p, false))));
	}
	collected_deinit(c);
}

static void final_hist_effect(sqlite3_context *ctx)
{
	struct collected *c = collected(ctx);
	struct hierarchical_effect e;

	if (hierarchical_quantile(c->boots[0], c->n_boots[0], c->boots[1], c->n_boots[1], c->q, &e))
		result_json(ctx, json_pack("{s:I, s:I, s:f, s:f, s:o, s:o, s:o}", "n_a",
					   (json_int_t)c->n_boots[0], "n_b",
					   (json_int_t)c->n_boots[1], "quantile_a", e.a,
					   "quantile_b", e.b, "diff", real_or_null(e.diff), "lo",
					   real_or_null(e.lo), "hi", real_or_null(e.hi)));
	collected_deinit(c);
}

static void final_bh(sqlite3_context *ctx)
{
	struct collected *c = collected(ctx);
	json_t *q = json_object();

	stats_bh(c->x[0], c->n[0], c->x[0]);
	for (size_t i = 0; i < c->n[0]; i++)
		json_object_set_new(q, c->keys[i], json_real(c->x[0][i]));
	result_json(ctx, q);
	collected_deinit(c);
}

static const struct {
	const char *name;
	int argc;
	void (*step)(sqlite3_context *, int, sqlite3_value **);
	void (*final)(sqlite3_context *);
} functions[] = {
	{ "median", 1, step_value, final_median },
	{ "quantile", 2, step_value, final_quantile },
	{ "hist_quantile", 3, step_bucket, final_histogram },
	{ "effect", 2, step_sides, final_effect },
	{ "mann_whitney", 2, step_sides, final_mann_whitney },
	{ "hodges_lehmann", 2, step_sides, final_shift },
	{ "hist_effect", 5, step_boot_bucket, final_hist_effect },
	{ "bh", 2, step_p, final_bh },
};

int stats_register(sqlite3 *db)
{
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		int rc = sqlite3_create_function_v2(
			db, functions[i].name, functions[i].argc,
			SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, NULL,
			functions[i].step, functions[i].final, NULL);

		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}
