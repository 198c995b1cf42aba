/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seam to machines.  A machine is started with boot files, speaks on two
 * streams (console and frames), and ends with exactly one outcome.  QEMU is
 * the first backend; bare metal would be another implementation of this page.
 */
#ifndef HARNESS_MACHINE_H
#define HARNESS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "image/image.h"

/*
 * How a boot ended.  A lost machine is never a slow one: each has a name.
 * X(enum, name in the database, what it means)
 */
#define OUTCOMES(X)                                                                     \
	X(OK, "ok", "the workload ended and the policy was verified active")            \
	X(POLICY_REFUSED, "policy-refused", "the policy could not be verified active")  \
	X(WORKLOAD_FAILED, "workload-failed", "the workload exited with an error")      \
	X(DATA_LOST, "data-lost",                                                       \
	  "the workload found other data in memory or on a disk than it had put there") \
	X(SETUP_FAILED, "setup-failed", "the agent could not prepare the guest")        \
	X(KERNEL_OOPS, "kernel-oops",                                                   \
	  "the kernel reported an oops, a BUG or a warning of a debug check")           \
	X(KERNEL_PANIC, "kernel-panic", "the kernel panicked")                          \
	X(OOM, "oom", "the OOM killer ended the workload or the agent")                 \
	X(HANG, "hang", "heartbeats stopped while the machine was running")             \
	X(TIMEOUT, "timeout", "the guest was alive and didn't end in time")             \
	X(BOOT_FAILED, "boot-failed", "the agent was never heard of")                   \
	X(VM_LOST, "vm-lost", "the machine's process ended by itself")                  \
	X(STREAM_TORN, "stream-torn", "the frame stream was damaged or cut off")        \
	X(CLOCK_WRONG, "clock-wrong",                                                   \
	  "the guest's clock didn't go with the host's: no time it measured holds")     \
	X(INTERRUPTED, "interrupted", "the user stopped the run")

enum outcome {
#define X(e, name, help) OUTCOME_##e,
	OUTCOMES(X)
#undef X
		N_OUTCOMES,
};

const char *outcome_name(enum outcome o);
const char *outcome_help(enum outcome o);
/* false: there is no outcome of that name. */
bool outcome_from_name(const char *name, enum outcome *ret);

/* What a console can tell.  X(enum, name in run.json and in the database) */
#define INCIDENTS(X)              \
	X(NONE, "none")           \
	X(PANIC, "panic")         \
	X(OOM_PANIC, "oom-panic") \
	X(OOPS, "oops")           \
	X(DEBUG, "debug-check")   \
	X(WARNING, "warning")     \
	X(OOM, "oom-kill")        \
	X(STALL, "stall")

enum incident_kind {
#define X(e, name) INCIDENT_##e,
	INCIDENTS(X)
#undef X
};

const char *incident_name(enum incident_kind kind);

struct incident {
	enum incident_kind kind;
	uint64_t offset; /* of its first line in the console */
	char *title;     /* that line without timestamp, printable ASCII */
};

void incidents_free(struct incident *incidents, size_t n);

/*
 * Where a machine's bytes go.  A consumer that returns -1 ends the machine as
 * stream-torn; if its error is EXIT_HOST (no space left), machine_run() fails
 * with it, since the next machine would meet the same wall.
 */
struct machine_sink {
	int (*console)(void *arg, const void *data, size_t len);
	int (*stream)(void *arg, const void *data, size_t len, struct error **err);
	void *arg;
};

/* What the supervisor learns from the stream's consumer (artifact/), by pointer. */
struct guest_state {
	bool hello;           /* the agent spoke */
	bool bye;             /* the agent said that it is done: the stream is whole */
	double last_frame_s;  /* now_s() at the last frame, heartbeats included */
	enum outcome claimed; /* what the agent says the outcome is */
	char phase[32];       /* for the progress line */
};

struct machine_spec {
	const struct boot_files *boot;
	enum mode mode;
	unsigned int cpus;
	bool free_page_reporting; /* a balloon for it */
	bool one_thread;          /* under tcg: all CPUs on one host thread (machine/qemu.c) */
	unsigned int tsc_khz;     /* host_tsc_khz(); under TCG the guest reads that counter */
	uint64_t seed;            /* deterministic: what QEMU itself would draw at random */
	const char *tlb_clock;    /* and the library with its TLB's clock (preload/), or NULL */
	/*
	 * Of boots with a tray: `save` takes the machine's state at the guest's
	 * checkpoint, where it ends; `restore` is where it begins.  Else NULL.
	 */
	const char *save, *restore;
	const char *said; /* on the console, before `restore` */
	size_t said_len;
	unsigned int boot_timeout_s, heartbeat_s, timeout_s;
	const int *pin_cpus; /* host CPUs to run on, or NULL */
	size_t n_pin_cpus;
	struct machine_sink sink;
	const struct guest_state *guest;
};

struct machine_result {
	enum outcome outcome; /* OUTCOME_OK: the machine ended after bye; the rest is up to the
				 * agent's own words in guest->claimed */
	char *detail;         /* a sentence, or NULL */
	char *command;        /* the exact command line, quoted for a shell */
	double duration_s;
	double boot_s;              /* power-on to first frame */
	struct incident *incidents; /* what the console told, in its order */
	size_t n_incidents;
};

/*
 * The one outcome of a boot: what the console proves beats what the machine's
 * process did, and that beats what the agent says of itself.  *ret_detail
 * (may become NULL) belongs to `m`.  Pure.
 */
enum outcome outcome_decide(const struct machine_result *m, const struct guest_state *g,
			    const char **ret_detail);

/*
 * Boots, supervises, ends, reaps.  Returns -1 only when no machine could be
 * started at all or when the sink met EXIT_HOST; whatever else happens to a
 * running one is an outcome.
 */
int machine_run(const struct machine_spec *spec, struct machine_result *ret, struct error **err);
void machine_result_deinit(struct machine_result *r);

/* The command line for a spec; pure.  fds: machine/qemu.h. */
char **qemu_argv(const struct machine_spec *spec);
/*
 * A hash over kernel, boot files, tools, command line (without paths), QEMU's
 * version and its firmware: a deterministic guest with equal ones boots the same.
 */
int machine_boot_hash(const struct machine_spec *spec, char ret[HASH_HEX], struct error **err);
/* The same with its job: it says the same. */
int machine_inputs_hash(const struct machine_spec *spec, char ret[HASH_HEX], struct error **err);
/* First line of `qemu-system-x86_64 --version`; caller frees. */
char *qemu_version(struct error **err);

/*
 * Does KVM really work?  A device node that opens proves nothing: a tiny guest
 * is booted and must answer within seconds.  The verdict is cached per host
 * boot.  *ret_why is a sentence for `harness doctor`; caller frees.
 */
int machine_probe_kvm(bool *ret, char **ret_why, struct error **err);

/*
 * Can a deterministic guest have several CPUs?  QEMU 7.2 gives all time to one of
 * them when instructions are counted.  The same way to ask, and the same answer.
 */
int machine_probe_counted_cpus(bool *ret, char **ret_why, struct error **err);

#endif
