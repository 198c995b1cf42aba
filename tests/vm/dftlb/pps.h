/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DFTLB_PPS_H
#define DFTLB_PPS_H

#include <stdint.h>

void test_pps(unsigned int cpus, uint64_t pages, unsigned int cycles, const char *swap);

#endif
