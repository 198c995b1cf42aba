/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DFTLB_PPS_H
#define DFTLB_PPS_H

#include <stdint.h>

/* stages.c: one process, and swap on a device that answers at once, and one that doesn't. */
void test_stages(const char *fast, const char *disk);
/* pps.c: all of them, and the oracles. */
void test_pps(unsigned int cpus, uint64_t pages, unsigned int cycles, const char *swap);

/* For spawn(): more memory than there is, again and again. */
void hog(void);

/* keeps.c: what kswapd leaves to the policy. */
void test_keeps(unsigned int cpus);

#endif
