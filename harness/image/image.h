/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot files: what the guest is told before it starts.
 *
 *	initrd	base (agent, modules that devices need; cached by kernel and agent)
 *		+ job (a second cpio appended: /job and the policy's modules)
 *	tray	or, for a guest with a mailbox, the job's archive beside the base:
 *		the guest takes it from there when it has booted (wire/job.h)
 *	tools	an EROFS image with the workloads, fio, stress-ng and their
 *		libraries, mapped as an nvdimm: no memory of the guest is used
 *		for it beyond page cache (cached by content)
 */
#ifndef HARNESS_IMAGE_H
#define HARNESS_IMAGE_H

#include "base/error.h"
#include "kernel/kernel.h"
#include "plan/plan.h"

/*
 * The guest-physical address map.  Swap and data devices are ranges that the
 * page allocator never sees (memmap=SIZE!START).  They lie inside RAM, their
 * starts aligned to 128 MiB, since the kernel refuses a range that touches the
 * end of RAM.
 */
struct memory_layout {
	uint64_t total_bytes; /* QEMU's -m: mem + swap + data */
	uint64_t swap_start, swap_bytes;
	uint64_t data_start, data_bytes;
	bool swap_reserved, data_reserved; /* simdisks: reserved memory and no pmem */
};

/*
 * Pure.  -1 (EXIT_INPUT) if the devices don't fit below the PCI hole (the rest
 * of the memory may go on above 4 GiB), or if mem is too little beside them.
 */
int memory_layout(const struct cell *cell, struct memory_layout *ret, struct error **err);

struct boot_files {
	char *kernel; /* bzImage */
	char *initrd; /* base + job, in `dir`, removed with boot_files_free(); or the base */
	char *tray;   /* NULL, or the job's archive, in `dir` */
	char *tools;  /* EROFS image */
	uint64_t tools_bytes;
	uint64_t mailbox_bytes; /* memory that the guest leaves its stream in; 0: it has a port */
	char *cmdline;
	char *job; /* its text, as baked in and as kept in the run directory */
	struct memory_layout layout;
	char *dir;
	int lock_fd; /* of `dir`: the folder of a killed harness has no lock and is swept */
};

int image_prepare(const struct cell *cell, const struct kernel *k, struct boot_files **ret,
		  struct error **err);
void boot_files_free(struct boot_files *b);
DEFINE_GUARD(boot_files, struct boot_files *, boot_files_free)
#define _cleanup_boot_files_ cleanup(boot_files_guard)

/* A hash over the agent binary: part of every cell's id. */
int image_agent_hash(char ret[HASH_HEX], struct error **err);
/* Adds a policy's daemon, if it has one; built for that if it isn't yet. */
int image_daemon_hash(const struct policy_def *p, struct hash *h, struct error **err);
/*
 * A hash over the workload as the guest sees it: its folder, its compiled
 * source, and the host's versions of its programs with their libraries.
 */
int image_tools_hash(const struct workload_def *w, char ret[HASH_HEX], struct error **err);

#endif
