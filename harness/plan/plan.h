/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The matrix, multiplied out: which boots there are, in which order, and
 * which of them can't be.  Planning reads the caches and changes nothing.
 *
 * A cell's id is a hash over everything that can change its result: kernel,
 * policy with its files and knob values, workload with its files, machine,
 * trace settings, agent, mode, repetition, seed.  Equal id, equal experiment:
 * that is what resuming relies on.
 */
#ifndef HARNESS_PLAN_H
#define HARNESS_PLAN_H

#include "base/sha256.h"
#include "config/config.h"
#include "kernel/expand.h"

struct knob_value {
	const struct knob_def *def;
	char *value;
	bool swept; /* the matrix runs it through values: what tells cells apart */
};

struct cell {
	char id[SHORT_ID];
	char group[SHORT_ID]; /* the same for all repetitions of a cell */
	const struct kernel_def *kernel;
	char kernel_id[HASH_HEX];
	const struct policy_def *policy;
	struct knob_value *policy_knobs; /* every knob of the policy, defaults included */
	size_t n_policy_knobs;
	const struct workload_def *workload;
	struct knob_value *workload_knobs;
	size_t n_workload_knobs;
	enum mode mode;   /* never MODE_AUTO */
	unsigned int rep; /* 1 … reps */
	uint64_t seed;    /* the same for all cells of a repetition: pairs; PLAN_AGAIN has others */
	const struct machine_config *machine;
	const struct trace_config *trace; /* with the policy's and the workload's wishes */
	const struct counters_config *counters;
	const struct sample_config *sample; /* with the policy's and the workload's wishes */
	bool twin;                          /* not traced, beside one that is: what tracing costs */
	double estimate_s;
	char *refused; /* why it can't run, or NULL */
};

/* The policy that `aa = true` adds: stock, under seeds of its own. */
#define PLAN_AGAIN "stock-again"

/* What `run` and `plan` were told on the command line; NULL members match everything. */
struct plan_filter {
	const char *kernel, *policy, *workload; /* globs */
	const char *mode;
	unsigned int reps; /* 0: as in the matrix */
};

/* What this machine can do. */
struct plan_host {
	enum mode auto_mode; /* what MODE_AUTO stands for */
	bool counts_cpus;    /* deterministic guests may have several CPUs */
};

struct plan {
	const struct config *config;
	const struct matrix_def *matrix;
	struct machine_config machine; /* the configuration's, with what the matrix has of its own */
	struct kernel_set kernels;     /* of the matrix, each revision of a git tree by itself */
	char campaign_id[SHORT_ID];    /* hash over the cells and the order */
	uint64_t seed;
	/* In the order of execution: repetition by repetition, shuffled within each by the seed;
	 * refused ones last. */
	struct cell *cells;
	size_t n_cells;
	bool sent_to_tcg;         /* for their several CPUs, from mode deterministic */
	struct trace_set *traces; /* what cells point to */
	struct sample_set *samples;
};

/*
 * A mode in the filter takes the place of `auto_mode`.  Where the instructions of
 * several CPUs can't be counted, cells that would need it get mode tcg.
 * EXIT_INPUT if nothing matches the filter.
 */
struct plan *plan_create(const struct config *c, const struct matrix_def *m,
			 const struct plan_filter *f, const struct plan_host *host,
			 struct error **err);
/* Has it guests of several CPUs in mode deterministic? */
bool plan_counts_cpus(const struct config *c, const struct matrix_def *m,
		      const struct plan_filter *f);
void plan_free(struct plan *p);
DEFINE_GUARD(plan, struct plan *, plan_free)
#define _cleanup_plan_ cleanup(plan_guard)

/*
 * estimate_s of a cell is a boot in its mode plus the workload's estimate_s.  Who knows better,
 * from earlier runs, gives a callback; a result below 0 leaves a cell's estimate as it is.
 */
void plan_estimate(struct plan *p, double (*estimate)(const struct cell *, void *arg), void *arg);
/* Seconds for all cells that aren't refused, one after the other. */
double plan_total_s(const struct plan *p);

/* Drops the cells that `keep` doesn't want; campaign id and order of the others stay. */
void plan_keep(struct plan *p, bool (*keep)(const struct cell *, void *arg), void *arg);

/* By id or by an unambiguous prefix of it. */
const struct cell *plan_cell(const struct plan *p, const char *id, struct error **err);

/* "patched-6.1 watermark-timer(expiry_ms=1000) burst tcg #2", with the swept knobs; caller frees. */
char *cell_title(const struct cell *cell);
/* "expiry_ms=1000 lots_mult=4": the policy's knobs, sorted by name, or "".  Caller frees. */
char *cell_knobs(const struct cell *cell);
/* The same of the workload. */
char *cell_workload_knobs(const struct cell *cell);
/* Value of a knob of policy or workload, or NULL. */
const char *cell_knob(const struct cell *cell, const char *name);
/* Replaces ${name} in text by knobs and by the `vars` given as "name=value"; an unknown name is an
 * EXIT_INPUT error.  Caller frees. */
char *cell_expand(const struct cell *cell, const char *text, char *const *vars, struct error **err);

#endif
