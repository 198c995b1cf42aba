/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest can't find out well about the host's clock; x86-64. */
#ifndef HARNESS_HOST_CLOCK_H
#define HARNESS_HOST_CLOCK_H

/*
 * The host's time stamp counter in kHz, measured once a process (20 ms) against
 * CLOCK_MONOTONIC_RAW; 0 where there is none.
 */
unsigned int host_tsc_khz(void);

#endif
