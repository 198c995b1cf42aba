/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user asked for: harness.toml, policies/<name>/policy.toml and
 * workloads/<name>/workload.toml, read, checked and with defaults filled in.
 * Pure data; nothing here touches kernels or machines.
 *
 * All strings are owned by the struct config; lists are NULL-terminated.
 * Names are [A-Za-z0-9][A-Za-z0-9._-]* since they become file names, SQL
 * values and parts of commands.  Paths are absolute unless said otherwise.
 * Booleans that go to the guest as text are "1" and "0", as the kernel's own
 * files read back.
 */
#ifndef HARNESS_CONFIG_H
#define HARNESS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Where something was written, for messages; file is owned by the config. */
struct position {
	const char *file;
	int line;
	int col;
};

enum mode { MODE_AUTO, MODE_TCG, MODE_KVM, MODE_DETERMINISTIC };
const char *mode_name(enum mode m); /* "auto", "tcg", "kvm", "deterministic" */

enum swap_kind { SWAP_NONE, SWAP_PMEM, SWAP_ZRAM, SWAP_SIMDISK };
const char *swap_name(enum swap_kind k); /* "none", "pmem", "zram", "simdisk" */

enum data_kind { DATA_PMEM, DATA_SIMDISK };

/* [simdisk] of a workload: what each of its simdisks is like (harness/guest-modules/simdisk). */
struct simdisk_config {
	unsigned int latency_us, spread_us;
	unsigned int bandwidth_mb; /* 0: no limit */
	unsigned int queue_depth;
};

/* [machine] */
struct machine_config {
	unsigned int cpus;
	uint64_t mem_bytes;          /* what the page allocator gets; devices come on top */
	unsigned int boot_timeout_s; /* from power-on to the agent's first frame */
	unsigned int heartbeat_s;    /* silence longer than 5 of these is a hang */
	bool tcg_one_thread;         /* slower, and right while code changes under load */
};

/* What can be asked for in [trace] of harness.toml, of a policy and of a workload: all of it is had. */
struct trace_wishes {
	char **events;  /* "vmscan:*", "irq_vectors:call_function*"; absent ones are skipped */
	char **kprobes; /* "p:NAME SYMBOL ARG=…", as the kernel's kprobe_events takes it */
	char **function_graph; /* functions, globs: their calls with their durations */
};

/* When ring buffers are emptied: as they fill up, all the time, or after the workload only. */
enum stream_when { STREAM_AUTO, STREAM_ALWAYS, STREAM_NEVER };
const char *stream_name(enum stream_when s); /* "auto", "always", "never" */

/* [trace] */
struct trace_config {
	bool enabled;
	unsigned int buffer_kb; /* per CPU; part of the guest's memory */
	struct trace_wishes wishes;
	char **store; /* event types that get tables; others can be queried from the run directory */
	enum stream_when stream;
	unsigned int stream_ms; /* how often the buffers' level is looked at */
};

enum counters_per { COUNTERS_SYSTEM, COUNTERS_TASK, COUNTERS_BOTH };
const char *counters_per_name(enum counters_per p); /* "system", "task", "both" */

/* [counters]: wire/counters.h has the names */
struct counters_config {
	char **groups; /* "cycles,instructions": counted in the same moments */
	enum counters_per per;
	unsigned int interval_ms; /* 0: at the end only */
};

/* What can be asked for in [sample] of harness.toml, of a policy and of a workload. */
struct sample_wishes {
	unsigned int every_ms;  /* 0: not at all */
	unsigned int region_mb; /* filling of regions of this size; 0: not at all */
	char **files;           /* "PATH" or "PATH GLOB GLOB…", of lines' first words */
};

/* [sample] */
struct sample_config {
	struct sample_wishes wishes;
	unsigned int buffer_kb; /* part of the guest's memory */
};

enum kernel_source { KERNEL_DEBIAN_IMAGE, KERNEL_DEBIAN_SOURCE, KERNEL_PREBUILT, KERNEL_GIT };

/* One word of `rev`: a branch, tag or commit, a range GOOD..BAD, or "worktree". */
struct rev_def {
	char *text;
	struct position pos;
};

