// SPDX-License-Identifier: GPL-2.0-or-later
/* perf.json → counter; perf.series → sample. */
#include <math.h>
#include <string.h>

#include "ingest/internal.h"
#include "ingest/perf.h"

/* More than any machine has CPUs and any group names: a guest can't make us remember more. */
#define SERIES_MAX 65536

/* --- the whole phase -------------------------------------------------------------------- */

/*
 * A counter that shared the hardware with others ran for a part of the time;
 * the value is scaled to all of it, as perf does, and says so.
 */
const char *perf_scale(double value, double enabled, double running, double *ret)
{
	if (enabled > 0 && running <= 0)
		return "not counted";
	*ret = value;
	if (running >= enabled)
		return "ok";
	*ret *= enabled / running;
	return "scaled";
}

static const char *entry_value(const json_t *e, double *ret)
{
	const json_t *v = json_object_get(e, "value");

	if (json_is_false(json_object_get(e, "supported")))
		return "not supported";
	if (!json_is_number(v))
		return "not counted";
	return perf_scale(json_number_value(v), json_number_value(json_object_get(e, "enabled")),
			  json_number_value(json_object_get(e, "running")), ret);
}

static int put_entry(struct ingest *in, sqlite3_stmt *stmt, const json_t *e, struct error **err)
{
	const char *name = json_string_value(json_object_get(e, "name"));
	const json_t *cpu = json_object_get(e, "cpu");
	bool task = json_is_true(json_object_get(e, "task"));
	const char *status;
	double value = NAN;

	if (!name)
		return error_set(err, EXIT_FAULT, "%s/guest/perf.json: an entry without a name",
				 in->dir);
	status = entry_value(e, &value);
	db_bind(stmt, "sssis", in->run_id, task ? "perf-task" : "perf", name,
		(int64_t)(json_is_integer(cpu) ? json_integer_value(cpu) : -1), status);
	for (int i = 6; i <= 8; i++) { /* before, after, delta */
		if (isnan(value))
			sqlite3_bind_null(stmt, i);
		else
			sqlite3_bind_double(stmt, i, i == 6 ? 0 : value);
	}
	return db_run(in->db, stmt, err);
}

static int read_totals(struct ingest *in, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err,
			   "INSERT OR IGNORE INTO counter(run_id, source, name, cpu, status, "
			   "before, after, delta) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	_cleanup_json_ json_t *list = NULL;

	if (!stmt || source_json(in, "guest/perf.json", &list, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (put_entry(in, stmt, json_array_get(list, i), err) < 0)
			return -1;
	}
	return 0;
}

/* --- intervals ---------------------------------------------------------------------------- */

/* One reading of a line "ns cpu name value enabled running". */
struct reading {
	uint64_t ns, value, enabled, running;
	char name[64];
	int cpu;
};

struct series {
	struct reading *last; /* of each counter of each CPU */
	size_t n;
	int64_t start_ns; /* of the measured phase */
};

static struct reading *find_last(struct series *s, const struct reading *r)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->last[i].cpu == r->cpu && streq(s->last[i].name, r->name))
			return &s->last[i];
	}
	return NULL;
}

static char *series_name(const struct reading *r)
{
	return r->cpu < 0 ? xasprintf("perf-task.%s", r->name)
			  : xasprintf("perf.%s.cpu%d", r->name, r->cpu);
}

/* What was counted since the reading before; counters of a task go back when a child is lost. */
static int put_step(struct ingest *in, sqlite3_stmt *stmt, const struct series *s,
		    const struct reading *from, const struct reading *to, struct error **err)
{
	double steps = (double)to->value - (double)from->value;
	double enabled = (double)to->enabled - (double)from->enabled;
	double running = (double)to->running - (double)from->running;
	_cleanup_free_ char *name = series_name(to);
	bool is_time = str_ends(to->name, "-clock");

	if (steps < 0 || streq(perf_scale(steps, enabled, running, &steps), "not counted"))
		return 0;
	db_bind(stmt, "sssdd", in->run_id, name, is_time ? "ns" : "count",
		(double)((int64_t)to->ns - s->start_ns), steps);
	return db_run(in->db, stmt, err);
}

static int put_reading(struct ingest *in, sqlite3_stmt *stmt, struct series *s, const char *line,
		       struct error **err)
{
	struct reading r, *last;
	int end = 0;

	if (sscanf(line, "%ju %d %63s %ju %ju %ju%n", (uintmax_t *)&r.ns, &r.cpu, r.name,
		   (uintmax_t *)&r.value, (uintmax_t *)&r.enabled, (uintmax_t *)&r.running,
		   &end) != 6 ||
	    line[end])
		return error_set(err, EXIT_FAULT,
				 "%s/guest/perf.series: \"%.80s\" is not a reading", in->dir, line);
	last = find_last(s, &r);
	if (!last && s->n == SERIES_MAX)
		return error_set(err, EXIT_FAULT, "%s/guest/perf.series: too many series", in->dir);
	if (last && put_step(in, stmt, s, last, &r, err) < 0)
		return -1;
	*(last ?: ARRAY_APPEND(s->last, s->n)) = r;
	return 0;
}

static int read_series(struct ingest *in, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err,
			   "INSERT OR IGNORE INTO sample(run_id, name, kind, unit, x, y) "
			   "VALUES (?1, ?2, 'series', ?3, ?4, ?5)");
	_cleanup_free_ char *text = NULL;
	struct series s = { 0 };
	char *save = NULL;
	int r = 0;

	if (!stmt || source_text(in, "guest/perf.series", &text, NULL, err) < 0)
		return -1;
	if (!text)
		return 0;
	if (phase_start(in, "workload", &s.start_ns, err) < 0)
		return -1;
	for (char *line = strtok_r(text, "\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\n", &save))
		r = put_reading(in, stmt, &s, line, err);
	free(s.last);
	return r;
}

int ingest_perf(struct ingest *in, struct error **err)
{
	return read_totals(in, err) < 0 ? -1 : read_series(in, err);
}
