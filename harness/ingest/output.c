// SPDX-License-Identifier: GPL-2.0-or-later
/* The workload's own output → metric and sample, by the paths of its workload.toml. */
#include <string.h>

#include "ingest/internal.h"

/* What is extracted once for each entry of a list in the manifest. */
struct extraction {
	const char *list; /* "workload.metrics" */
	const char *what; /* for messages */
	const char *sql;  /* ?1 run, ?2 name, ?3 unit, ?4 better, ?5 path, ?6 JSON text */
};

static const struct extraction extractions[] = {
	{ "workload.metrics", "metric",
	  "INSERT INTO metric SELECT ?1, ?2, ?3, ?4, json_extract(?6, ?5), 'workload' "
	  "WHERE json_type(?6, ?5) IN ('integer', 'real')" },
	/* [[x, count], …] or {"x": count, …}; buckets that are named twice are one. */
	{ "workload.histograms", "histogram",
	  "INSERT INTO sample SELECT ?1, ?2, 'histogram', ?3, "
	  "CAST(iif(type = 'array', json_extract(value, '$[0]'), key) AS REAL) AS x, "
	  "CAST(iif(type = 'array', json_extract(value, '$[1]'), value) AS REAL) AS y "
	  "FROM json_each(?6, ?5) WHERE x IS NOT NULL AND y IS NOT NULL "
	  "ON CONFLICT DO UPDATE SET y = y + excluded.y" },
};

/* A metric that isn't in the output of a run that went well is for a person to look at. */
static int missing(struct ingest *in, const char *what, const char *name, const char *path,
		   struct error **err)
{
	_cleanup_free_ char *title =
		xasprintf("%s \"%s\": nothing at %s in the workload's output", what, name, path);

	return in->ok ? incident_add(in, "no-metric", title, NULL, err) : 0;
}

static int extract_one(struct ingest *in, const struct extraction *x, sqlite3_stmt *stmt,
		       const json_t *def, const char *json, struct error **err)
{
	const char *name = json_string_value(json_object_get(def, "name"));
	const char *path = json_string_value(json_object_get(def, "path"));
	const char *unit = json_string_value(json_object_get(def, "unit"));
	const char *better = json_string_value(json_object_get(def, "better"));

	if (!name || !path)
		return error_set(err, EXIT_FAULT, "%s/run.json: a %s without name or path", in->dir,
				 x->what);
	db_bind(stmt, "sssss", in->run_id, name, unit ?: "", better ?: "lower", path);
	sqlite3_bind_text(stmt, 6, json, -1, SQLITE_STATIC);
	if (db_run(in->db, stmt, err) < 0)
		return error_wrap(err, "%s: %s \"%s\" at %s", in->dir, x->what, name, path);
	return sqlite3_changes(db_handle(in->db)) ? 0 : missing(in, x->what, name, path, err);
}

static int extract(struct ingest *in, const struct extraction *x, const char *json,
		   struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(in->db, err, x->sql);
	const json_t *list = source_at(in->run, x->list);

	if (!stmt)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (extract_one(in, x, stmt, json_array_get(list, i), json, err) < 0)
			return -1;
	}
	return 0;
}

/* Some programs (fio) put remarks in front of the JSON that they were told to write. */
static const char *json_start(const char *text)
{
	const char *p = text;

	while (p && *p != '{' && *p != '[') {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return p ?: text;
}

static int to_json(struct ingest *in, const char *rel, char *text, size_t len, char **ret,
		   struct error **err)
{
	const char *format = json_string_value(source_at(in->run, "workload.output.format"));
	json_error_t why;
	json_t *json;

	if (format && streq(format, "yaml")) {
		if (yaml_to_json(text, len, ret, err) < 0)
			return error_wrap(err, "%s/%s", in->dir, rel);
		return 0;
	}
	json = json_loads(json_start(text), JSON_DISABLE_EOF_CHECK, &why);
	if (!json)
		return error_set(err, EXIT_FAULT, "%s/%s:%d:%d: %s", in->dir, rel, why.line,
				 why.column, why.text);
	*ret = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return *ret ? 0 : error_set(err, EXIT_FAULT, "%s/%s: can't be written again", in->dir, rel);
}

static const char insert_span[] =
	"INSERT INTO span SELECT ?1, ?2, ?3, json_extract(?6, ?4) - ?7, json_extract(?6, ?5) - ?7 "
	"WHERE json_type(?6, ?4) = 'integer' AND json_type(?6, ?5) = 'integer' "
	"AND json_extract(?6, ?4) BETWEEN ?7 AND json_extract(?6, ?5)";

/* Times in the output are the guest's clock, those of rows begin with the measured phase. */
static int extract_spans(struct ingest *in, const char *json, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(in->db, err, insert_span);
	const json_t *list = source_at(in->run, "workload.spans");
	int64_t start;

	if (!stmt || phase_start(in, "workload", &start, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *def = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(def, "name"));
		const char *begin = json_string_value(json_object_get(def, "begin"));
		const char *end = json_string_value(json_object_get(def, "end"));

		if (!name || !begin || !end)
			return error_set(err, EXIT_FAULT,
					 "%s/run.json: a span without name, "
					 "begin or end",
					 in->dir);
		db_bind(stmt, "ssisssi", in->run_id, name, (int64_t)i, begin, end, json, start);
		if (db_run(in->db, stmt, err) < 0)
			return error_wrap(err, "%s: span \"%s\"", in->dir, name);
		if (!sqlite3_changes(db_handle(in->db)) &&
		    missing(in, "span", name, begin, err) < 0)
			return -1;
	}
	return 0;
}

/* What a workload that broke off has left behind is not measured, and may be half a file. */
int ingest_output(struct ingest *in, struct error **err)
{
	const char *file = json_string_value(source_at(in->run, "workload.output.file"));
	_cleanup_free_ char *rel = NULL, *text = NULL, *json = NULL;
	size_t len;

	if (!in->ok || !file)
		return 0;
	rel = xasprintf("guest/out/%s", file);
	if (source_text(in, rel, &text, &len, err) < 0)
		return -1;
	if (!text)
		return error_set(err, EXIT_FAULT, "%s/%s: not there", in->dir, rel);
	if (to_json(in, rel, text, len, &json, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(extractions); i++) {
		if (extract(in, &extractions[i], json, err) < 0)
			return -1;
	}
	return extract_spans(in, json, err);
}
