/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run on its way into the database; shared by the files of ingest/ only. */
#ifndef HARNESS_INGEST_INTERNAL_H
#define HARNESS_INGEST_INTERNAL_H

#include <jansson.h>

#include "base/str.h"
#include "db/db.h"

/* The source of what the agent itself makes of /proc/kpageflags. */
#define SAMPLE_REGIONS "/proc/kpageflags"

struct ingest {
	struct db *db;
	const char *run_id;
	char *dir;             /* results/runs/RUN_ID */
	json_t *run;           /* run.json */
	const char *kernel_id; /* in it */
	bool ok;               /* the outcome was ok */
	bool complete;         /* the trace lost nothing */
	unsigned int n_incidents;
};

/* source.c: what is in a run directory, with bounds. */

/* The file below the run directory, or NULL without an error when it isn't there. */
int source_text(const struct ingest *in, const char *rel, char **ret, size_t *ret_len,
		struct error **err);
/* The same, parsed; *ret is a reference or NULL. */
int source_json(const struct ingest *in, const char *rel, json_t **ret, struct error **err);
/* A value by its path in an object, "kernel.name"; NULL if it isn't there. */
json_t *source_at(const json_t *o, const char *path);
/* Strings, numbers and booleans as text; NULL for null and absent.  Caller frees. */
char *source_as_text(const json_t *v);

static inline void json_guard(json_t **j)
{
	json_decref(*j);
}
#define _cleanup_json_ cleanup(json_guard)

/* Each fills its tables from its part of the directory. */
int ingest_manifest(struct ingest *in, struct error **err);  /* run, host, phase */
int ingest_knobs(struct ingest *in, struct error **err);     /* knob */
int ingest_counters(struct ingest *in, struct error **err);  /* counter */
int ingest_perf(struct ingest *in, struct error **err);      /* counter, sample; a part of it */
int ingest_samples(struct ingest *in, struct error **err);   /* region, sample, counter */
int ingest_output(struct ingest *in, struct error **err);    /* metric, sample */
int ingest_events(struct ingest *in, struct error **err);    /* event_*, trace_cpu, symbol … */
int ingest_derived(struct ingest *in, struct error **err);   /* metric, by metrics.sql */
int ingest_incidents(struct ingest *in, struct error **err); /* incident, console */

/* When a phase of the run began, by the trace's clock; 0 if it never did. */
int phase_start(struct ingest *in, const char *name, int64_t *ret, struct error **err);

/* Adds a row; `excerpt` may be NULL. */
int incident_add(struct ingest *in, const char *kind, const char *title, const char *excerpt,
		 struct error **err);

/* yaml.c: a YAML document as JSON text, for SQLite's JSON functions.  Caller frees. */
int yaml_to_json(const char *text, size_t len, char **ret, struct error **err);

#endif
