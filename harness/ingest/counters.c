// SPDX-License-Identifier: GPL-2.0-or-later
/* guest/before, guest/after, counters.json, agent.json → counter. */
#include <ctype.h>
#include <string.h>

#include "ingest/internal.h"

#define CPUS_MAX 1024

/* Where the values of one file go. */
struct sink {
	struct ingest *in;
	sqlite3_stmt *stmt;
	const char *source;
	const char *prefix; /* of names, or "" */
	struct error **err;
};

static int put(const struct sink *s, const char *name, int cpu, double value)
{
	_cleanup_free_ char *full = xasprintf("%s%s", s->prefix, name);

	db_bind(s->stmt, "sssid", s->in->run_id, s->source, full, (int64_t)cpu, value);
	return db_run(s->in->db, s->stmt, s->err);
}

/* "name value" a line. */
static int parse_pairs(const struct sink *s, char *line)
{
	char name[64];
	double value;

	if (sscanf(line, "%63s %lf", name, &value) != 2)
		return 0;
	return put(s, name, -1, value);
}

/* "MemFree:   1234 kB"; stored in bytes. */
static int parse_meminfo(const struct sink *s, char *line)
{
	char name[64], unit[8] = "";
	double value;

	if (sscanf(line, "%63[^:]: %lf %7s", name, &value, unit) < 2)
		return 0;
	return put(s, name, -1, streq(unit, "kB") ? value * 1024 : value);
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234"; the total, in microseconds. */
static int parse_pressure(const struct sink *s, char *line)
{
	const char *total = strstr(line, " total=");
	char name[16];

	if (!total || sscanf(line, "%15s", name) != 1)
		return 0;
	return put(s, name, -1, strtod(total + strlen(" total="), NULL));
}

/*
 * "TLB:  12  34   TLB shootdowns": one column a CPU and then words.  Lines such
 * as ERR have one column for the whole machine.  The sum is stored as cpu -1.
 */
static int parse_per_cpu(const struct sink *s, char *line)
{
	char *colon = strchr(line, ':'), *p, *end;
	double sum = 0;
	int cpu = 0;

	if (!colon)
		return 0;
	*colon = '\0';
	while (isspace((unsigned char)*line))
		line++;
	for (p = colon + 1; cpu < CPUS_MAX; p = end, cpu++) {
		double v = strtoul(p, &end, 10);

		if (end == p || (*end && !isspace((unsigned char)*end)))
			break;
		if (put(s, line, cpu, v) < 0)
			return -1;
		sum += v;
	}
	return cpu ? put(s, line, -1, sum) : 0;
}

static const struct counter_file {
	const char *name;
	const char *source;
	const char *prefix;
	int (*parse)(const struct sink *s, char *line);
} counter_files[] = {
	{ "vmstat", "vmstat", "", parse_pairs },
	{ "meminfo", "meminfo", "", parse_meminfo },
	{ "interrupts", "interrupts", "", parse_per_cpu },
	{ "softirqs", "softirqs", "", parse_per_cpu },
	{ "pressure_cpu", "psi", "cpu.", parse_pressure },
	{ "pressure_memory", "psi", "memory.", parse_pressure },
	{ "pressure_io", "psi", "io.", parse_pressure },
};

static int read_file(struct ingest *in, sqlite3_stmt *stmt, const char *when,
		     const struct counter_file *f, struct error **err)
{
	const struct sink sink = { in, stmt, f->source, f->prefix, err };
	_cleanup_free_ char *rel = xasprintf("guest/%s/%s", when, f->name), *text = NULL;
	char *save = NULL;

	if (source_text(in, rel, &text, NULL, err) < 0)
		return -1;
	if (!text)
		return 0;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (f->parse(&sink, line) < 0)
			return -1;
	}
	return 0;
}

static int read_files(struct ingest *in, const char *when, const char *sql, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(in->db, err, sql);

	if (!stmt)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(counter_files); i++) {
		if (read_file(in, stmt, when, &counter_files[i], err) < 0)
			return -1;
	}
	return 0;
}

/* --- the policy's own ---------------------------------------------------------------- */

static int bind_number(sqlite3_stmt *stmt, int at, const json_t *v)
{
	char *end;
	double d;

	if (json_is_number(v))
		return sqlite3_bind_double(stmt, at, json_number_value(v));
	if (json_is_string(v)) {
		d = strtod(json_string_value(v), &end);
		if (end != json_string_value(v) && !*end)
			return sqlite3_bind_double(stmt, at, d);
	}
	return sqlite3_bind_null(stmt, at);
}

static int read_policy(struct ingest *in, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err,
			   "INSERT OR IGNORE INTO counter(run_id, source, name, before, after, "
			   "delta) VALUES (?1, 'policy', ?2, ?3, ?4, ?4 - ?3)");
	_cleanup_json_ json_t *list = NULL;

	if (!stmt || source_json(in, "guest/counters.json", &list, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *c = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(c, "name"));

		if (!name)
			return error_set(err, EXIT_FAULT,
					 "%s/guest/counters.json: an entry without "
					 "a name",
					 in->dir);
		db_bind(stmt, "ss", in->run_id, name);
		bind_number(stmt, 3, json_object_get(c, "before"));
		bind_number(stmt, 4, json_object_get(c, "after"));
		if (db_run(in->db, stmt, err) < 0)
			return -1;
	}
	return 0;
}

/* --- what capturing took ---------------------------------------------------------------- */

static const struct {
	const char *name, *key;
	double scale;
} capture_rows[] = {
	{ "cpu_ms", "cpu_ns", 1e-6 },
	{ "rss_kb", "rss_peak_kb", 1 },
	{ "buffer_kb", "trace_buffer_kb", 1 },
	{ "streamed_kb", "streamed_bytes", 1.0 / 1024 },
};

static int read_capture(struct ingest *in, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err,
			   "INSERT INTO counter(run_id, source, name, before, after, delta) "
			   "VALUES (?1, 'capture', ?2, 0, ?3, ?3)");
	_cleanup_json_ json_t *agent = NULL;

	if (!stmt || source_json(in, "guest/agent.json", &agent, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(capture_rows); i++) {
		const json_t *v = json_object_get(agent, capture_rows[i].key);

		if (!json_is_number(v))
			continue;
		db_bind(stmt, "ssd", in->run_id, capture_rows[i].name,
			json_number_value(v) * capture_rows[i].scale);
		if (db_run(in->db, stmt, err) < 0)
			return -1;
	}
	return 0;
}

int ingest_counters(struct ingest *in, struct error **err)
{
	if (read_files(in, "before",
		       "INSERT INTO counter(run_id, source, name, cpu, before) "
		       "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
		       err) < 0)
		return -1;
	if (read_files(in, "after",
		       "INSERT INTO counter(run_id, source, name, cpu, after) "
		       "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE "
		       "SET after = excluded.after, delta = excluded.after - before",
		       err) < 0)
		return -1;
	if (ingest_perf(in, err) < 0 || read_policy(in, err) < 0)
		return -1;
	return read_capture(in, err);
}
