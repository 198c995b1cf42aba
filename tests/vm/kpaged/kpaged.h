/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpaged in a guest of its own, with a swap device and memory that is short. */
#ifndef TEST_KPAGED_H
#define TEST_KPAGED_H

#include <stdbool.h>
#include <stdint.h>

#include "../policy/guest.h"

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
void load_wait_passes(struct load *l, uint64_t n);
void load_look(struct load *l); /* at all of the cold part */
void load_end(void);

/* A process that writes so much, then holds it; until released. */
void hog_start(unsigned int mb);
void hog_end(void);
bool hog_dies(unsigned int mb); /* it writes so much, and is killed within five minutes */

void spinners_start(void); /* one for each CPU */
void spinners_end(void);

/* swap.c: all of a device, /dev/vdb or another. */
#define SWAP_DISK "/dev/vdb"
void swap_on(const char *device);
void swap_off(const char *device);

/* files.c: ext4 on /dev/vdc, and a group with a limit. */
void files_mount(void);
const char *loop_attach(unsigned int mb); /* over a file there */
bool group_make(unsigned int limit_mb);
pid_t group_writes(unsigned int mb); /* a process in the group, to a file */
pid_t group_uses(unsigned int mb);   /* or so much memory */
bool comes_to_end(pid_t pid, unsigned int seconds);

uint64_t vmstat(const char *name);
uint64_t free_mb(void);

#endif
