// SPDX-License-Identifier: GPL-2.0-or-later
/* run.json → run, host, phase; knobs.json → knob. */
#include <string.h>

#include "ingest/internal.h"

#define SCHEMA_VERSION 1 /* of run.json */

/* Columns of `run` that are in the manifest as they are: where, type, and must it be there. */
static const struct column {
	const char *name;
	const char *path;
	char type; /* 's', 'i', 'd', or 'b': false where it isn't there */
	bool required;
} run_columns[] = {
	{ "cell_id", "cell_id", 's', true },
	{ "cell_group", "group", 's', true },
	{ "campaign_id", "campaign_id", 's', true },
	{ "kernel", "kernel.name", 's', true },
	{ "kernel_id", "kernel.id", 's', true },
	{ "release", "kernel.release", 's', true },
	{ "version", "kernel.version", 's', true },
	{ "policy", "policy.name", 's', true },
	{ "workload", "workload.name", 's', true },
	{ "mode", "mode", 's', true },
	{ "cpus", "cpus", 'i', true },
	{ "mem_bytes", "mem_bytes", 'i', true },
	{ "swap", "swap", 's', true },
	{ "rep", "rep", 'i', true },
	{ "seed", "seed", 'i', true },
	{ "twin", "twin", 'b', false },
	{ "outcome", "outcome", 's', true },
	{ "detail", "detail", 's', false },
	{ "started_at", "started_at", 's', true },
	{ "duration_s", "duration_s", 'd', true },
	{ "boot_s", "boot_s", 'd', false },
	{ "command", "command", 's', true },
	{ "qemu", "qemu", 's', true },
	{ "harness", "harness", 's', true },
	{ "kernel_baseline", "kernel.baseline", 's', false },
	{ "fingerprint", "fingerprint", 's', false },
	{ "inputs_hash", "inputs_hash", 's', false },
}, host_columns[] = {
	{ "cpu_model", "host.cpu_model", 's', false },
	{ "kernel", "host.kernel", 's', false },
	{ "load1_before", "host.load1_before", 'd', false },
	{ "load1_after", "host.load1_after", 'd', false },
	{ "steal_s", "host.steal_s", 'd', false },
	{ "busy_s", "host.busy_s", 'd', false },
	{ "mhz", "host.mhz", 'd', false },
};

static bool type_fits(const json_t *v, char type)
{
	switch (type) {
	case 's':
		return json_is_string(v);
	case 'i':
		return json_is_integer(v);
	case 'b':
		return json_is_boolean(v);
	default:
		return json_is_number(v);
	}
}

static int bind_column(const struct ingest *in, sqlite3_stmt *stmt, int at, const struct column *c,
		       struct error **err)
{
	const json_t *v = source_at(in->run, c->path);

	if ((!v || json_is_null(v)) && !c->required) {
		if (c->type == 'b')
			sqlite3_bind_int(stmt, at, 0);
		else
			sqlite3_bind_null(stmt, at);
		return 0;
	}
	if (!type_fits(v, c->type))
		return error_set(err, EXIT_FAULT, "%s/run.json: \"%s\" is missing or not %s",
				 in->dir, c->path, c->type == 's' ? "a string" : "a number");
	if (c->type == 's')
		sqlite3_bind_text(stmt, at, json_string_value(v), -1, SQLITE_STATIC);
	else if (c->type == 'b')
		sqlite3_bind_int(stmt, at, json_is_true(v));
	else if (c->type == 'i')
		sqlite3_bind_int64(stmt, at, json_integer_value(v));
	else
		sqlite3_bind_double(stmt, at, json_number_value(v));
	return 0;
}

/* "expiry_ms=1000 lots_mult=4", sorted by name; "" without knobs. */
static char *knobs_text(json_t *knobs)
{
	_cleanup_free_ const char **names = xcalloc(json_object_size(knobs) + 1, sizeof(*names));
	struct strbuf text = {};
	const char *name;
	size_t n = 0;
	json_t *v;

	json_object_foreach(knobs, name, v)
	{
		size_t at = n++;

		for (; at > 0 && strcmp(names[at - 1], name) > 0; at--)
			names[at] = names[at - 1];
		names[at] = name;
	}
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *value = source_as_text(json_object_get(knobs, names[i]));

		strbuf_printf(&text, "%s%s=%s", i ? " " : "", names[i], value ?: "");
	}
	return strbuf_steal(&text);
}

/* INSERT INTO table(run_id, columns…, more…) VALUES (?, …) */
static sqlite3_stmt *prepare_insert(struct ingest *in, const char *table, const struct column *c,
				    size_t n, const char *more, int n_more, struct error **err)
{
	_cleanup_strbuf_ struct strbuf sql = {};

	strbuf_printf(&sql, "INSERT INTO %s(run_id", table);
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&sql, ", %s", c[i].name);
	strbuf_printf(&sql, "%s) VALUES (?", more);
	for (size_t i = 0; i < n + n_more; i++)
		strbuf_puts(&sql, ", ?");
	strbuf_puts(&sql, ")");
	return db_prepare(in->db, err, sql.data);
}

static int bind_columns(const struct ingest *in, sqlite3_stmt *stmt, const struct column *c,
			size_t n, struct error **err)
{
	sqlite3_bind_text(stmt, 1, in->run_id, -1, SQLITE_STATIC);
	for (size_t i = 0; i < n; i++) {
		if (bind_column(in, stmt, (int)i + 2, &c[i], err) < 0)
			return -1;
	}
	return 0;
}

