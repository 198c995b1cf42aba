/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Databases with known numbers, and what reports make of them. */
#ifndef TEST_REPORT_DB_H
#define TEST_REPORT_DB_H

#include <jansson.h>

#include "analysis/report.h"
#include "analysis/scope.h"
#include "base/str.h"
#include "db/db.h"
#include "test.h"

#define EXPECT_LACKS(text, part)                            \
	do {                                                \
		if (strstr(text, part))                     \
			FAIL("\"%s\" in:\n%s", part, text); \
	} while (0)

/* One boot; members left out have the values of the defaults below. */
struct boot {
	const char *kernel, *kernel_id, *policy, *knobs, *workload, *mode, *outcome, *campaign;
	const char *contents; /* part of the cell group: what a policy's files hash to */
	const char *started;
	int rep, cpus;
	double p99; /* the metric "fault_p99", in ns; 0: none */
};

static __attribute__((unused)) int serial;

static struct db *open_db(void)
{
	_cleanup_error_ struct error *err = NULL;
	struct db *db = db_open(":memory:", &err);

	if (!db)
		printf("# %s\n", err->msg);
	serial = 0;
	return db;
}

static void metric(struct db *db, const char *run, const char *name, const char *unit,
		   const char *better, double value, const char *source)
{
	_cleanup_error_ struct error *err = NULL;

	if (db_exec(db, &err, "INSERT INTO metric VALUES (%Q, %Q, %Q, %Q, %.17g, %Q)", run, name,
		    unit, better, value, source) < 0)
		printf("# %s\n", err->msg);
}

static const char *insert_run(struct db *db, const struct boot *b, char run[64])
{
	_cleanup_error_ struct error *err = NULL;
	const char *kernel = b->kernel ?: "debian-6.1", *policy = b->policy ?: "stock";
	const char *workload = b->workload ?: "burst", *mode = b->mode ?: "tcg";
	_cleanup_free_ char *group =
		xasprintf("%s/%s/%s/%s/%s/%d/%s/%s", kernel, b->kernel_id ?: "k1", policy,
			  b->knobs ?: "", workload, b->cpus, mode, b->contents ?: "1");

	snprintf(run, 64, "c%03d-1", ++serial);
	if (db_exec(db, &err,
		    "INSERT INTO run(run_id, cell_id, cell_group, campaign_id, kernel, kernel_id,"
		    " release, version, policy, knobs, workload, workload_knobs, mode, cpus, mem_bytes,"
		    " swap, rep, seed, outcome, detail, started_at, duration_s, command, qemu, harness,"
		    " path) VALUES (%Q, 'c%03d', %Q, %Q, %Q, %Q, '6.1.0-56-cloud-amd64', '6.1.192-1', %Q,"
		    " %Q, %Q, 'rounds=20', %Q, %d, 402653184, 'pmem', %d, 1, %Q, %Q, %Q, 20.0, 'qemu',"
		    " '7.2.22', '0.1', 'runs/x')",
		    run, serial, group, b->campaign ?: "c0ffee", kernel, b->kernel_id ?: "k1",
		    policy, b->knobs ?: "", workload, mode, b->cpus ?: 2, b->rep ?: 1,
		    b->outcome ?: "ok", b->outcome ? "it stopped" : NULL,
		    b->started ?: "2024-05-01T10:00:00Z") < 0)
		printf("# %s\n", err->msg);
	return run;
}

static void boot(struct db *db, const struct boot *b)
{
	char run[64];

	insert_run(db, b, run);
	if (b->p99)
		metric(db, run, "fault_p99", "ns", "lower", b->p99, "workload");
}

static __attribute__((unused)) void boots(struct db *db, struct boot b, const double *p99, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		b.rep = (int)i + 1;
		b.p99 = p99[i];
		boot(db, &b);
	}
}

static __attribute__((unused)) const double slow[] = { 100, 110, 90, 105, 95 },
					    fast[] = { 50, 60, 45, 55, 52 };

/* Caller frees; an error gives its message. */
static __attribute__((unused)) char *report(struct db *db, struct report_options o)
{
	_cleanup_error_ struct error *err = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int r = report_print(db_handle(db), &o, out, &err);

	fclose(out);
	if (r == 0)
		return text;
	free(text);
	return xasprintf("error %d: %s", err->code, err->msg);
}

static __attribute__((unused)) char *compare(struct db *db, const char *a, const char *b)
{
	_cleanup_error_ struct error *err = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int r = report_compare(db_handle(db), a, b, &(struct report_options){ 0 }, out, &err);

	fclose(out);
	if (r == 0)
		return text;
	free(text);
	return xasprintf("error %d: %s", err->code, err->msg);
}

/* The one row of a JSON report for a metric; NULL unless there is exactly one. */
static __attribute__((unused)) json_t *find_row(json_t *root, const char *name)
{
	json_t *section, *row, *found = NULL;
	size_t i, j;

	json_array_foreach(json_object_get(root, "sections"), i, section)
	{
		json_array_foreach(json_object_get(section, "rows"), j, row)
		{
			const char *metric_name = json_string_value(json_object_get(row, "metric"));

			if (!metric_name || !streq(metric_name, name))
				continue;
			if (found)
				return NULL;
			found = row;
		}
	}
	return found;
}

static __attribute__((unused)) const char *verdict_of(json_t *root, const char *name)
{
	return json_string_value(json_object_get(find_row(root, name), "verdict"));
}

static __attribute__((unused)) json_t *report_json(struct db *db, struct report_options o)
{
	_cleanup_free_ char *text = NULL;

	o.json = true;
	text = report(db, o);
	return json_loads(text, 0, NULL);
}

static __attribute__((unused)) double number(json_t *row, const char *key)
{
	return json_number_value(json_object_get(row, key));
}

#endif
