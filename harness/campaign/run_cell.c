// SPDX-License-Identifier: GPL-2.0-or-later
/* The way of one cell through the stages: read run_cell() first. */
#include <sched.h>

#include "artifact/artifact.h"
#include "base/file.h"
#include "base/pool.h"
#include "base/resource.h"
#include "base/str.h"
#include "campaign/campaign.h"
#include "image/image.h"
#include "kernel/kernel.h"
#include "machine/checkpoint.h"
#include "machine/host_clock.h"

#define MAX_PIN 64

/* Boot, collection of traces and shutdown, on top of what the workload may take. */
#define COLLECT_S 120

/*
 * A deterministic guest can't be disturbed by what else runs on its core, but by
 * its own main loop on another one: see let_main_loop_go_first() in machine.c.
 */
static size_t pick_one(const cpu_set_t *set, int ret[MAX_PIN])
{
	unsigned int skip = pool_turn() % (unsigned int)CPU_COUNT(set);

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, set) || skip--)
			continue;
		ret[0] = cpu;
		return 1;
	}
	return 0;
}

/* The first CPUs of the host that we may use: guests get cores of their own. */
static size_t pick_cpus(const struct cell *cell, int ret[MAX_PIN])
{
	const unsigned int n = cell->machine->cpus;
	cpu_set_t set;
	size_t found = 0;

	if (sched_getaffinity(0, sizeof(set), &set) < 0 || CPU_COUNT(&set) < 1)
		return 0;
	if (cell->mode == MODE_DETERMINISTIC)
		return pick_one(&set, ret);
	for (int cpu = 0; cpu < CPU_SETSIZE && found < n && found < MAX_PIN; cpu++) {
		if (CPU_ISSET(cpu, &set))
			ret[found++] = cpu;
	}
	/* Fewer cores than virtual CPUs: pinning would only stack them up. */
	return found == n ? found : 0;
}

/* Everything but who listens and where it runs. */
static struct machine_spec describe(const struct cell *cell, const struct boot_files *files)
{
	return (struct machine_spec){
		.boot = files,
		.mode = cell->mode,
		.cpus = cell->machine->cpus,
		.free_page_reporting = cell->policy->needs_reporting,
		.one_thread = cell->machine->tcg_one_thread,
		.tsc_khz = host_tsc_khz(),
		.boot_timeout_s = cell->machine->boot_timeout_s,
		.heartbeat_s = cell->machine->heartbeat_s,
		.timeout_s = cell->machine->boot_timeout_s + cell->workload->timeout_s + COLLECT_S,
		.seed = cell->seed,
	};
}

/* What a deterministic guest needs besides, and what its run directory says of that. */
static int make_repeatable(struct machine_spec *spec, char **ret_tlb_clock,
			   struct artifact *artifact, struct error **err)
{
	char inputs[HASH_HEX];

	*ret_tlb_clock = resource_built("libtlb_clock.so");
	if (!path_exists(*ret_tlb_clock))
		return error_set(
			err, EXIT_HOST,
			"%s isn't there, without which a run wouldn't repeat; `make` builds it",
			*ret_tlb_clock);
	spec->tlb_clock = *ret_tlb_clock;
	if (machine_inputs_hash(spec, inputs, err) < 0)
		return -1;
	artifact_set_inputs(artifact, inputs);
	return 0;
}

/*
 * A deterministic guest goes on from where one like it has booted.  What that one
 * said belongs to the run; and if it didn't boot, that is how the run ended.
 */
static int go_on(struct machine_spec *spec, struct machine_result *ret, struct error **err)
{
	_cleanup_checkpoint_ struct checkpoint c = { 0 };

	if (checkpoint_get(spec, &c, ret, err) < 0)
		return -1;
	if (!c.state && spec->sink.console(spec->sink.arg, c.console, c.console_len) < 0)
		return error_set(err, EXIT_HOST, "the console could not be kept");
	if (!c.state)
		return 0;
	spec->restore = c.state;
	spec->said = c.console;
	spec->said_len = c.console_len;
	return machine_run(spec, ret, err);
}

static int boot(const struct cell *cell, const struct boot_files *files, struct artifact *artifact,
		struct machine_result *ret, struct error **err)
{
	struct machine_spec spec = describe(cell, files);
	_cleanup_free_ char *tlb_clock = NULL;
	int cpus[MAX_PIN];

	spec.pin_cpus = cpus;
	spec.n_pin_cpus = pick_cpus(cell, cpus);
	spec.sink = artifact_sink(artifact);
	spec.guest = artifact_guest(artifact);
	if (cell->mode != MODE_DETERMINISTIC)
		return machine_run(&spec, ret, err);
	if (make_repeatable(&spec, &tlb_clock, artifact, err) < 0)
		return -1;
	return go_on(&spec, ret, err);
}

int cell_inputs_hash(const struct cell *cell, char ret[HASH_HEX], struct error **err)
{
	_cleanup_kernel_ struct kernel *kernel = NULL;
	_cleanup_boot_files_ struct boot_files *files = NULL;
	struct machine_spec spec;

	if (kernel_get(cell->kernel, &kernel, err) < 0 ||
	    image_prepare(cell, kernel, &files, err) < 0)
		return error_wrap(err, "cell %s", cell->id);
	spec = describe(cell, files);
	return machine_inputs_hash(&spec, ret, err);
}

/*
 * config and plan made `cell`; kernel and image turn it into boot files; the
 * machine runs them and the agent in it speaks; the artifact keeps what was
 * said as a run directory.  From there ingest, db and analysis go on without
 * knowing that there was a machine (campaign.c, analysis/).
 */
int run_cell(const struct cell *cell, const char *campaign_id, const char *results,
	     char **ret_run_id, enum outcome *ret_outcome, struct error **err)
{
	_cleanup_kernel_ struct kernel *kernel = NULL;
	_cleanup_boot_files_ struct boot_files *files = NULL;
	_cleanup_artifact_ struct artifact *artifact = NULL;
	struct machine_result machine = { 0 };
	int r;

	if (cell->refused)
		return error_set(err, EXIT_INPUT, "cell %s: %s", cell->id, cell->refused);
	if (kernel_get(cell->kernel, &kernel, err) < 0)
		return error_wrap(err, "cell %s", cell->id);
	if (image_prepare(cell, kernel, &files, err) < 0)
		return error_wrap(err, "cell %s: image", cell->id);
	artifact = artifact_create(results, cell, campaign_id, err);
	if (!artifact || artifact_add_file(artifact, "job", files->job, err) < 0)
		return error_wrap(err, "cell %s: run directory", cell->id);
	r = boot(cell, files, artifact, &machine, err);
	if (r < 0)
		error_wrap(err, "cell %s: boot", cell->id);
	else if (artifact_publish(artifact, kernel, &machine, ret_run_id, ret_outcome, err) < 0)
		r = error_wrap(err, "cell %s: run directory", cell->id);
	machine_result_deinit(&machine);
	return r;
}