static int insert_run(struct ingest *in, struct error **err)
{
	enum { N = ARRAY_SIZE(run_columns) };
	_cleanup_free_ char *knobs = knobs_text(source_at(in->run, "policy.knobs"));
	_cleanup_free_ char *workload_knobs = knobs_text(source_at(in->run, "workload.knobs"));
	_cleanup_free_ char *path = xasprintf("runs/%s", in->run_id);
	_cleanup_stmt_ sqlite3_stmt *stmt =
		prepare_insert(in, "run", run_columns, N, ", knobs, workload_knobs, path", 3, err);

	if (!stmt || bind_columns(in, stmt, run_columns, N, err) < 0)
		return -1;
	sqlite3_bind_text(stmt, N + 2, knobs, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, N + 3, workload_knobs, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, N + 4, path, -1, SQLITE_STATIC);
	return db_run(in->db, stmt, err);
}

static int insert_host(struct ingest *in, struct error **err)
{
	enum { N = ARRAY_SIZE(host_columns) };
	_cleanup_stmt_ sqlite3_stmt *stmt = prepare_insert(in, "host", host_columns, N, "", 0, err);

	if (!stmt || bind_columns(in, stmt, host_columns, N, err) < 0)
		return -1;
	return db_run(in->db, stmt, err);
}

/* A phase ends where the next one begins; the last has no end. */
static int insert_phases(struct ingest *in, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err, "INSERT OR IGNORE INTO phase VALUES (?, ?, ?, ?)");
	json_t *list = json_object_get(in->run, "phases");

	if (!stmt)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *p = json_array_get(list, i), *next = json_array_get(list, i + 1);
		const char *name = json_string_value(json_object_get(p, "name"));

		if (!name || !json_is_integer(json_object_get(p, "ns")))
			return error_set(err, EXIT_FAULT,
					 "%s/run.json: phase %zu has no name or no time", in->dir,
					 i + 1);
		db_bind(stmt, "ssi", in->run_id, name,
			(int64_t)json_integer_value(json_object_get(p, "ns")));
		if (next)
			sqlite3_bind_int64(stmt, 4,
					   json_integer_value(json_object_get(next, "ns")));
		else
			sqlite3_bind_null(stmt, 4);
		if (db_run(in->db, stmt, err) < 0)
			return -1;
	}
	return db_exec(in->db, err,
		       "UPDATE run SET workload_s = (SELECT (end_ns - start_ns) / 1e9 "
		       "FROM phase WHERE phase.run_id = run.run_id AND name = 'workload') "
		       "WHERE run_id = %Q",
		       in->run_id);
}

int phase_start(struct ingest *in, const char *name, int64_t *ret, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(
		in->db, err, "SELECT min(start_ns) FROM phase WHERE run_id = ? AND name = ?");

	if (!stmt)
		return -1;
	db_bind(stmt, "ss", in->run_id, name);
	if (db_step(in->db, stmt, err) < 0)
		return -1;
	*ret = sqlite3_column_int64(stmt, 0);
	return 0;
}

static int check_manifest(struct ingest *in, struct error **err)
{
	const char *id = json_string_value(json_object_get(in->run, "run_id"));
	json_int_t version = json_integer_value(json_object_get(in->run, "schema_version"));

	if (version != SCHEMA_VERSION)
		return error_set(err, EXIT_FAULT,
				 "%s/run.json: schema_version %" JSON_INTEGER_FORMAT
				 "; this harness reads %d",
				 in->dir, version, SCHEMA_VERSION);
	if (!id || !streq(id, in->run_id))
		return error_set(err, EXIT_FAULT, "%s/run.json: run_id is \"%s\"", in->dir,
				 id ?: "");
	return 0;
}

int ingest_manifest(struct ingest *in, struct error **err)
{
	const char *outcome;

	if (source_json(in, "run.json", &in->run, err) < 0)
		return -1;
	if (!in->run)
		return error_set(err, EXIT_FAULT, "%s/run.json: not there", in->dir);
	if (check_manifest(in, err) < 0 || insert_run(in, err) < 0)
		return -1;
	outcome = json_string_value(json_object_get(in->run, "outcome"));
	in->ok = streq(outcome, "ok");
	in->kernel_id = json_string_value(source_at(in->run, "kernel.id"));
	return insert_host(in, err) < 0 ? -1 : insert_phases(in, err);
}

/* --- knobs.json ---------------------------------------------------------------- */

int ingest_knobs(struct ingest *in, struct error **err)
{
	static const char *const texts[] = { "name", "wanted", "before", "readback", "after" };
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err,
			   "INSERT OR REPLACE INTO knob(run_id, name, wanted, before, readback, "
			   "after, verified) VALUES (?, ?, ?, ?, ?, ?, ?)");
	_cleanup_json_ json_t *list = NULL;

	if (!stmt || source_json(in, "guest/knobs.json", &list, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *k = json_array_get(list, i);

		if (!json_is_string(json_object_get(k, "name")))
			return error_set(err, EXIT_FAULT,
					 "%s/guest/knobs.json: entry %zu has no name", in->dir,
					 i + 1);
		sqlite3_bind_text(stmt, 1, in->run_id, -1, SQLITE_STATIC);
		for (size_t j = 0; j < ARRAY_SIZE(texts); j++) {
			_cleanup_free_ char *text = source_as_text(json_object_get(k, texts[j]));

			sqlite3_bind_text(stmt, (int)j + 2, text, -1, SQLITE_TRANSIENT);
		}
		sqlite3_bind_int(stmt, 7, json_is_true(json_object_get(k, "verified")));
		if (db_run(in->db, stmt, err) < 0)
			return -1;
	}
	return 0;
}
