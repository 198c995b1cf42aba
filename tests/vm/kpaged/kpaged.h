/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpaged in a guest of its own, with a swap device and memory that is short. */
#ifndef TEST_KPAGED_H
#define TEST_KPAGED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../policy/guest.h"

#define INTERVAL_MS 500 /* of the policy, in all parts but the one that says otherwise */
#define WAIT_LOW_MS 50  /* of a host that is busy kswapd needs longer than 20 ms */
#define REST_MS 50      /* of a load, unless it is told otherwise */
#define HOT_MB 16
#define COLD_MB 64
#define PAGES(mb) ((mb)*256ul)

/* load.c: a process with a hot and a cold part, and others that take its memory. */
struct load {
	/* Written by the process, in memory that it shares with the test. */
	volatile uint64_t passes;        /* over the hot part */
	volatile uint64_t hot_faults;    /* of these on pages that were swapped out */
	volatile uint64_t cold_faults;   /* when asked to look at the cold part */
	volatile unsigned long wrong;    /* pages that had other contents, or none */
	volatile bool ready, look, done; /* look: the test's, done: the answer */
};

struct load *load_start(unsigned int hot_mb, unsigned int cold_mb, bool lock_cold);
void load_rests(unsigned int ms); /* those to come, between two passes over the hot part */
void load_wait_passes(struct load *l, uint64_t n);
void load_look(struct load *l); /* at all of the cold part */
void load_end(void);

/* A process that writes so much, then holds it; until released. */
void hog_start(unsigned int mb);
pid_t hog_spawn(unsigned int mb); /* the same without waiting until it is written: */
bool hog_is_done(void);
void hog_end(void);
bool hog_dies(unsigned int mb); /* it writes so much, and is killed */

/* A process on CPU 1 that has no more than these pages, and uses them all the time. */
#define FEW_HOT 192
pid_t few_hot_start(void);
void stay_on_cpu(int cpu); /* -1: on any */

/* Has a cold part; when told to it takes so much memory with its mapping's lock held. */
pid_t lock_holder_start(unsigned int mb);
void lock_holder_goes(void);

unsigned int patience_s(void); /* for what ought to be done in seconds */
/* And well. Else it is killed, and the console says who waits for what. */
bool comes_to_end(pid_t pid, unsigned int seconds);

pid_t sharer_start(void); /* has memory that others might map, too */
void sharer_reads(void);  /* and then ends, well if it is as it was */

void loads_init(void);
void *shared_memory(size_t size); /* with processes that are spawned later */

void spinners_start(void); /* one for each CPU */
void spinners_end(void);

/* outcome.c: In which way rounds ended meanwhile, and what the hot part suffered. */
struct outcome {
	uint64_t marked, regretted, used, overload, ordinary, rounds, hot_faults, cold_faults,
		pswpout;
	uint64_t stalls, woken, escaped, allocstall, waits, told;
	uint64_t kthreads; /* of those that escaped: the rule isn't for them */
	unsigned long wrong;
};

extern unsigned int squeeze_mb; /* what is free and more than half of the cold part */

void squeeze_init(void);
/* A hot and a cold part, then someone who wants memory that only the cold part has. */
struct outcome squeeze(bool with_candidates, bool lock_cold);
struct outcome squeeze_load(struct load *l); /* of a load that is there, and ends with it */
void wait_for_candidates(void);
struct outcome outcome_now(void);
void outcome_since(struct outcome *o, const struct load *l);
void outcome_show(const char *what, const struct outcome *o);
bool gauge_is_right(void);                /* while the thread is at rest */
uint64_t misses(const struct outcome *o); /* of the hot part: read again, or just not gone yet */
uint64_t escaped(void);                   /* allocations that reclaimed, by the policy's count */
uint64_t allocstall(void);
void escapes_show(void);
bool wait_for_counter(const char *name, uint64_t least); /* half a minute */

/* swap.c: all of a device, /dev/vdb or another. */
#define SWAP_DISK "/dev/vdb"
#define SLOW_DISK "/dev/vdd"
void swap_on(const char *device);
void swap_on_pages(const char *device, unsigned long pages); /* no more than so many */
void swap_off(const char *device);

/* files.c: ext4 on /dev/vdc, and a group with a limit. */
void files_mount(void);
const char *loop_attach(void); /* over a file there */
void loop_detach(void);
bool group_make(unsigned int limit_mb);
pid_t group_writes(unsigned int mb); /* a process in the group, to a file */
pid_t group_uses(unsigned int mb);   /* or so much memory */

/* crypt.c: over the swap disk. */
const char *crypt_attach(void);
void crypt_detach(void);

/* fuse.c */
void fuse_start(void);
pid_t fuse_use(void); /* writes a file there, maps it and reads it */
void fuse_end(void);

/* Parts of the test: ages.c */
void test_ageing(void);
void test_translations(void);
void test_ends(void);
void test_oldest(void);
/* depends.c */
void test_limit(void);
void test_group_writes(void);
void test_loop(void);
void test_crypt(void);
void test_fuse(void);
/* waits.c */
void test_waiting(void);
void test_boost(void);
void test_lock_holder(void);
/* writers.c */
void test_writers(void);
/* stress.c */
void test_cpus(void);
void test_swap_full(void);
void test_no_swap(void);
void test_cycles(void);
void test_unload(void);

uint64_t vmstat(const char *name);
uint64_t slab_objects(const char *name); /* in use */
uint64_t free_mb(void);

#endif