/* What a word of `rev` means now; filled in by kernel_expand(). */
struct kernel_rev {
	char *commit;  /* hex digits; of a dirty one, the commit that was changed */
	char *content; /* the git tree object with all files */
	char *date;    /* the commit's, as KBUILD_BUILD_TIMESTAMP takes it */
	bool dirty;    /* files differ from the commit's */
};

/*
 * [kernel.NAME].  One with source "git" stands for as many kernels as its
 * revisions are: kernel_expand() makes a definition of each.
 */
struct kernel_def {
	char *name;
	struct position pos;
	enum kernel_source source;
	/* linux-image-… (a meta package means its newest) or linux-source-X.Y */
	char *package;
	char *tree;           /* git: the repository */
	struct rev_def *revs; /* git: none means the files as they are */
	size_t n_revs;
	/* debian-source, git: fragments, in order, the flavour's last (never NULL, maybe empty) */
	char **config;
	char *flavour;  /* harness/kernels/flavours/FLAVOUR.config, or NULL */
	char *patches;  /* folder with a `series` file, or NULL */
	char *baseline; /* the kernel that tells what this one's hooks cost, or NULL */
	char *image;    /* prebuilt: bzImage, */
	char *modules;  /*	its lib/modules/RELEASE folder */
	struct kernel_rev rev;
};

enum knob_type { KNOB_INT, KNOB_BOOL, KNOB_STRING };
const char *knob_type_name(enum knob_type t);

/* [[knob]] of a policy or a workload */
struct knob_def {
	char *name;
	struct position pos;
	enum knob_type type;
	char *unit;       /* "" if it has none */
	int64_t min, max; /* KNOB_INT */
	char *def;        /* default, as text; NULL: must be given a value by a sweep */
	/*
	 * File in the guest that takes and gives the value, or NULL when it goes
	 * elsewhere (module parameter, ${knob} in a command line).
	 */
	char *set;
	/*
	 * File in the guest with a line `name value`, by which the policy's daemon
	 * says what value it works with; or NULL.
	 */
	char *read;
	char *help;
};

/* [[module]] of a policy */
struct module_def {
	char *name; /* NAME.ko */
	/* Folder with a Kbuild, relative to the policy's; NULL: comes with the kernel. */
	char *source;
	char **params; /* "key=value"; ${knob} is replaced */
};

/* [[counter]] of a policy: a `name value` line of a file in the guest */
struct counter_def {
	char *name;
	char *file;
	bool liveness; /* must have moved between policy on and the end of the workload */
	char *help;
};

/* [daemon] of a policy: a program that runs beside the workload */
struct daemon_def {
	char *source; /* C file in the policy's folder, built statically; NULL: there is none */
	char **args;  /* ${knob} is replaced */
};

enum better { BETTER_LOWER, BETTER_HIGHER };
const char *better_name(enum better b); /* "lower", "higher": the values of metric.better */

/*
 * [[claim]] of policies/NAME/claims.toml.  A file of its own: the words of a
 * claim change nothing of what was run.
 */
struct claim_def {
	char *name;
	struct position pos;
	char *source; /* where it was claimed */
	char *says;   /* what, in short */
	char *hypothesis;
	char *metric;
	enum better direction;
	char *least; /* effect that matters, in text: "10%" of the base, or "5" in the metric's unit */
	char **kernels;
	char *workload;
	enum mode mode;
	unsigned int cpus; /* as a matrix's */
	char **knobs;      /* "OWNER.KNOB=VALUE" */
	char *against;     /* policy that it is compared with */
	char **rivals;     /* mainline's own means: as good as one of these is "already upstream" */
	char *equal;       /* metric in which both sides have to agree, or NULL */
	char *within;      /* how closely: "10%" */
	unsigned int reps;
};

/* policies/NAME/policy.toml */
struct policy_def {
	char *name; /* the folder's name */
	char *dir;
	struct position pos;
	char *title;
	char *origin;         /* URL or citation */
	char **needs_hooks;   /* what a kernel's patch queue must provide ("Policy-Hook:" lines) */
	char **needs_config;  /* CONFIG_X options that must be y or m */
	bool needs_reporting; /* a balloon that the guest tells of its free pages */
	struct module_def *modules;
	size_t n_modules;
	struct daemon_def daemon;
	struct knob_def *knobs;
	size_t n_knobs;
	struct counter_def *counters;
	size_t n_counters;
	struct claim_def *claims; /* claims.toml, if there is one */
	size_t n_claims;
	struct trace_wishes trace;
	struct sample_wishes sample;
};

