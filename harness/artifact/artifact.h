/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run directories: everything that is known about one boot, on disk, whole or
 * absent, never changed afterwards.  results/runs/RUN_ID/ with RUN_ID =
 * CELL_ID-N, N counting the boots of that cell from 1.
 *
 *	run.json		the manifest, written last (see docs/run-directory.md)
 *	console.log		the serial console as it came
 *	job			what the guest was told
 *	guest/			files that the agent sent:
 *	  uname  cmdline  config.gz(where there is one)
 *	  phases		"ns name" lines, CLOCK_MONOTONIC
 *	  knobs.json		[{name, path, wanted, before, readback, after, verified}]
 *	  counters.json		[{name, file, before, after, live}] of the policy
 *	  before/ after/	vmstat interrupts meminfo buddyinfo zoneinfo
 *				pressure_{cpu,memory,io} softirqs, as in /proc
 *	  perf.json		[{name, cpu, value, enabled, running} or {name, supported:false}]
 *	  agent.json		{cpu_ns, rss_peak_kb, mem_total_kb, exit_status, …}
 *	  trace/cpuN.raw	ring-buffer pages, whole, as read from trace_pipe_raw
 *	  trace/cpuN.stats	per_cpu/cpuN/stats
 *	  trace/header_page  header_event  events/SYSTEM/NAME/format
 *	  trace/clock  saved_cmdlines  printk_formats  kallsyms(policy modules only)
 *	  out/…			the workload's output folder
 */
#ifndef HARNESS_ARTIFACT_H
#define HARNESS_ARTIFACT_H

#include <jansson.h>

#include "machine/machine.h"
#include "plan/plan.h"

struct artifact;

/* Starts a run directory under `results`/tmp; free space is checked first (EXIT_HOST). */
struct artifact *artifact_create(const char *results, const struct cell *cell,
				 const char *campaign_id, struct error **err);
/* The sink that machine_run() feeds, and what it learns about the guest. */
struct machine_sink artifact_sink(struct artifact *a);
const struct guest_state *artifact_guest(const struct artifact *a);
/* Adds a text file beside the manifest, such as the job. */
int artifact_add_file(struct artifact *a, const char *name, const char *text, struct error **err);
/* What the guest ran on, as a hash; its run is then given a fingerprint. */
void artifact_set_inputs(struct artifact *a, const char *hash);
/*
 * Writes run.json (outcome decided from the machine's and the agent's words
 * and from the console) and renames the directory into place.
 */
int artifact_publish(struct artifact *a, const struct kernel *k, const struct machine_result *m,
		     char **ret_run_id, enum outcome *ret_outcome, struct error **err);
/* Removes what wasn't published. */
void artifact_destroy(struct artifact *a);
DEFINE_GUARD(artifact, struct artifact *, artifact_destroy)
#define _cleanup_artifact_ cleanup(artifact_guard)

/* Run ids of a cell that are on disk, oldest first; NULL-terminated. */
int artifact_runs(const char *results, const char *cell_id, char ***ret, struct error **err);
/* How a published run ended, from its manifest. */
int artifact_outcome(const char *results, const char *run_id, enum outcome *ret,
		     struct error **err);
/*
 * What a run's manifest says of its bits.  EXIT_FAULT if it has none: not
 * deterministic, or not whole.
 */
int artifact_fingerprint(const char *results, const char *run_id, char ret[HASH_HEX],
			 char ret_inputs[HASH_HEX], struct error **err);
/* Removes half-written directories that a killed harness left in results/tmp. */
int artifact_sweep(const char *results, struct error **err);

#endif
