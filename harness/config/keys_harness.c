// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of harness.toml. */
#include <string.h>

#include "base/str.h"
#include "config/keys.h"
#include "config/names.h"

#define MiB (1LL << 20)
#define TiB (1LL << 40)

static const struct config_key machine_keys[] = {
	{
		.key = "cpus",
		.type = KEY_UINT,
		.offset = offsetof(struct machine_config, cpus),
		.def = "2",
		.min = 1,
		.max = 255,
		.help = "virtual CPUs",
	},
	{
		.key = "mem",
		.type = KEY_SIZE,
		.offset = offsetof(struct machine_config, mem_bytes),
		.def = "384M",
		.min = 64 * MiB,
		.max = TiB,
		.help = "what the page allocator gets; swap and data devices come on top",
	},
	{
		.key = "boot_timeout_s",
		.type = KEY_UINT,
		.offset = offsetof(struct machine_config, boot_timeout_s),
		.def = "120",
		.unit = "s",
		.min = 1,
		.max = 3600,
		.help = "from power-on to the first word of the guest's agent",
	},
	{
		.key = "heartbeat_s",
		.type = KEY_UINT,
		.offset = offsetof(struct machine_config, heartbeat_s),
		.def = "5",
		.unit = "s",
		.min = 1,
		.max = 600,
		.help = "between signs of life; silence of five of them is a hang",
	},
	{
		.key = "tcg_one_thread",
		.type = KEY_BOOL,
		.offset = offsetof(struct machine_config, tcg_one_thread),
		.def = "false",
		.help = "emulate all CPUs in one thread: slower, and needed where static keys or "
			"events are switched under load (QEMU before 8.1)",
	},
};

static const struct config_table machine_table = {
	.title = "[machine]",
	.file = "harness.toml",
	.help = "The virtual machine: the same for all cells.",
	.keys = machine_keys,
	.n_keys = ARRAY_SIZE(machine_keys),
	.size = sizeof(struct machine_config),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
};

static const char *const twins_names[] = { "none", "untraced", NULL };

static const struct config_key matrix_keys[] = {
	{
		.key = "kernels",
		.type = KEY_STRINGS,
		.required = true,
		.offset = offsetof(struct matrix_def, kernels),
		.help = "names of [kernel.NAME] tables",
	},
	{
		.key = "policies",
		.type = KEY_STRINGS,
		.required = true,
		.offset = offsetof(struct matrix_def, policies),
		.help = "folders below policies/",
	},
	{
		.key = "workloads",
		.type = KEY_STRINGS,
		.required = true,
		.offset = offsetof(struct matrix_def, workloads),
		.help = "folders below workloads/",
	},
	{
		.key = "modes",
		.type = KEY_ENUMS,
		.offset = offsetof(struct matrix_def, modes),
		.count = offsetof(struct matrix_def, n_modes),
		.def = "auto",
		.names = mode_names,
		.help = "how guests run; auto is kvm where it works, else tcg",
	},
	{
		.key = "reps",
		.type = KEY_UINT,
		.offset = offsetof(struct matrix_def, reps),
		.def = "3",
		.min = 1,
		.max = 10000,
		.help = "boots of each cell",
	},
	{
		.key = "seed",
		.type = KEY_U64,
		.offset = offsetof(struct matrix_def, seed),
		.def = "1",
		.min = 0,
		.max = INT64_MAX,
		.help = "of the order and of the workloads",
	},
	{
		.key = "cpus",
		.type = KEY_UINT,
		.offset = offsetof(struct matrix_def, cpus),
		.min = 1,
		.max = 255,
		.help = "virtual CPUs of these guests, instead of [machine] cpus",
	},
	{
		.key = "aa",
		.type = KEY_BOOL,
		.offset = offsetof(struct matrix_def, aa),
		.def = "false",
		.help = "also run policy stock-again: stock with other seeds, for the noise floor",
	},
	{
		.key = "twins",
		.type = KEY_ENUM,
		.offset = offsetof(struct matrix_def, twins),
		.def = "none",
		.names = twins_names,
		.help = "untraced: the first repetition once more without tracing, for its price",
	},
	{
		.key = "sweep",
		.type = KEY_SWEEPS,
		.offset = offsetof(struct matrix_def, sweeps),
		.count = offsetof(struct matrix_def, n_sweeps),
		.help = "\"OWNER.KNOB\" = [values]: runs a policy's or workload's knob through them",
	},
};

static const struct config_table matrix_table = {
	.title = "[matrix.NAME]",
	.file = "harness.toml",
	.help = "What is multiplied out and run.  `harness run` takes \"default\" unless told.",
	.keys = matrix_keys,
	.n_keys = ARRAY_SIZE(matrix_keys),
	.size = sizeof(struct matrix_def),
	.pos = offsetof(struct matrix_def, pos),
	.name = offsetof(struct matrix_def, name),
	.check = config_check_matrix,
};

/* Kernels stand before matrices: a matrix is checked against them. */
static const struct config_key harness_keys[] = {
	{
		.key = "machine",
		.type = KEY_TABLE,
		.offset = offsetof(struct config, machine),
		.sub = &machine_table,
		.help = "the virtual machine",
	},
	{
		.key = "trace",
		.type = KEY_TABLE,
		.offset = offsetof(struct config, trace),
		.sub = &trace_table,
		.help = "what is captured",
	},
	{
		.key = "counters",
		.type = KEY_TABLE,
		.offset = offsetof(struct config, counters),
		.sub = &counters_table,
		.help = "what is counted",
	},
	{
		.key = "sample",
		.type = KEY_TABLE,
		.offset = offsetof(struct config, sample),
		.sub = &sample_table,
		.help = "what is read at intervals",
	},
	{
		.key = "kernel",
		.type = KEY_NAMED,
		.offset = offsetof(struct config, kernels),
		.count = offsetof(struct config, n_kernels),
		.sub = &kernel_table,
		.help = "kernels",
	},
	{
		.key = "matrix",
		.type = KEY_NAMED,
		.offset = offsetof(struct config, matrices),
		.count = offsetof(struct config, n_matrices),
		.sub = &matrix_table,
		.help = "matrices",
	},
};

const struct config_table harness_table = {
	.title = "harness.toml",
	.file = "harness.toml",
	.help = "What there is to run, and on what.",
	.keys = harness_keys,
	.n_keys = ARRAY_SIZE(harness_keys),
	.size = sizeof(struct config),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
	.check = config_check_kernels,
};
