/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PPS: private pages are aged and reclaimed by address space, in series of
 * neighbouring entries that are in the same stage, with the TLB flushes left
 * to the timer tick (dftlb.h).
 *
 *   1  present and accessed: forget that
 *   2  present and not accessed since: make it PROT_NONE, an UnmappedPTE
 *   3  UnmappedPTE: swap space,
 *   4    and written there; the swap cache has it
 *   5  reclaimed
 *   6  in swap
 *
 * scan.c does this to one mm, kppsd.c decides when and choose.c to which;
 * readahead.c says what comes back together, and own.c what
 * kswapd is to leave alone; knobs.c and stats.c are the user's
 * view of it.
 */
#ifndef PPS_H
#define PPS_H

#include <linux/mm_types.h>
#include <linux/types.h>

#define PPS_NAME "pps"

enum pps_counter {
	PPS_ROUNDS,		/* that kppsd has begun: moves whether memory is short or not */
	PPS_ROUNDS_TIMER,	/*   since its period was over */
	PPS_ROUNDS_WAKE,	/*   since kswapd has begun to work */
	PPS_MMS,		/* mms that were worked on */
	PPS_MMS_BUSY,		/*   that were not, since mmap_lock was taken */
	PPS_SERIES,
	PPS_AGED,		/* stage 1, pages */
	PPS_UNMAPPED,		/* stage 2 */
	PPS_ISOLATED,		/* stages 3 to 5 were begun */
	PPS_ISOLATED_CACHED,	/* stage 5, of what was written earlier */
	PPS_WRITTEN,		/* stages 3 and 4 were done */
	PPS_RECLAIMED,		/* stage 5 was */
	PPS_KEPT,		/* that kswapd came to, and left to PPS */
	PPS_READAHEAD,		/* faults that read their neighbours, too */
	PPS_TIME_US,		/* that kppsd was on a CPU */
	PPS_NR_COUNTERS
};

/* What the last whole round found, in pages. */
struct pps_gauges {
	u64 pte;		/* stages 1 and 2 */
	u64 unmapped;		/* UnmappedPTEs */
	u64 swapped;		/* stage 6 */
	u64 swapped_pairs;	/* of these, neighbours in the same series */
	u64 swapped_near;	/*   that are close in swap, too */
};

/* Knobs, in knobs.c; single words that are read without a lock. */
#define PPS_MAX_SERIES 64
extern unsigned int pps_period_ms;
extern unsigned int pps_max_series;
extern unsigned int pps_dftlb;
extern unsigned int pps_share;
extern unsigned int pps_cmd;
extern unsigned int pps_may_write;
extern unsigned int pps_readahead;
extern unsigned int pps_exclusive;
extern unsigned int pps_enable;

int pps_knobs_register(void);
void pps_knobs_unregister(void);

/* choose.c: which processes; all, or those in or below one cgroup (v2). */
#define PPS_PATH_MAX 256
int pps_choose(const char *path);
bool pps_chosen(struct task_struct *task);
bool pps_chosen_mm(struct mm_struct *mm);
void pps_choose_stop(void);

/* readahead.c */
struct vm_fault;
bool pps_read_around(const struct vm_fault *vmf, unsigned long *start, unsigned long *end);

/* own.c: what kswapd leaves to PPS. */
struct folio;
bool pps_lru_keeps(struct folio *folio, struct vm_area_struct *vma);
/* kppsd has freed what kswapd wants at a time, and has so many pages. */
void pps_own_progress(u64 total);

/* stats.c */
struct seq_file;
void pps_meminfo(struct seq_file *m);
void pps_count(enum pps_counter what, u64 n);
int pps_stats_register(void);
void pps_stats_unregister(void);

/*
 * scan.c: one round over one mm, whose mm_count its caller holds; its tables in turn,
 * share percent of them a round. full: all stages, or else not the 5th.
 */
struct pps_round {
	u64 nr;			/* rounds before this one */
	bool full;
	struct task_struct *task;	/* whose mm it is */
	u64 freed;
	struct pps_gauges found;
};

void pps_scan(struct mm_struct *mm, struct pps_round *round);

/* kppsd.c */
struct pps_gauges pps_gauges(void);
/* Look at the knobs now. */
void pps_kick(void);
int pps_start(void);
void pps_stop(void);

#endif /* PPS_H */