/* [[metric]] and [[histogram]] of a workload */
struct metric_def {
	char *name;
	char *unit;
	enum better better;
	/*
	 * Into the output: "$.jobs[0].read.iops"; a histogram's path is an array of
	 * [lowest value of the bucket, count].
	 */
	char *path;
};

enum output_format { OUTPUT_JSON, OUTPUT_YAML };
const char *output_format_name(enum output_format f);

/* [[span]] of a workload: a part of its time, as its output tells */
struct span_def {
	char *name;
	char *begin, *end; /* paths of CLOCK_MONOTONIC times in ns */
};

/* workloads/NAME/workload.toml */
struct workload_def {
	char *name;
	char *dir;
	struct position pos;
	char *title;
	/*
	 * argv in the guest, run in a chroot of the tools image.  ${out}: output
	 * folder, ${dir}: the workload's own folder, ${data}: data device,
	 * ${mem_kb}, ${cpus}, ${seed}, ${KNOB}
	 */
	char **command;
	char **programs; /* host programs that go into the tools image with their libraries */
	char *source;    /* C file, relative to dir, built statically as ${dir}/NAME; or NULL */
	enum swap_kind swap;
	uint64_t swap_bytes;
	enum data_kind data_device;
	struct simdisk_config simdisk;
	uint64_t data_bytes; /* block device with no file system, 0 for none */
	unsigned int timeout_s;
	unsigned int estimate_s; /* what the command usually takes; only for estimates */
	char *output;            /* name below ${out}; NULL if there are no metrics */
	enum output_format format;
	struct metric_def *metrics;
	size_t n_metrics;
	struct metric_def *histograms;
	size_t n_histograms;
	struct span_def *spans; /* series are summed up over the first */
	size_t n_spans;
	struct knob_def *knobs;
	size_t n_knobs;
	struct trace_wishes trace;
	struct sample_wishes sample;
};

/* Second boots of the first repetition that differ in one thing, whose price they show. */
enum twins { TWINS_NONE, TWINS_UNTRACED };

/* One knob and the values it runs through: [matrix.NAME.sweep] "policy.knob" = [1, 2] */
struct sweep_def {
	struct position pos;
	char *owner; /* policy or workload name */
	char *knob;
	char **values;
};

/* [matrix.NAME] */
struct matrix_def {
	char *name;
	struct position pos;
	char **kernels, **policies, **workloads;
	enum mode *modes;
	size_t n_modes;
	unsigned int reps;
	uint64_t seed;
	unsigned int cpus; /* instead of machine.cpus; 0: not given */
	bool aa;           /* stock twice, under another seed: what lies between the two is noise */
	enum twins twins;
	struct sweep_def *sweeps;
	size_t n_sweeps;
};

struct config {
	char *root;   /* folder of harness.toml, absolute; policies/ and workloads/ are in it */
	char **files; /* what was read; positions point at these names */
	struct machine_config machine;
	struct trace_config trace;
	struct counters_config counters;
	struct sample_config sample;
	struct kernel_def *kernels;
	size_t n_kernels;
	struct policy_def *policies;
	size_t n_policies;
	struct workload_def *workloads;
	size_t n_workloads;
	struct matrix_def *matrices;
	size_t n_matrices;
};

/*
 * Reads everything.  Errors are EXIT_INPUT and read
 * `harness.toml:14:3: unknown key "memm" in [machine]; did you mean "mem"?`.
 */
struct config *config_load(const char *path, struct error **err);
void config_free(struct config *c);
DEFINE_GUARD(config, struct config *, config_free)
#define _cleanup_config_ cleanup(config_guard)

/* By name; NULL with an EXIT_INPUT error that lists or suggests what there is. */
const struct kernel_def *config_kernel(const struct config *c, const char *name,
				       struct error **err);
const struct policy_def *config_policy(const struct config *c, const char *name,
				       struct error **err);
const struct workload_def *config_workload(const struct config *c, const char *name,
					   struct error **err);
const struct matrix_def *config_matrix(const struct config *c, const char *name,
				       struct error **err);

/*
 * `harness help config`: every key with type, unit, range, default and help.
 * Tables for people, one JSON array for programs.
 */
void config_print_help(bool json);

#endif
