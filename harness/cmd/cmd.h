/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subcommands.  Each stands in cmd/NAME.c, parses its own options with
 * getopt_long, and returns an exit code or -1 with an error for main().
 */
#ifndef HARNESS_CMD_H
#define HARNESS_CMD_H

#include <stdbool.h>

#include "base/error.h"
#include "base/progress.h"

/* Options that stand before the command. */
struct app {
	const char *config;  /* --config, default harness.toml */
	const char *results; /* --results, default results */
	char *db;            /* --db, default RESULTS/harness.db */
	bool json;           /* --json */
	enum verbosity verbosity;
};

struct cmd {
	const char *name;
	int (*run)(struct app *app, int argc, char **argv, struct error **err);
	const char *summary;
};

/* X(function, name, one line for the overview) in the order that `harness help` shows. */
#define COMMANDS(X)                                                                  \
	X(cmd_run, "run", "run a matrix and print its report")                       \
	X(cmd_plan, "plan", "print the cells of a matrix and do nothing else")       \
	X(cmd_cell, "cell", "run one cell of a plan by itself")                      \
	X(cmd_verify, "verify", "prove that a cell repeats bit by bit")              \
	X(cmd_kernel, "kernel", "list, fetch, build and change kernels")             \
	X(cmd_report, "report", "compare each policy with stock on the same kernel") \
	X(cmd_compare, "compare", "compare two selections of runs")                  \
	X(cmd_claim, "claim", "judge what is claimed of policies")                   \
	X(cmd_gate, "gate", "fail when a metric got worse than a baseline's")        \
	X(cmd_history, "history", "follow a metric over campaigns")                  \
	X(cmd_query, "query", "ask the database in SQL")                             \
	X(cmd_ingest, "ingest", "fill the database from run directories")            \
	X(cmd_import, "import", "make a run of somebody else's trace.dat")           \
	X(cmd_export, "export", "a run's trace for trace-cmd or Perfetto")           \
	X(cmd_doctor, "doctor", "say what this machine can do and what is missing")  \
	X(cmd_help, "help", "help on commands, configuration and outcomes")

#define X(fn, name, summary) int fn(struct app *app, int argc, char **argv, struct error **err);
COMMANDS(X)
#undef X

/* --help of a command: prints text to stdout and returns EXIT_OK. */
int cmd_usage(const char *text);
/* An EXIT_INPUT error that points to `harness NAME --help`. */
int cmd_bad_usage(struct error **err, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for what getopt_long() returned as ':' or '?'. */
int cmd_bad_option(struct error **err, const char *name, int c, char **argv);

#endif
