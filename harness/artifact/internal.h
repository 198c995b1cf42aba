/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run directory in the making; shared by the files of artifact/ only. */
#ifndef HARNESS_ARTIFACT_INTERNAL_H
#define HARNESS_ARTIFACT_INTERNAL_H

#include <time.h>

#include "artifact/artifact.h"
#include "artifact/clock.h"
#include "artifact/host.h"
#include "base/str.h"
#include "wire/wire.h"

#define CONSOLE_MAX (16u << 20) /* a guest that floods its console fills no disk */
#define AGENT_LOG_MAX (1u << 20)
#define FILES_MAX 10000u /* of one run */
#define PHASES_MAX 1000u

/* A file that only grows, and at most to `max` bytes. */
struct capped {
	int fd;
	uint64_t len, max;
	uint64_t dropped;
};

struct phase {
	uint64_t ns;
	char name[32];
};

/* pages.c: trace/cpuN.raw of each CPU of the machine. */
struct page_files {
	int *fds; /* -1: nothing came for this CPU yet */
	unsigned int n;
};

struct artifact {
	char *results;
	char *tmp; /* results/tmp/CELL_ID.XXXXXX; NULL once published */
	int lock;  /* flock on tmp: "somebody works here" */
	const struct cell *cell;
	char *campaign_id;
	time_t started;
	struct host_state host_before;

	struct capped console, log;
	struct wire_reader reader;
	struct guest_state guest;
	bool outcome_seen;
	char *claim_detail;
	char *release; /* what the guest says that it is */
	struct phase *phases;
	size_t n_phases;
	struct clock_check clock;

	char inputs_hash[HASH_HEX]; /* "": the run has no fingerprint */
	char fingerprint[HASH_HEX];

	int guest_dir;
	int file; /* the open file, or -1 */
	char *file_path;
	uint64_t file_len;
	struct page_files pages;
	uint64_t total; /* bytes of all files */
	size_t n_files;
};

/* decode.c: the consumer of the frame stream. */
int artifact_stream(void *arg, const void *data, size_t len, struct error **err);

void page_files_init(struct page_files *p, unsigned int cpus);
/* Where a CPU's descriptor is; NULL: the machine has no such CPU. */
int *page_files_slot(struct page_files *p, uint32_t cpu);
/* -1 with errno: a disk that only says now that it didn't take everything (NFS, quotas). */
int page_files_close(struct page_files *p);
void page_files_deinit(struct page_files *p);

/* capped.c */
int capped_open(struct capped *c, const char *path, uint64_t max, struct error **err);
/* -1 with errno when the disk doesn't take it; what is beyond `max` is counted and dropped. */
int capped_write(struct capped *c, const void *data, size_t len);
/* Leaves a mark if something was dropped. */
void capped_close(struct capped *c);

/* manifest.c: the text of run.json; caller frees. */
char *manifest_text(const struct artifact *a, const char *run_id, const struct kernel *k,
		    const struct machine_result *m, enum outcome outcome, const char *detail,
		    const char *qemu);

#endif
