/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PPS: private pages are aged and reclaimed by address space, in series of
 * neighbouring entries that are in the same stage, with the TLB flushes left
 * to the timer tick (dftlb.h).
 *
 *   1  present and accessed: forget that
 *   2  present and not accessed since: make it PROT_NONE, an UnmappedPTE
 *   3  UnmappedPTE: swap space, write out, reclaim
 *   6  in swap
 *
 * scan.c does this to one mm, kppsd.c decides when and to which; knobs.c and
 * stats.c are the user's view of it.
 */
#ifndef PPS_H
#define PPS_H

#include <linux/mm_types.h>
#include <linux/types.h>

#define PPS_NAME "pps"

enum pps_counter {
	PPS_ROUNDS,		/* of kppsd: moves whether memory is short or not */
	PPS_ROUNDS_TIMER,	/*   since its period was over */
	PPS_ROUNDS_WAKE,	/*   since kswapd has begun to work */
	PPS_MMS,		/* mms that were worked on */
	PPS_MMS_BUSY,		/*   that were not, since mmap_lock was taken */
	PPS_SERIES,
	PPS_AGED,		/* stage 1, pages */
	PPS_UNMAPPED,		/* stage 2 */
	PPS_ISOLATED,		/* stages 3 to 5 were begun */
	PPS_RECLAIMED,		/*   and done */
	PPS_TIME_US,		/* that kppsd was on a CPU */
	PPS_NR_COUNTERS
};

/* What the last whole round found, in pages. */
struct pps_gauges {
	u64 pte;		/* stages 1 and 2 */
	u64 unmapped;		/* UnmappedPTEs */
	u64 swapped;		/* stage 6 */
};

/* Knobs, in knobs.c; single words that are read without a lock. */
#define PPS_MAX_SERIES 64
extern unsigned int pps_period_ms;
extern unsigned int pps_max_series;
extern unsigned int pps_dftlb;
extern unsigned int pps_share;
extern unsigned int pps_cmd;
extern unsigned int pps_enable;

int pps_knobs_register(void);
void pps_knobs_unregister(void);

/* stats.c */
void pps_count(enum pps_counter what, u64 n);
int pps_stats_register(void);
void pps_stats_unregister(void);

/*
 * scan.c: one round over one mm, which its caller holds; its tables in turn,
 * share percent of them a round. full: all stages, or else only 1 and 2.
 */
struct pps_round {
	u64 nr;			/* rounds before this one */
	bool full;
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
