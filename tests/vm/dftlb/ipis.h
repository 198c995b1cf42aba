/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPIs, counted in two ways: by the kernel's table, and by its trace events. */
#ifndef DFTLB_IPIS_H
#define DFTLB_IPIS_H

#include <stdint.h>

uint64_t interrupts(const char *row, unsigned int cpus);

struct ipi_events {
	uint64_t calls;   /* row CAL: functions called on other CPUs, flushes among them */
	uint64_t flushes; /* row TLB: those that flush, if there was something to flush */
};

void ipi_events_start(void);
struct ipi_events ipi_events_stop(unsigned int cpus);

#endif
